"""What the store keeps of buckets, objects and uploads."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field

from jupyter_smkit.objects.errors import NoSuchKey, PreconditionFailed

DEFAULT_CONTENT_TYPE = "binary/octet-stream"


@dataclass(frozen=True)
class Bucket:
    name: str
    account: str
    region: str
    created: float
    """Unix seconds."""


@dataclass(frozen=True)
class Attributes:
    """What a client says of an object besides its bytes."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers that are given back as they came, by lower-case name: ``content-type``, …"""
    metadata: Mapping[str, str] = field(default_factory=dict)
    """User metadata, by lower-case name without ``x-amz-meta-``."""
    tags: Mapping[str, str] = field(default_factory=dict)


NO_ATTRIBUTES = Attributes()


@dataclass(frozen=True)
class Part:
    """A part of an upload, or of the object that it became."""

    number: int
    size: int
    etag: str
    checksums: Mapping[str, str] = field(default_factory=dict)
    modified: float = 0.0


@dataclass(frozen=True)
class ObjectInfo:
    bucket: str
    key: str
    size: int
    etag: str
    """Without its quotes."""
    modified: float
    """Unix seconds."""
    attributes: Attributes = NO_ATTRIBUTES
    checksums: Mapping[str, str] = field(default_factory=dict)
    """Base64 by algorithm."""
    checksum_type: str = ""
    blobs: tuple[tuple[str, int], ...] = ()
    """The blobs that hold the bytes, in their order, with their sizes."""
    parts: tuple[Part, ...] = ()
    """Parts of an object that was uploaded in parts."""

    @property
    def content_type(self) -> str:
        return self.attributes.headers.get("content-type", DEFAULT_CONTENT_TYPE)


@dataclass(frozen=True)
class Condition:
    """What must hold of the object that stands at a key for a write or a delete to happen."""

    if_match: str | None = None
    if_none_match: str | None = None

    def check(self, etag: str | None) -> None:
        """``etag`` is the present object's, None where there is none."""
        if self.if_match is not None:
            if etag is None:
                raise NoSuchKey
            if not matches(self.if_match, etag):
                raise PreconditionFailed(Condition="If-Match")
        if (
            self.if_none_match is not None
            and etag is not None
            and matches(self.if_none_match, etag)
        ):
            raise PreconditionFailed(Condition="If-None-Match")


ALWAYS = Condition()


def matches(header: str, etag: str) -> bool:
    """Whether an If-Match or If-None-Match header covers an ETag."""
    wanted = (entry.strip().removeprefix("W/").strip('"') for entry in header.split(","))
    return any(entry in ("*", etag) for entry in wanted)


def find(connection: sqlite3.Connection, bucket: str, key: bytes) -> ObjectInfo | None:
    row = connection.execute(
        "SELECT * FROM objects WHERE bucket = ? AND key = ?", (bucket, key)
    ).fetchone()
    return None if row is None else object_of(row)


def object_of(row: sqlite3.Row) -> ObjectInfo:
    return ObjectInfo(
        bucket=row["bucket"],
        key=row["key"].decode(),
        size=row["size"],
        etag=row["etag"],
        modified=row["modified"],
        attributes=attributes_of(row),
        checksums=json.loads(row["checksums"]),
        checksum_type=row["checksum_type"],
        blobs=tuple((blob, size) for blob, size in json.loads(row["blobs"])),
        parts=tuple(
            Part(number, size, "", checksums)
            for number, size, checksums in json.loads(row["parts"])
        ),
    )


def attributes_of(row: sqlite3.Row) -> Attributes:
    return Attributes(
        json.loads(row["headers"]), json.loads(row["metadata"]), json.loads(row["tags"])
    )


def row_of(info: ObjectInfo) -> dict[str, object]:
    """The object's row in the index."""
    return {
        "bucket": info.bucket,
        "key": info.key.encode(),
        "size": info.size,
        "etag": info.etag,
        "modified": info.modified,
        "blobs": json.dumps(info.blobs),
        "headers": json.dumps(dict(info.attributes.headers)),
        "metadata": json.dumps(dict(info.attributes.metadata)),
        "checksums": json.dumps(dict(info.checksums)),
        "checksum_type": info.checksum_type,
        "tags": json.dumps(dict(info.attributes.tags)),
        "parts": json.dumps(
            [(part.number, part.size, dict(part.checksums)) for part in info.parts]
        ),
    }
