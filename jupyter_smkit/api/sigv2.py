"""Presigned addresses of S3's old kind, which boto3 still makes by default in us-east-1.

After "Signing and authenticating REST requests (AWS signature version 2)" in the Amazon S3
developer guide. Only addresses: headers are signed by version 4.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, unquote

from jupyter_smkit.api.errors import BadSignature, ExpiredRequest
from jupyter_smkit.api.numbers import whole

if TYPE_CHECKING:
    from jupyter_smkit.api.sigv4 import Request, Signature

_SIGNED_QUERY = {
    *("acl", "cors", "delete", "lifecycle", "location", "logging", "notification", "partNumber"),
    *("policy", "requestPayment", "response-cache-control", "response-content-disposition"),
    *("response-content-encoding", "response-content-language", "response-content-type"),
    *("response-expires", "restore", "tagging", "torrent", "uploadId", "uploads", "versionId"),
    *("versioning", "versions", "website"),
}
"""Names of the query that are part of the resource that is signed."""


def is_signed(request: Request) -> bool:
    return dict(parse_qsl(request.query)).keys() >= {"AWSAccessKeyId", "Signature"}


def parse(request: Request) -> Signature:
    from jupyter_smkit.api.sigv4 import UNSIGNED, Signature

    query = dict(parse_qsl(request.query, keep_blank_values=True))
    expires = whole(query.get("Expires", ""))
    if expires is None:
        raise BadSignature("A presigned URL requires Expires, in Unix seconds, in its query")
    return Signature(
        access_key=query["AWSAccessKeyId"],
        date="",
        region="us-east-1",
        service="s3",
        signed_headers=(),
        signature=query["Signature"],
        timestamp="",
        token=query.get("x-amz-security-token"),
        expires=expires,
        payload=UNSIGNED,
    )


def verify(request: Request, found: Signature, secret: str, now: float) -> None:
    """Raises an AuthError unless ``found`` signs ``request``."""
    expires = found.expires or 0
    if now > expires:
        raise ExpiredRequest("Request has expired")
    text = "\n".join(
        (
            request.method,
            request.headers.get("content-md5", ""),
            request.headers.get("content-type", ""),
            str(expires),
            _amazon_headers(request.headers, found.token) + _resource(request),
        )
    )
    digest = hmac.digest(secret.encode(), text.encode("utf-8", "surrogateescape"), "sha1")
    if not hmac.compare_digest(base64.b64encode(digest), found.signature.encode(errors="replace")):
        raise BadSignature(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method."
        )


def _amazon_headers(headers: Mapping[str, str], token: str | None) -> str:
    found = {name: value for name, value in headers.items() if name.startswith("x-amz-")}
    if token is not None:
        found["x-amz-security-token"] = token
    return "".join(f"{name}:{' '.join(found[name].split())}\n" for name in sorted(found))


def _resource(request: Request) -> str:
    """The path as it was sent, and the parameters that choose what is done to it."""
    pairs = [pair.partition("=") for pair in request.query.split("&")]
    signed = sorted(
        (name, unquote(value.replace("+", " ")))
        for name, _, value in pairs
        if name in _SIGNED_QUERY
    )
    text = "&".join(f"{name}={value}" if value else name for name, value in signed)
    return f"{request.path}?{text}" if text else request.path
