"""The one family of errors that reaches a client, named and worded as AWS names and words them."""

from __future__ import annotations

from typing import Any


class ApiError(Exception):
    """An answer other than success.

    ``code`` is AWS's error code (``ValidationException``), ``status`` the HTTP status,
    ``members`` further members of a modelled error shape.
    """

    code = "InternalFailure"
    status = 500

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        status: int = 0,
        members: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.status = status or type(self).status
        self.members = members or {}


class ValidationException(ApiError):
    code, status = "ValidationException", 400


class ResourceNotFound(ApiError):
    code, status = "ResourceNotFound", 400


class ResourceInUse(ApiError):
    code, status = "ResourceInUse", 400


class ResourceLimitExceeded(ApiError):
    code, status = "ResourceLimitExceeded", 400


class ConflictException(ApiError):
    code, status = "ConflictException", 400


class UnknownOperation(ApiError):
    code, status = "UnknownOperationException", 400


class NotSupportedYet(ApiError):
    """An operation of the service model whose effect smkit cannot bring about yet."""

    code, status = "ValidationException", 400

    def __init__(self, operation: str) -> None:
        super().__init__(f"{operation}: not supported by smkit yet")


class SerializationException(ApiError):
    code, status = "SerializationException", 400


class AuthError(ApiError):
    """Who asks could not be established. ``code`` is the JSON protocols' name for why."""

    code, status = "AccessDeniedException", 403


class MissingToken(AuthError):
    code = "MissingAuthenticationTokenException"


class UnknownKey(AuthError):
    code = "UnrecognizedClientException"


class BadSignature(AuthError):
    code = "InvalidSignatureException"


class ClockSkew(AuthError):
    code = "RequestTimeTooSkewed"


class ExpiredRequest(AuthError):
    """A presigned address whose time is over."""


class UnsignedHeaders(AuthError):
    """Headers that change what a request does, and that whoever signed it did not send."""


class ExpiredToken(AuthError):
    code = "ExpiredTokenException"


# The same refusals under the names that the query protocol and S3 use.
_QUERY_NAMES = {
    "MissingAuthenticationTokenException": "MissingAuthenticationToken",
    "UnrecognizedClientException": "InvalidClientTokenId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "RequestTimeTooSkewed": "SignatureDoesNotMatch",
    "ExpiredTokenException": "ExpiredToken",
    "ValidationException": "ValidationError",
}
_S3_NAMES = {
    "MissingAuthenticationTokenException": "AccessDenied",
    "UnrecognizedClientException": "InvalidAccessKeyId",
    "InvalidSignatureException": "SignatureDoesNotMatch",
    "ExpiredTokenException": "ExpiredToken",
    "AccessDeniedException": "AccessDenied",
}
_JSON_NAMES = {"RequestTimeTooSkewed": "InvalidSignatureException"}


def code_for(error: ApiError, protocol: str) -> str:
    """The error's code as ``protocol`` (botocore's name) spells it."""
    names = {"query": _QUERY_NAMES, "rest-xml": _S3_NAMES}.get(protocol, _JSON_NAMES)
    return names.get(error.code, error.code)
