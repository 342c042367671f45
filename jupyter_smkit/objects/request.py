"""One S3 request, and what is answered."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any
from urllib.parse import parse_qsl

from jupyter_smkit.api.caller import S3Caller
from jupyter_smkit.api.numbers import whole
from jupyter_smkit.objects import xml
from jupyter_smkit.objects.blobs import Blob, BlobWriter
from jupyter_smkit.objects.content import Content
from jupyter_smkit.objects.errors import (
    AccessDenied,
    InvalidArgument,
    InvalidURI,
    NoSuchVersion,
    NotImplementedHere,
)
from jupyter_smkit.objects.model import Bucket
from jupyter_smkit.objects.names import encoded_key, split_request
from jupyter_smkit.objects.store import ObjectStore

Scope = MutableMapping[str, Any]


@dataclass(frozen=True)
class S3Request:
    method: str
    bucket: str
    """Empty: the service itself."""
    key: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    caller: S3Caller
    store: ObjectStore
    body: bytes = b""

    @property
    def number_of_part(self) -> int:
        return self.number("partNumber", 0)

    def number(self, name: str, default: int, maximum: int | None = None) -> int:
        """A number of the query that is not negative."""
        text = self.query.get(name) or str(default)
        found = whole(text)
        if found is None or found > 2**31 - 1:
            raise InvalidArgument(
                f"Provided {name} not an integer or within integer range",
                ArgumentName=name,
                ArgumentValue=text,
            )
        return found if maximum is None else min(found, maximum)

    def owned(self, name: str = "", owner_header: str = "x-amz-expected-bucket-owner") -> Bucket:
        """The bucket, if it is the caller's; raises NoSuchBucket or AccessDenied."""
        found = self.store.buckets.get(name or self.bucket)
        expected = self.headers.get(owner_header, found.account)
        if found.account != self.caller.account or expected != found.account:
            raise AccessDenied
        return found


@dataclass(frozen=True)
class Answer:
    status: int = 200
    body: bytes | Content = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reception:
    """Where the bytes of a PUT go, and what is done with them once they have all come."""

    writer: BlobWriter
    keep: Callable[[Blob], Answer]


Handler = Callable[[S3Request], Answer]
Receiver = Callable[[S3Request], Reception]


def read_request(scope: Scope, caller: S3Caller, store: ObjectStore) -> S3Request:
    headers = read_headers(scope)
    raw = scope.get("raw_path") or scope["path"].encode()
    bucket, key = split_request(raw, headers.get("host", ""))
    if key:
        encoded_key(key)
    try:
        query = dict(
            parse_qsl(
                scope["query_string"].decode("ascii"), keep_blank_values=True, errors="strict"
            )
        )
    except ValueError:
        raise InvalidURI from None
    if query.get("versionId", "null") not in ("null", ""):
        raise NoSuchVersion(Key=key, VersionId=query["versionId"])
    if any(name.startswith("x-amz-server-side-encryption-customer-") for name in headers):
        raise NotImplementedHere("smkit does not encrypt objects with keys of the client (SSE-C)")
    return S3Request(
        method=scope["method"],
        bucket=bucket,
        key=key,
        query=query,
        headers=headers,
        caller=caller,
        store=store,
    )


def read_headers(scope: Scope) -> dict[str, str]:
    """By lower-case name; a repeated header's values are joined by commas."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        lower = name.decode("latin-1").lower()
        text = value.decode("latin-1")
        headers[lower] = f"{headers[lower]},{text}" if lower in headers else text
    return headers


def new_id() -> str:
    return os.urandom(8).hex().upper()


def answer_xml(name: str, content: xml.Node, status: int = 200) -> Answer:
    return Answer(status, xml.document(name, content), {"content-type": "application/xml"})


def quoted(etag: str) -> str:
    return f'"{etag}"'


def http_date(at: float) -> str:
    return format_datetime(datetime.fromtimestamp(int(at), UTC), usegmt=True)


def read_http_date(text: str) -> float | None:
    """Unix seconds; None where a header is no date, and is ignored as S3 does."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, OverflowError):
        return None


def owner(account: str) -> xml.Node:
    """The Owner element's content: an account's canonical user id, and its number as its name."""
    return [("ID", canonical_id(account)), ("DisplayName", account)]


def canonical_id(account: str) -> str:
    return hashlib.sha256(f"smkit account {account}".encode()).hexdigest()
