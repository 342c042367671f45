"""Who sent a request, once the signature of its head has been verified."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_smkit.api.sigv4 import Signature

PARENT = "x-amz-smkit-parent"
"""The header in which smkit's own client names the ARN of the record for which it asks."""


@dataclass(frozen=True)
class Caller:
    """Stands in the ASGI scope as ``smkit.caller``."""

    account: str
    region: str
    access_key: str
    secret: str
    """The secret that signed: streamed S3 chunks are verified with it."""
    signature: Signature
