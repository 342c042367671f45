"""AWS Signature Version 4: verifying what a client signed, and signing our own calls.

After the public description "Signature Version 4 signing process". Needs only the standard
library: the gateway, supervisors and the Jupyter server use it without botocore.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote

from jupyter_smkit.api import sigv2
from jupyter_smkit.api.errors import (
    BadSignature,
    ClockSkew,
    ExpiredRequest,
    MissingToken,
    UnsignedHeaders,
)
from jupyter_smkit.api.numbers import whole

ALGORITHM = "AWS4-HMAC-SHA256"
EMPTY_SHA256 = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"
MAX_SKEW = 15 * 60
"""Seconds that a client's clock may differ from ours."""
MAX_EXPIRES = 7 * 24 * 3600
"""Seconds that a presigned URL may be good for."""
_UNRESERVED = "-_.~"
_REGION = re.compile("[a-z0-9-]{1,32}")
"""A region becomes part of the names of log files: it leads nowhere else."""


@dataclass(frozen=True)
class Signature:
    """What a request says of its signer, not yet verified."""

    access_key: str
    date: str
    """``YYYYMMDD`` of the credential scope; empty: a presigned address of version 2."""
    region: str
    service: str
    signed_headers: tuple[str, ...]
    signature: str
    timestamp: str
    """``YYYYMMDDTHHMMSSZ``"""
    token: str | None = None
    """The session token of temporary credentials."""
    expires: int | None = None
    """Seconds a presigned URL is good for; None: signed by header."""
    payload: str | None = None
    """``x-amz-content-sha256`` where the client sent one."""

    @property
    def scope(self) -> str:
        return f"{self.date}/{self.region}/{self.service}/aws4_request"


@dataclass(frozen=True)
class Request:
    """The head of an HTTP request; header names in lower case, the target as it came.

    A header's value has one character for each of its bytes (ISO-8859-1): clients sign bytes.
    """

    method: str
    target: str
    """Path and query exactly as on the request line."""
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def path(self) -> str:
        return self.target.partition("?")[0]

    @property
    def query(self) -> str:
        return self.target.partition("?")[2]


def parse(request: Request) -> Signature:
    """Reads the signature of a request, from its header or its query.

    Raises MissingToken where it carries none, BadSignature where it cannot be read.
    """
    header = request.headers.get("authorization")
    if header is not None:
        return _from_header(header, request.headers)
    if "X-Amz-Signature=" in request.query or "X-Amz-Credential=" in request.query:
        return _from_query(request)
    if sigv2.is_signed(request):
        return sigv2.parse(request)
    raise MissingToken(
        'Missing Authentication Token: sign the request with the key that "smkit env" prints'
    )


def _from_header(header: str, headers: Mapping[str, str]) -> Signature:
    before, _, behind = header.partition("Signature=")
    signature, _, after = behind.partition(",")
    credential, signed = _signer(before + after)
    if not signature:
        raise BadSignature("Authorization header requires 'Signature' parameter.")
    return _signature(
        credential,
        signed,
        signature.strip(),
        headers.get("x-amz-date") or _http_date(headers.get("date", "")),
        token=headers.get("x-amz-security-token"),
        payload=headers.get("x-amz-content-sha256"),
    )


@lru_cache(maxsize=256)
def _signer(header: str) -> tuple[str, str]:
    """Credential and SignedHeaders, which a client's requests of one day share."""
    algorithm, _, rest = header.partition(" ")
    if algorithm != ALGORITHM:
        raise BadSignature(f"Unsupported authorization type {algorithm!r}; use {ALGORITHM}")
    parts = dict(part.strip().partition("=")[::2] for part in rest.split(","))
    missing = [name for name in ("Credential", "SignedHeaders") if name not in parts]
    if missing:
        raise BadSignature(f"Authorization header requires {missing[0]!r} parameter.")
    return parts["Credential"], parts["SignedHeaders"]


def _from_query(request: Request) -> Signature:
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    try:
        expires = whole(query["X-Amz-Expires"])
        if expires is None:
            raise BadSignature("X-Amz-Expires should be a number of seconds")
        return _signature(
            query["X-Amz-Credential"],
            query["X-Amz-SignedHeaders"],
            query["X-Amz-Signature"],
            query["X-Amz-Date"],
            token=query.get("X-Amz-Security-Token"),
            payload=request.headers.get("x-amz-content-sha256", UNSIGNED),
            expires=expires,
        )
    except KeyError as missing:
        raise BadSignature(f"A presigned URL requires {missing} in its query") from None


def _signature(
    credential: str,
    signed: str,
    signature: str,
    timestamp: str,
    *,
    token: str | None,
    payload: str | None,
    expires: int | None = None,
) -> Signature:
    fields = credential.rsplit("/", 4)
    if len(fields) != 5 or fields[4] != "aws4_request":
        raise BadSignature(
            "Credential should be scoped as ACCESS_KEY/YYYYMMDD/region/service/aws4_request"
        )
    if not _REGION.fullmatch(fields[2]):
        raise BadSignature(f"Credential should be scoped to a valid region, not {fields[2]!r:.80}")
    return Signature(
        access_key=fields[0],
        date=fields[1],
        region=fields[2],
        service=fields[3],
        signed_headers=tuple(signed.lower().split(";")),
        signature=signature,
        timestamp=timestamp,
        token=token,
        expires=expires,
        payload=payload,
    )


def verify(request: Request, found: Signature, secret: str, payload: str, now: float) -> None:
    """Raises an AuthError unless ``found`` signs ``request``.

    ``payload`` is the hex SHA-256 of the body, or the literal that stands for it
    (``UNSIGNED-PAYLOAD``, ``STREAMING-…``); ``now`` is in Unix seconds.
    """
    if not found.date:
        sigv2.verify(request, found, secret, now)
        return
    _check_time(found, now)
    if "host" not in found.signed_headers:
        raise BadSignature("'Host' must be a 'SignedHeader' in the AWS Authorization.")
    if found.service == "s3":
        _check_signed(request, found)
    expected = _sign(request, found, secret, payload)
    if not hmac.compare_digest(expected.encode(), found.signature.encode(errors="replace")):
        raise BadSignature(
            "The request signature we calculated does not match the signature you provided. "
            "Check your AWS Secret Access Key and signing method."
        )


def _check_signed(request: Request, found: Signature) -> None:
    """Who was given a presigned address to write to may not make it a copy of something else."""
    signed = {*found.signed_headers, "x-amz-content-sha256"}
    added = [name for name in request.headers if name.startswith("x-amz-") and name not in signed]
    if added:
        raise UnsignedHeaders(
            "There were headers present in the request which were not signed",
            members={"HeadersNotSigned": ", ".join(added)},
        )


def _check_time(found: Signature, now: float) -> None:
    at = _unix_time(found.timestamp)
    if found.timestamp[:8] != found.date:
        raise BadSignature("Date in Credential scope does not match YYYYMMDD from ISO-8601 date")
    if found.expires is not None and found.expires > MAX_EXPIRES:
        raise BadSignature(
            f"X-Amz-Expires must not exceed {MAX_EXPIRES} seconds (a week)",
            code="AuthorizationQueryParametersError",
            status=400,
        )
    if found.expires is None:
        if abs(now - at) > MAX_SKEW:
            earlier, later = sorted((found.timestamp, _stamp(now)))
            raise ClockSkew(
                f"Signature expired: {earlier} is now earlier than {later} "
                f"by more than 15 min. Set this machine's clock right"
            )
    elif not at - MAX_SKEW <= now <= at + found.expires:
        raise ExpiredRequest(
            f"Request has expired: it was signed at {found.timestamp}, it is {_stamp(now)}"
        )


@lru_cache(maxsize=64)
def _unix_time(timestamp: str) -> float:
    # A client's requests of one second share the timestamp; strptime costs as much as the HMAC.
    try:
        return datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        raise BadSignature(f"Date must be in ISO-8601 'basic format'. Got {timestamp!r}.") from None


def _stamp(now: float) -> str:
    return datetime.fromtimestamp(now, UTC).strftime("%Y%m%dT%H%M%SZ")


def _sign(request: Request, found: Signature, secret: str, payload: str) -> str:
    is_s3 = found.service == "s3"
    canonical = "\n".join(
        (
            request.method,
            _canonical_path(request.path, is_s3),
            _canonical_query(request.query),
            *(f"{name}:{_canonical_value(request, name)}" for name in found.signed_headers),
            "",
            ";".join(found.signed_headers),
            payload,
        )
    )
    key = signing_key(secret, found.date, found.region, found.service)
    return _hex(key, string_to_sign(found.timestamp, found.scope, canonical))


def string_to_sign(timestamp: str, scope: str, canonical: str) -> str:
    digest = hashlib.sha256(canonical.encode("latin-1")).hexdigest()
    return f"{ALGORITHM}\n{timestamp}\n{scope}\n{digest}"


@lru_cache(maxsize=256)
def signing_key(secret: str, date: str, region: str, service: str) -> bytes:
    """The key of one day, region and service; streamed S3 chunks are signed with it as well."""
    key = f"AWS4{secret}".encode()
    for part in (date, region, service, "aws4_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


def _hex(key: bytes, text: str) -> str:
    keyed = _keyed(key).copy()
    keyed.update(text.encode())
    return keyed.hexdigest()


@lru_cache(maxsize=256)
def _keyed(key: bytes) -> hmac.HMAC:
    # To copy one spares OpenSSL the search for its algorithm, which costs more than the hash.
    return hmac.new(key, digestmod="sha256")


@lru_cache(maxsize=1024)
def _canonical_path(path: str, is_s3: bool) -> str:
    decoded = unquote(path, errors="surrogateescape")
    once = quote(decoded, safe="/" + _UNRESERVED, errors="surrogateescape") or "/"
    # Every service but S3 signs the path as it stands on the request line, encoded once more.
    return (
        once
        if is_s3
        else quote(_normalised(path) or "/", safe="/" + _UNRESERVED, errors="surrogateescape")
    )


def _normalised(path: str) -> str:
    """The path without empty, ``.`` and ``..`` segments (RFC 3986, section 5.2.4)."""
    kept: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            if kept:
                kept.pop()
        elif segment not in ("", "."):
            kept.append(segment)
    trailing = "/" if path.endswith("/") and kept else ""
    return "/" + "/".join(kept) + trailing


def _canonical_query(query: str) -> str:
    if not query:
        return ""
    pairs = []
    for pair in query.split("&"):
        if not pair or pair.startswith("X-Amz-Signature="):
            continue
        name, _, value = pair.partition("=")
        pairs.append((_recoded(name), _recoded(value)))
    return "&".join(f"{name}={value}" for name, value in sorted(pairs))


def _recoded(text: str) -> str:
    decoded = unquote(text.replace("+", "%20"), errors="surrogateescape")
    return quote(decoded, safe=_UNRESERVED, errors="surrogateescape")


def _canonical_value(request: Request, name: str) -> str:
    value = request.headers.get(name)
    if value is None:
        raise BadSignature(f"The header {name!r} is signed but was not sent")
    return " ".join(value.split())


def _http_date(value: str) -> str:
    try:
        at = datetime.strptime(value.replace("GMT", "+0000"), "%a, %d %b %Y %H:%M:%S %z")
    except ValueError:
        return value
    return _stamp(at.timestamp())


def sign(
    request: Request,
    *,
    access_key: str,
    secret: str,
    region: str,
    service: str,
    body: bytes = b"",
    payload: str = "",
    now: float,
    token: str | None = None,
) -> dict[str, str]:
    """The headers to add to ``request`` (which must have ``host``) so that it verifies.

    ``payload`` stands for the body's hash where the body is streamed (``UNSIGNED``).
    """
    timestamp = _stamp(now)
    payload = payload or hashlib.sha256(body).hexdigest()
    added = {"x-amz-date": timestamp, "x-amz-content-sha256": payload}
    if token:
        added["x-amz-security-token"] = token
    complete = Request(request.method, request.target, {**request.headers, **added})
    names = sorted(name for name in complete.headers if name == "host" or name.startswith("x-amz-"))
    unsigned = Signature(
        access_key, timestamp[:8], region, service, tuple(names), "", timestamp, token
    )
    signature = _sign(complete, unsigned, secret, payload)
    added["authorization"] = (
        f"{ALGORITHM} Credential={access_key}/{unsigned.scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )
    return added
