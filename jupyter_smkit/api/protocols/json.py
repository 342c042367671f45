"""AWS's JSON 1.0 and 1.1: the operation in ``X-Amz-Target``, everything else in the body."""

from __future__ import annotations

import base64
import json
import math
from functools import cache
from typing import Any, NoReturn

from jupyter_smkit.api import models
from jupyter_smkit.api.errors import (
    ApiError,
    SerializationException,
    UnknownOperation,
    code_for,
)
from jupyter_smkit.api.models import OperationModel, ServiceModel
from jupyter_smkit.api.protocols import timestamps
from jupyter_smkit.api.protocols.documents import (
    Convert,
    Encoding,
    reader,
    readers,
    writer,
)
from jupyter_smkit.api.protocols.message import (
    Params,
    Response,
    decompressed,
    error_shape,
    query_error,
    request_id,
)
from jupyter_smkit.api.sigv4 import Request


def parse(service: ServiceModel, request: Request, body: bytes) -> tuple[OperationModel, Params]:
    prefix, _, name = request.headers.get("x-amz-target", "").rpartition(".")
    if not name or prefix != service.metadata.get("targetPrefix"):
        raise UnknownOperation(f"{prefix}.{name} is no operation of {service.service_name}")
    operation = models.operation(service, name)
    return operation, read_body(operation, decompressed(request, body))


def read_body(operation: OperationModel, body: bytes) -> Params:
    document = loads(body) if body else {}
    if operation.input_shape is None:
        return {}
    read = reader(operation.input_shape, readers(operation.service_model.service_name))
    return read(document)  # type: ignore[no-any-return]


def serialise(operation: OperationModel, result: Params) -> Response:
    document = {}
    if operation.output_shape is not None:
        document = writer(operation.output_shape, encoding(operation.service_model))(result)
    return Response(200, _headers(operation), dumps(document))


def error(error: ApiError, operation: OperationModel | None) -> Response:
    code = code_for(error, "json")
    headers = {**_headers(operation), "x-amzn-ErrorType": code, **query_error(error, operation)}
    return Response(error.status, headers, dumps(error_document(error, code, operation)))


def error_document(error: ApiError, code: str, operation: OperationModel | None) -> Params:
    shape = error_shape(error, operation)
    members = {}
    if shape is not None and operation is not None:
        members = writer(shape, encoding(operation.service_model))(error.members)
    # Shapes are of two minds on this member's first letter, and clients look for their shape's.
    name = "Message" if shape is not None and "Message" in shape.members else "message"
    return {"__type": code, **members, name: error.message}


def _headers(operation: OperationModel | None) -> dict[str, str]:
    version = "1.1" if operation is None else operation.metadata.get("jsonVersion", "1.1")
    return {"x-amzn-RequestId": request_id(), "Content-Type": f"application/x-amz-json-{version}"}


def loads(body: bytes) -> Any:
    """Strict: no NaN or Infinity, which Python's parser takes and JSON does not know."""
    try:
        return _DECODER.decode(body.decode())
    except (ValueError, RecursionError) as wrong:
        raise SerializationException(f"The request body is not valid JSON: {wrong}") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is no JSON value")


_DECODER = json.JSONDecoder(parse_constant=_refuse)
_ENCODER = json.JSONEncoder(ensure_ascii=False, check_circular=False, separators=(",", ":"))


def dumps(document: Any) -> bytes:
    return _ENCODER.encode(document).encode(errors="replace")


def encoding(service: ServiceModel) -> Encoding:
    return _encoding(service.service_name)


@cache
def _encoding(service: str) -> Encoding:
    return Encoding(blob=blob, timestamp=_timestamp, number=number)


def blob(value: bytes | str) -> str:
    return base64.b64encode(value.encode() if isinstance(value, str) else value).decode()


def number(value: float) -> float | str:
    if math.isfinite(value):
        return float(value)
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _timestamp(form: str | None) -> Convert:
    named = {"iso8601": timestamps.iso8601, "rfc822": timestamps.http_date}
    return named.get(form or "", timestamps.seconds)
