"""Who sent a request, once the signature of its head has been verified."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from jupyter_smkit.api.sigv4 import Signature

PARENT = "x-amz-smkit-parent"
"""The header in which smkit's own client names the ARN of the record for which it asks."""


@dataclass(frozen=True)
class Caller:
    account: str
    region: str
    access_key: str
    parent: str = field(default="", kw_only=True)
    """The ARN of the record for which smkit itself asks; empty: a client asks."""


@dataclass(frozen=True)
class S3Caller(Caller):
    """Of a request whose body is verified as it arrives."""

    secret: str
    """The secret that signed: streamed S3 chunks are verified with it."""
    signature: Signature


def caller_of(scope: Mapping[str, Any]) -> Caller:
    """Who asks an ASGI application of the api; whoever verified the head has put it there."""
    caller: Caller = scope["smkit.caller"]
    return caller
