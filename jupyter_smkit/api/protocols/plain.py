"""smkit's own protocol, in which any operation of any service is plain JSON.

``POST /_smkit/call/<service>/<Operation>``, whatever the service speaks on AWS: members by
botocore's names, instants as seconds since 1970, blobs as base64.
"""

from __future__ import annotations

from functools import cache

from jupyter_smkit.api import models, services
from jupyter_smkit.api.errors import ApiError, UnknownOperation, code_for
from jupyter_smkit.api.models import OperationModel, ServiceModel
from jupyter_smkit.api.protocols import json, timestamps
from jupyter_smkit.api.protocols.documents import Encoding, reader, readers, writer
from jupyter_smkit.api.protocols.message import Params, Response, request_id
from jupyter_smkit.api.sigv4 import Request

PATH = "/_smkit/call/"


def service_of(request: Request) -> str:
    """The service that the path names; raises UnknownOperation."""
    name = request.path.removeprefix(PATH).partition("/")[0]
    if name == "s3" or name not in services.BY_NAME:
        known = ", ".join(sorted(services.BY_NAME.keys() - {"s3"}))
        raise UnknownOperation(f"smkit has no service {name!r} to call; there are {known}")
    return name


def parse(service: ServiceModel, request: Request, body: bytes) -> tuple[OperationModel, Params]:
    operation = models.operation(service, request.path.rpartition("/")[2])
    document = json.loads(body) if body else {}
    if operation.input_shape is None:
        return operation, {}
    read = reader(operation.input_shape, readers(service.service_name, by_member=True))
    return operation, read(document)


def serialise(operation: OperationModel, result: Params) -> Response:
    document = {}
    if operation.output_shape is not None:
        encoding = _encoding(operation.service_model.service_name)
        document = writer(operation.output_shape, encoding)(result)
    return Response(200, _headers(), json.dumps(document))


def error(error: ApiError, operation: OperationModel | None) -> Response:
    protocol = operation.service_model.metadata["protocol"] if operation else "json"
    code = code_for(error, protocol)
    document = json.error_document(error, code, operation)
    return Response(error.status, {**_headers(), "x-amzn-ErrorType": code}, json.dumps(document))


def _headers() -> dict[str, str]:
    return {"x-amzn-RequestId": request_id(), "Content-Type": "application/json"}


@cache
def _encoding(service: str) -> Encoding:
    return Encoding(
        blob=json.blob, timestamp=lambda _: timestamps.seconds, number=json.number, by_member=True
    )
