"""AWS's REST JSON: the operation in method and path, members in path, query, headers and body."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, unquote

from jupyter_smkit.api import models
from jupyter_smkit.api.errors import (
    ApiError,
    SerializationException,
    UnknownOperation,
    code_for,
)
from jupyter_smkit.api.models import OperationModel, ServiceModel, Shape
from jupyter_smkit.api.protocols import timestamps
from jupyter_smkit.api.protocols.documents import reader, readers, writer
from jupyter_smkit.api.protocols.json import dumps, encoding, error_document, loads
from jupyter_smkit.api.protocols.message import (
    Params,
    Response,
    decompressed,
    request_id,
)
from jupyter_smkit.api.protocols.query import scalar
from jupyter_smkit.api.sigv4 import Request

_STREAMS = ("blob", "string")


def parse(service: ServiceModel, request: Request, body: bytes) -> tuple[OperationModel, Params]:
    found = models.route(service, request.method, request.path)
    if found is None:
        raise UnknownOperation(
            f"{request.method} {request.path} is no operation of {service.service_name}"
        )
    route, values = found
    operation = models.operation(service, route.operation)
    shape: Any = operation.input_shape
    if shape is None:
        return operation, {}
    try:
        labels = {
            name: unquote(value, errors="strict")
            for name, value in zip(route.labels, values, strict=True)
        }
        query = parse_qs(request.query, keep_blank_values=True, errors="strict")
    except ValueError:
        raise SerializationException("The path or the query is not UTF-8 text") from None
    params = _read_body(operation, shape, decompressed(request, body))
    for name, member in shape.members.items():
        place = member.serialization.get("location")
        if place is not None:
            wire = member.serialization.get("name", name)
            value = _read_place(member, place, wire, labels, query, request)
            if value is not None:
                params[name] = value
    return operation, params


def _read_place(
    member: Any,
    place: str,
    wire: str,
    labels: dict[str, str],
    query: dict[str, list[str]],
    request: Request,
) -> Any:
    if place == "uri":
        return scalar(member, labels[wire])
    if place == "querystring":
        values = query.get(wire)
        if values is None:
            return None
        if member.type_name == "list":
            return [scalar(member.member, each) for each in values]
        return scalar(member, values[-1])
    if place == "header":
        text = request.headers.get(wire.lower())
        if text is None:
            return None
        if member.type_name == "list":
            return [scalar(member.member, each.strip()) for each in text.split(",")]
        return scalar(member, text)
    prefix = wire.lower()
    return {
        name[len(prefix) :]: text
        for name, text in request.headers.items()
        if name.startswith(prefix)
    }


def _read_body(operation: OperationModel, shape: Any, body: bytes) -> Params:
    payload = shape.serialization.get("payload")
    if _streamed(shape):
        return {payload: body if shape.members[payload].type_name == "blob" else _text(body)}
    if not body:
        return {}
    known = readers(operation.service_model.service_name)
    if payload is not None:
        return {payload: reader(shape.members[payload], known)(loads(body))}
    params = reader(shape, known)(loads(body))
    # Only members without a place of their own belong in the body.
    return {
        name: value
        for name, value in params.items()
        if "location" not in shape.members[name].serialization
    }


def _streamed(shape: Any) -> bool:
    """Whether the body is one member's bytes as they are."""
    payload = shape.serialization.get("payload")
    return payload is not None and shape.members[payload].type_name in _STREAMS


def _text(body: bytes) -> str:
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise SerializationException("The request body is not UTF-8 text") from None


def serialise(operation: OperationModel, result: Params) -> Response:
    headers = {"x-amzn-RequestId": request_id()}
    status = operation.http.get("responseCode", 200)
    shape: Any = operation.output_shape
    if shape is None or not _streamed(shape):
        headers["Content-Type"] = "application/json"
    if shape is None:
        return Response(status, headers, b"{}")
    inside = {}
    for name, value in result.items():
        member = shape.members.get(name)
        if member is None or value is None:
            continue
        place = member.serialization.get("location")
        wire = member.serialization.get("name", name)
        if place is None:
            inside[name] = value
        elif place == "header":
            headers[wire] = _header(member, value)
        elif place == "headers":
            headers.update({wire + key: str(each) for key, each in value.items()})
        elif place == "statusCode":
            status = int(value)
    return Response(status, headers, _body(operation, shape, inside))


def _body(operation: OperationModel, shape: Any, inside: Params) -> bytes:
    payload = shape.serialization.get("payload")
    service = encoding(operation.service_model)
    if payload is None:
        return dumps(writer(shape, service)(inside))
    value = inside.get(payload)
    if not _streamed(shape):
        return dumps(writer(shape.members[payload], service)(value or {}))
    if value is None:
        return b""
    return value.encode() if isinstance(value, str) else bytes(value)


def _header(member: Shape, value: Any) -> str:
    match member.type_name:
        case "boolean":
            return "true" if value else "false"
        case "timestamp":
            form = member.serialization.get("timestampFormat", "rfc822")
            return timestamps.iso8601(value) if form == "iso8601" else timestamps.http_date(value)
        case "list":
            return ",".join(str(each) for each in value)
    return str(value)


def error(error: ApiError, operation: OperationModel | None) -> Response:
    code = code_for(error, "rest-json")
    headers = {
        "x-amzn-RequestId": request_id(),
        "Content-Type": "application/json",
        "x-amzn-ErrorType": code,
    }
    return Response(error.status, headers, dumps(error_document(error, code, operation)))
