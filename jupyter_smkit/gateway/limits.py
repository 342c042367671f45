"""What InvokeEndpoint's headers may hold, after botocore's model of sagemaker-runtime."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from jupyter_smkit.api.errors import ApiError

_ASCII = r"[\x00-\x7f]*"
_NAME = r"[a-zA-Z0-9](-*[a-zA-Z0-9])*"
_PRINTABLE = r"\S[\x20-\x7e]*"


@dataclass(frozen=True)
class Header:
    member: str
    limit: int
    pattern: str
    passed: bool = True
    """Whether the model gets it."""
    refusal: str = ""
    """Why no endpoint of ours takes it."""


_PREFIX = "x-amzn-sagemaker-"
_HEADERS = {
    "content-type": Header("contentType", 1024, _ASCII),
    "accept": Header("accept", 1024, _ASCII),
    _PREFIX + "custom-attributes": Header("customAttributes", 1024, _ASCII),
    _PREFIX + "inference-id": Header("inferenceId", 64, _PRINTABLE),
    _PREFIX + "target-variant": Header("targetVariant", 63, _NAME, passed=False),
    _PREFIX + "target-model": Header(
        "targetModel",
        1024,
        _PRINTABLE,
        refusal="TargetModel is for multi-model endpoints, and this endpoint is not one.",
    ),
    _PREFIX + "target-container-hostname": Header(
        "targetContainerHostname",
        63,
        _NAME,
        refusal="TargetContainerHostname is for endpoints with direct invocation of several "
        "containers, and this endpoint has one container.",
    ),
    _PREFIX + "inference-component": Header(
        "inferenceComponentName",
        63,
        r"[a-zA-Z0-9]([\-a-zA-Z0-9]*[a-zA-Z0-9])?",
        refusal="Inference Component Name header is not allowed for endpoints to which you "
        "do not deploy inference components.",
    ),
    _PREFIX + "session-id": Header(
        "sessionId",
        256,
        f"NEW_SESSION|{_NAME}",
        refusal="SessionId is for stateful models, and the model of this endpoint is not one.",
    ),
    _PREFIX + "enable-explanations": Header(
        "enableExplanations",
        64,
        r".*",
        refusal="EnableExplanations is for endpoints with an ExplainerConfig, and this endpoint "
        "has none.",
    ),
}
_PATTERNS = {name: re.compile(header.pattern) for name, header in _HEADERS.items()}


def checked_headers(headers: Mapping[str, str]) -> bytes:
    """The lines of a request's head that the model gets; raises ApiError for a bad value."""
    return b"".join([_line(name, headers[name]) for name in headers if name in _HEADERS])


@lru_cache(maxsize=256)
def _line(name: str, value: str) -> bytes:
    header = _HEADERS[name]
    if len(value) > header.limit:
        raise _violation(
            value, header, f"Member must have length less than or equal to {header.limit}"
        )
    if not _PATTERNS[name].fullmatch(value):
        raise _violation(
            value, header, f"Member must satisfy regular expression pattern: {header.pattern}"
        )
    if header.refusal:
        raise ApiError(header.refusal, code="ValidationError", status=400)
    return f"{name}: {value}\r\n".encode("latin-1") if header.passed else b""


def _violation(value: str, header: Header, constraint: str) -> ApiError:
    shown = "" if header.member == "customAttributes" else f" '{value[:200]}'"
    return ApiError(
        f"1 validation error detected: Value{shown} at '{header.member}' failed to satisfy "
        f"constraint: {constraint}",
        code="ValidationError",
        status=400,
    )
