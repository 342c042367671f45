"""What headers say of an object: its attributes, ranges, conditions and checksums."""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote_to_bytes

from jupyter_smkit.objects import xml
from jupyter_smkit.objects.content import Range
from jupyter_smkit.objects.errors import (
    InvalidArgument,
    InvalidStorageClass,
    InvalidTag,
    MetadataTooLarge,
    NoSuchVersion,
    NotImplementedHere,
    NotModified,
    PreconditionFailed,
)
from jupyter_smkit.objects.model import Attributes, Condition, ObjectInfo, matches
from jupyter_smkit.objects.request import S3Request, http_date, quoted, read_http_date

_KEPT = (
    "cache-control",
    "content-disposition",
    "content-encoding",
    "content-language",
    "content-type",
    "expires",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
)
OVERRIDES = {
    f"response-{name}": name
    for name in (
        "cache-control",
        "content-disposition",
        "content-encoding",
        "content-language",
        "content-type",
        "expires",
    )
}
_STANDARD = "STANDARD"
_STORAGE_CLASSES = {
    *(_STANDARD, "STANDARD_IA", "ONEZONE_IA", "INTELLIGENT_TIERING", "REDUCED_REDUNDANCY"),
    *("GLACIER", "GLACIER_IR", "DEEP_ARCHIVE"),
}
_METADATA = "x-amz-meta-"
_MAX_METADATA = 2048
"""Bytes of all names and values of user metadata together."""
_MAX_TAGS = 10
_RANGE = re.compile("bytes=([0-9]{0,18})-([0-9]{0,18})")


def attributes_from(request: S3Request) -> Attributes:
    headers = {name: request.headers[name] for name in _KEPT if name in request.headers}
    if encoding := headers.get("content-encoding"):
        kept = [part.strip() for part in encoding.split(",") if part.strip() != "aws-chunked"]
        headers["content-encoding"] = ", ".join(kept)
        if not kept:
            del headers["content-encoding"]
    kind = headers.get("x-amz-storage-class", _STANDARD)
    if kind not in _STORAGE_CLASSES:
        raise InvalidStorageClass(StorageClassRequested=kind)
    if kind == _STANDARD:
        headers.pop("x-amz-storage-class", None)
    metadata = {
        name.removeprefix(_METADATA): value
        for name, value in request.headers.items()
        if name.startswith(_METADATA)
    }
    size = sum(len(name) + len(value) for name, value in metadata.items())
    if size > _MAX_METADATA:
        raise MetadataTooLarge(Size=size, MaxSizeAllowed=_MAX_METADATA)
    return Attributes(headers, metadata, tags_from(request))


def tags_from(request: S3Request) -> dict[str, str]:
    pairs = parse_qsl(request.headers.get("x-amz-tagging", ""), keep_blank_values=True)
    return checked_tags(pairs)


def tags_of_document(body: bytes) -> dict[str, str]:
    root = xml.parse(body, "Tagging").find("TagSet")
    tags = [] if root is None else root.all("Tag")
    return checked_tags([(tag.text("Key"), tag.text("Value")) for tag in tags])


def checked_tags(pairs: list[tuple[str, str]]) -> dict[str, str]:
    tags = dict(pairs)
    if len(tags) != len(pairs):
        raise InvalidTag("Cannot provide multiple Tags with the same key")
    if len(tags) > _MAX_TAGS:
        raise InvalidTag(f"Object tags cannot be greater than {_MAX_TAGS}")
    for key, value in pairs:
        if not 1 <= len(key) <= 128:
            raise InvalidTag("The TagKey you have provided is invalid")
        if len(value) > 256:
            raise InvalidTag("The TagValue you have provided is invalid")
    return tags


def head_of(info: ObjectInfo) -> dict[str, str]:
    """The headers that tell of an object, its length apart."""
    headers = {
        "content-type": info.content_type,
        **_validators(info),
        "accept-ranges": "bytes",
        **info.attributes.headers,
        **{f"{_METADATA}{name}": value for name, value in info.attributes.metadata.items()},
    }
    if info.attributes.tags:
        headers["x-amz-tagging-count"] = str(len(info.attributes.tags))
    return headers


def _validators(info: ObjectInfo) -> dict[str, str]:
    return {"etag": quoted(info.etag), "last-modified": http_date(info.modified)}


def checksum_headers(checksums: Mapping[str, str], kind: str) -> dict[str, str]:
    headers = {f"x-amz-checksum-{name.lower()}": value for name, value in checksums.items()}
    return headers | {"x-amz-checksum-type": kind} if headers and kind else headers


def range_from(header: str) -> Range | None:
    """One range of bytes; None where the header is none that S3 heeds."""
    found = _RANGE.fullmatch(header.strip())
    if found is None or found[0] == "bytes=-":
        return None
    first, last = (int(text) if text else None for text in found.groups())
    return None if first is not None and last is not None and first > last else (first, last)


def write_condition(request: S3Request) -> Condition:
    """Raises NotImplementedHere where If-None-Match names an ETag, as S3 does."""
    absent = request.headers.get("if-none-match")
    if absent not in (None, "*"):
        raise NotImplementedHere("If-None-Match of a write must be *", Header="If-None-Match")
    return Condition(request.headers.get("if-match"), absent)


def check_read(request: S3Request, info: ObjectInfo, prefix: str = "") -> None:
    """Raises PreconditionFailed or NotModified; ``prefix`` x-amz-copy-source-: only the first."""

    def given(name: str) -> str | None:
        return request.headers.get(prefix + name)

    modified = int(info.modified)
    if (wanted := given("if-match")) is not None:
        if not matches(wanted, info.etag):
            raise PreconditionFailed(Condition=f"{prefix}If-Match")
    elif (text := given("if-unmodified-since")) is not None:
        at = read_http_date(text)
        if at is not None and modified > at:
            raise PreconditionFailed(Condition=f"{prefix}If-Unmodified-Since")
    unchanged = False
    if (wanted := given("if-none-match")) is not None:
        unchanged = matches(wanted, info.etag)
    elif (text := given("if-modified-since")) is not None:
        at = read_http_date(text)
        unchanged = at is not None and modified <= at
    if unchanged and prefix:
        raise PreconditionFailed
    if unchanged:
        raise NotModified(_validators(info))


def copy_source(request: S3Request) -> tuple[str, str]:
    """Bucket and key that x-amz-copy-source names."""
    path, _, query = request.headers["x-amz-copy-source"].partition("?")
    if query not in ("", "versionId=null", "versionId="):
        raise NoSuchVersion
    try:
        decoded = unquote_to_bytes(path.encode("latin-1")).decode()
    except UnicodeDecodeError:
        decoded = ""
    bucket, _, key = decoded.removeprefix("/").partition("/")
    if not bucket or not key:
        raise InvalidArgument("Copy Source must mention the source bucket and key: /bucket/key")
    return bucket, key
