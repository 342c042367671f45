"""Which side this process is on, and how AWS's addresses look.

With ``presence``, ``plainhttp`` and the table of services it is loaded by path, as the hook is, and
needs only the standard library.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass

from jupyter_smkit.api.services import SIGNING_NAMES

_DOMAIN = r"(?:amazonaws\.com(?:\.cn)?|amazonaws\.eu|api\.aws)"
_REGION = r"[a-z]{2}[a-z0-9-]*-\d"
AWS_HOST = re.compile(rf"\.(?:{_DOMAIN}|on\.aws)$")
S3_HOST = re.compile(
    rf"^(?:(?P<bucket>.+)\.)?s3(?:-accelerate|-fips)?(?:\.dualstack)?(?:[.-]{_REGION})?\.{_DOMAIN}$"
)
SERVICE_HOST = re.compile(
    rf"^(?:[a-z-]+\.)?(?:{'|'.join(sorted(SIGNING_NAMES - {'s3'}))})(?:-fips)?(?:\.{_REGION})?\.{_DOMAIN}$"
)


@dataclass(frozen=True)
class Target:
    """Where smkit listens, and the key to sign with."""

    base_url: str
    access_key: str
    secret: str
    refusal: str = ""
    """Why nothing can be sent there: every request fails with it."""
    home: str = ""
    """smkit's home, where it is known."""


@dataclass
class Switch:
    target: Target | None = None
    """None: requests go to the real AWS."""
    engaged: bool = False
    """False: this process was switched to neither side, and its requests are left alone."""
    addresses: frozenset[str] = frozenset()
    """Every address of smkit that this process was pointed to so far."""
    awaited: bool = False
    """Whether a request has found, or waited for, the target."""


switch = Switch()


def point(to: Target | None) -> None:
    """Sends every request from now on to ``to``; None: to the real AWS."""
    switch.target = to
    switch.engaged = True
    switch.awaited = False
    if to is not None:
        switch.addresses |= {to.base_url}


def told_by_environment() -> Target | None:
    """The target of a process that started with smkit's environment."""
    url = os.environ.get("SMKIT_ENDPOINT_URL")
    key = os.environ.get("SMKIT_ACCESS_KEY_ID")
    secret = os.environ.get("SMKIT_SECRET_ACCESS_KEY")
    if not (url and key and secret):
        return None
    refusal, home = os.environ.get("SMKIT_REFUSAL", ""), os.environ.get("SMKIT_HOME", "")
    return Target(url, key, secret, refusal, home)


def host_of_aws(host: str | bytes | None) -> str:
    """The host in lower case where it is AWS's, else nothing."""
    text = host.decode("ascii", "replace") if isinstance(host, bytes) else host or ""
    text = text.lower().rstrip(".")
    return text if AWS_HOST.search(text) else ""
