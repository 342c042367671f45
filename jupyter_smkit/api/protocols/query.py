"""AWS's query protocol, which STS and IAM speak: a form in, XML out."""

from __future__ import annotations

import base64
import binascii
import math
import re
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from jupyter_smkit.api import models
from jupyter_smkit.api.errors import (
    ApiError,
    SerializationException,
    UnknownOperation,
    code_for,
)
from jupyter_smkit.api.models import OperationModel, ServiceModel, Shape
from jupyter_smkit.api.protocols import timestamps
from jupyter_smkit.api.protocols.documents import checked_text
from jupyter_smkit.api.protocols.message import (
    Params,
    Response,
    decompressed,
    fault,
    request_id,
)
from jupyter_smkit.api.sigv4 import Request

_MAX_FIELDS = 20_000
_DEPTH = 40
# What XML 1.0 has no way to write.
_UNWRITABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Form(dict[str, "Form"]):
    """A form's fields by the dots in their names; ``text`` is what stands at this very name."""

    text: str | None = None


def parse(service: ServiceModel, request: Request, body: bytes) -> tuple[OperationModel, Params]:
    fields = _fields(request.query) | _fields(_decoded(decompressed(request, body)))
    action = fields.pop("Action", "")
    if not action:
        raise UnknownOperation("The form names no Action")
    operation = models.operation(service, action)
    if operation.input_shape is None:
        return operation, {}
    return operation, _read_structure(operation.input_shape, _form(fields))


def _decoded(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise SerializationException("The form is not UTF-8 text") from None


def _fields(encoded: str) -> dict[str, str]:
    try:
        pairs = parse_qsl(
            encoded, keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict"
        )
    except ValueError:
        raise SerializationException("The form cannot be read") from None
    return dict(pairs)


def _form(fields: dict[str, str]) -> Form:
    root = Form()
    for name, value in fields.items():
        parts = name.split(".")
        if len(parts) > _DEPTH:
            raise SerializationException(f"The field {name[:80]!r} is nested too deeply")
        node = root
        for part in parts:
            node = node.setdefault(part, Form())
        node.text = checked_text(value)
    return root


def _read(shape: Any, form: Form) -> Any:
    match shape.type_name:
        case "structure":
            return _read_structure(shape, form)
        case "list":
            return _read_list(shape, form)
        case "map":
            return _read_map(shape, form)
    if form.text is None:
        raise SerializationException("A plain value was expected where a structure was found")
    return scalar(shape, form.text)


def _read_structure(shape: Any, form: Form) -> Params:
    params = {}
    for name, member in shape.members.items():
        wire = _wire_name(member, name)
        if wire in form:
            params[name] = _read(member, form[wire])
    return params


def _read_list(shape: Any, form: Form) -> list[Any]:
    if not shape.serialization.get("flattened"):
        form = form.get(shape.member.serialization.get("name", "member"), Form())
    return [_read(shape.member, form[index]) for index in _ordered(form)]


def _read_map(shape: Any, form: Form) -> dict[str, Any]:
    if not shape.serialization.get("flattened"):
        form = form.get("entry", Form())
    key_name = shape.key.serialization.get("name", "key")
    value_name = shape.value.serialization.get("name", "value")
    return {
        _read(shape.key, form[index].get(key_name, Form())): _read(
            shape.value, form[index].get(value_name, Form())
        )
        for index in _ordered(form)
    }


def _ordered(form: Form) -> list[str]:
    if wrong := [index for index in form if not re.fullmatch("[0-9]{1,9}", index)]:
        raise SerializationException(f"A list's index was expected, not {wrong[0]!r:.80}")
    return sorted(form, key=int)


def scalar(shape: Shape, text: str) -> Any:
    """A plain value that came as text: in a form, a header, a path, a query."""
    try:
        match shape.type_name:
            case "integer" | "long" | "short" | "byte":
                return _bounded(int(text))
            case "float" | "double":
                return _finite(float(text))
            case "boolean":
                return {"true": True, "false": False}[text.lower()]
            case "timestamp":
                return timestamps.read(text)
            case "blob":
                return base64.b64decode(text, validate=True)
    except (ValueError, KeyError, binascii.Error):
        kind = shape.type_name.capitalize()
        raise SerializationException(f"{text!r:.100} can not be converted to {kind}") from None
    return checked_text(text)


def _bounded(value: int) -> int:
    if not -(1 << 63) <= value < 1 << 63:
        raise ValueError
    return value


def _finite(value: float) -> float:
    if not math.isfinite(value):
        raise ValueError
    return value


def serialise(operation: OperationModel, result: Params) -> Response:
    inside = ""
    if operation.output_shape is not None:
        inside = _write_members(operation.output_shape, result)
        if wrapper := operation.output_shape.serialization.get("resultWrapper"):
            inside = _element(wrapper, inside)
    identity = request_id()
    metadata = _element("ResponseMetadata", _element("RequestId", identity))
    name = f"{operation.name}Response"
    return _response(200, name, inside + metadata, operation, identity)


def error(error: ApiError, operation: OperationModel | None) -> Response:
    identity = request_id()
    inside = _element("Type", fault(error))
    inside += _element("Code", escape(code_for(error, "query")))
    inside += _element("Message", _text(error.message))
    body = _element("Error", inside) + _element("RequestId", identity)
    return _response(error.status, "ErrorResponse", body, operation, identity)


def _response(
    status: int, root: str, inside: str, operation: OperationModel | None, identity: str
) -> Response:
    namespace = ""
    if operation is not None and (found := operation.metadata.get("xmlNamespace")):
        namespace = f' xmlns="{found}"'
    body = f'<?xml version="1.0" encoding="UTF-8"?>\n<{root}{namespace}>{inside}</{root}>\n'
    headers = {"x-amzn-RequestId": identity, "Content-Type": "text/xml"}
    return Response(status, headers, body.encode())


def _write(shape: Any, value: Any, name: str) -> str:
    match shape.type_name:
        case "structure":
            return _element(name, _write_members(shape, value))
        case "list":
            return _write_list(shape, value, name)
        case "map":
            return _write_map(shape, value, name)
        case "blob":
            value = base64.b64encode(value.encode() if isinstance(value, str) else value).decode()
        case "boolean":
            value = "true" if value else "false"
        case "timestamp":
            value = timestamps.iso8601(value)
    return _element(name, _text(str(value)))


def _write_members(shape: Any, value: Params) -> str:
    return "".join(
        _write(member, value[name], _wire_name(member, name))
        for name, member in shape.members.items()
        if value.get(name) is not None
    )


def _write_list(shape: Any, value: list[Any], name: str) -> str:
    flat = shape.serialization.get("flattened")
    inner = shape.member.serialization.get("name", name if flat else "member")
    elements = "".join(_write(shape.member, each, inner) for each in value if each is not None)
    return elements if flat else _element(name, elements)


def _write_map(shape: Any, value: dict[str, Any], name: str) -> str:
    flat = shape.serialization.get("flattened")
    entries = "".join(
        _element(
            name if flat else "entry",
            _write(shape.key, key, shape.key.serialization.get("name", "key"))
            + _write(shape.value, each, shape.value.serialization.get("name", "value")),
        )
        for key, each in value.items()
        if each is not None
    )
    return entries if flat else _element(name, entries)


def _wire_name(member: Any, name: str) -> str:
    if member.type_name == "list" and member.serialization.get("flattened"):
        inner = member.member.serialization.get("name")
        if inner:
            return str(inner)
    return str(member.serialization.get("name", name))


def _element(name: str, inside: str) -> str:
    return f"<{name}>{inside}</{name}>"


def _text(value: str) -> str:
    # A bare carriage return would be read back as a line feed.
    return escape(_UNWRITABLE.sub("\ufffd", value), {"\r": "&#13;"})
