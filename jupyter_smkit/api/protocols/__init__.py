"""The wire protocols of AWS's services, from the server's side."""

from jupyter_smkit.api.models import ServiceModel
from jupyter_smkit.api.protocols import cbor, json, plain, query, rest_json
from jupyter_smkit.api.protocols.message import Response, WireProtocol
from jupyter_smkit.api.sigv4 import Request

__all__ = ["Response", "WireProtocol", "choose"]

_BY_NAME: dict[str, WireProtocol] = {
    "json": json,
    "query": query,
    "rest-json": rest_json,
    "smithy-rpc-v2-cbor": cbor,
}


def choose(request: Request, service: ServiceModel | None) -> WireProtocol:
    """The protocol that a request speaks; the service's own where its headers do not tell.

    ``service`` is None where it could not be found out, and an error has to be answered.
    """
    if request.path.startswith(plain.PATH):
        return plain
    headers = request.headers
    if headers.get("smithy-protocol") == "rpc-v2-cbor":
        return cbor
    if "x-amz-target" in headers:
        return json
    if headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return query
    if service is None:
        return json
    return _BY_NAME.get(service.metadata["protocol"], query)
