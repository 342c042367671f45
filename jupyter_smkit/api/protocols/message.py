"""What every protocol shares: the answer, its headers, and a body that came compressed."""

from __future__ import annotations

import uuid
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from jupyter_smkit.api.errors import ApiError, SerializationException, code_for
from jupyter_smkit.api.models import OperationModel, ServiceModel
from jupyter_smkit.api.sigv4 import Request

Params = dict[str, Any]
MAX_DECOMPRESSED = 64 * 1024 * 1024
"""Bytes that a compressed body may unfold to."""


@dataclass(frozen=True)
class Response:
    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


class WireProtocol(Protocol):
    """The server's side of one protocol; its modules are the instances."""

    def parse(
        self, service: ServiceModel, request: Request, body: bytes
    ) -> tuple[OperationModel, Params]:
        """Raises SerializationException or UnknownOperation."""

    def serialise(self, operation: OperationModel, result: Params) -> Response: ...

    def error(self, error: ApiError, operation: OperationModel | None) -> Response: ...


def request_id() -> str:
    return str(uuid.uuid4())


def decompressed(request: Request, body: bytes) -> bytes:
    """The body without its ``Content-Encoding``; botocore gzips large PutMetricData bodies."""
    encoding = request.headers.get("content-encoding", "")
    if "gzip" not in encoding:
        return body
    inflate = zlib.decompressobj(wbits=16 + zlib.MAX_WBITS)
    try:
        plain = inflate.decompress(body, MAX_DECOMPRESSED)
    except zlib.error as wrong:
        raise SerializationException(f"The body is not valid gzip: {wrong}") from None
    if not inflate.eof:
        raise SerializationException("The gzip body is cut short or unfolds to more than 64 MiB")
    return plain


def error_shape(error: ApiError, operation: OperationModel | None) -> Any:
    """The modelled shape of an error where its operation declares one, else None."""
    if operation is None:
        return None
    for shape in operation.error_shapes:
        if error.code in (shape.error_code, shape.name):
            return shape
    return None


def query_error(error: ApiError, operation: OperationModel | None) -> dict[str, str]:
    """The header by which services that once spoke the query protocol name that time's code."""
    if operation is None or "awsQueryCompatible" not in operation.service_model.metadata:
        return {}
    shape = error_shape(error, operation)
    code = code_for(error, "query") if shape is None else shape.error_code
    return {"x-amzn-query-error": f"{code};{fault(error)}"}


def fault(error: ApiError) -> str:
    return "Sender" if error.status < 500 else "Receiver"
