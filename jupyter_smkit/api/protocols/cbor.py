"""Smithy RPC v2 CBOR, which CloudWatch's clients speak: the operation in the path."""

from __future__ import annotations

from functools import cache
from typing import Any

import cbor2

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

_EPOCH_TAG = 1


def parse(service: ServiceModel, request: Request, body: bytes) -> tuple[OperationModel, Params]:
    head, _, name = request.path.rpartition("/operation/")
    if head != f"/service/{service.metadata.get('targetPrefix')}":
        raise UnknownOperation(f"{request.path} is no operation of {service.service_name}")
    operation = models.operation(service, name)
    if operation.input_shape is None:
        return operation, {}
    document = loads(decompressed(request, body)) if body else {}
    read = reader(operation.input_shape, readers(service.service_name))
    return operation, read(document)


def serialise(operation: OperationModel, result: Params) -> Response:
    document = {}
    if operation.output_shape is not None:
        service = operation.service_model.service_name
        document = writer(operation.output_shape, _encoding(service))(result)
    return Response(200, _headers(), cbor2.dumps(document))


def error(error: ApiError, operation: OperationModel | None) -> Response:
    shape = error_shape(error, operation)
    document: Params = {"__type": code_for(error, "query"), "message": error.message}
    if shape is not None and operation is not None:
        service = operation.service_model.service_name
        members = writer(shape, _encoding(service))(error.members)
        document = {**members, **document, "__type": shape.name}
    headers = {**_headers(), **query_error(error, operation)}
    return Response(error.status, headers, cbor2.dumps(document))


def loads(body: bytes) -> Any:
    try:
        return cbor2.loads(body)
    except (cbor2.CBORError, ValueError, TypeError, ArithmeticError, RecursionError, MemoryError):
        raise SerializationException("The request body is not valid CBOR") from None


def _headers() -> dict[str, str]:
    return {
        "x-amzn-RequestId": request_id(),
        "smithy-protocol": "rpc-v2-cbor",
        "Content-Type": "application/cbor",
    }


@cache
def _encoding(service: str) -> Encoding:
    return Encoding(blob=_blob, timestamp=_timestamp)


def _blob(value: bytes | str) -> bytes:
    return value.encode() if isinstance(value, str) else value


def _timestamp(_form: str | None) -> Convert:
    return lambda value: cbor2.CBORTag(_EPOCH_TAG, timestamps.seconds(value))
