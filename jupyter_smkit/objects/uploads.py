"""Multipart uploads: parts are blobs, and completing one makes their blobs the object's."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_smkit.objects import checksums
from jupyter_smkit.objects.blobs import Blob
from jupyter_smkit.objects.errors import (
    BadDigest,
    EntityTooLarge,
    EntityTooSmall,
    InvalidArgument,
    InvalidPart,
    InvalidPartOrder,
    InvalidRequest,
    MalformedXML,
    NoSuchUpload,
)
from jupyter_smkit.objects.index import release
from jupyter_smkit.objects.listing import first_key, fold
from jupyter_smkit.objects.model import (
    ALWAYS,
    NO_ATTRIBUTES,
    Attributes,
    Condition,
    ObjectInfo,
    Part,
    attributes_of,
    find,
)
from jupyter_smkit.objects.names import encoded_key

if TYPE_CHECKING:
    from jupyter_smkit.objects.store import ObjectStore

MIN_PART = 5 << 20
"""Bytes of the smallest part but the last."""
MAX_PART = 5 << 30
MAX_PARTS = 10_000
_REMEMBERED = 24 * 3600.0
"""Seconds that completing an upload once more gives the same answer."""


@dataclass(frozen=True)
class Upload:
    id: str
    bucket: str
    key: str
    started: float
    attributes: Attributes
    algorithm: str
    checksum_type: str


@dataclass(frozen=True)
class Chosen:
    """A part as the client names it when it completes an upload."""

    number: int
    etag: str
    checksums: Mapping[str, str]


@dataclass(frozen=True)
class UploadPage:
    uploads: tuple[Upload, ...]
    prefixes: tuple[str, ...]
    next: tuple[str, str] | None
    """The key and upload id (or "") to go on after, if more follow."""


class Uploads:
    def __init__(self, store: ObjectStore) -> None:
        self._store = store

    def create(
        self,
        bucket: str,
        key: str,
        attributes: Attributes = NO_ATTRIBUTES,
        algorithm: str = "",
        checksum_type: str = "",
    ) -> Upload:
        encoded = encoded_key(key)
        self._store.buckets.get(bucket)
        if algorithm:
            checksums.new(algorithm)
            checksum_type = checksum_type or checksums.default_type(algorithm)
            checksums.check_type(algorithm, checksum_type)
        upload = Upload(
            # Ids sort by their time, so that listing a key's uploads shows the oldest first.
            id=f"{int(self._store.clock() * 1000):012x}{os.urandom(16).hex()}",
            bucket=bucket,
            key=key,
            started=self._store.clock(),
            attributes=attributes,
            algorithm=algorithm,
            checksum_type=checksum_type,
        )
        with self._store.index.writing() as connection:
            connection.execute(
                "INSERT INTO uploads VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    upload.id,
                    bucket,
                    encoded,
                    upload.started,
                    json.dumps(dict(attributes.headers)),
                    json.dumps(dict(attributes.metadata)),
                    json.dumps(dict(attributes.tags)),
                    algorithm,
                    checksum_type,
                ),
            )
        return upload

    def get(self, bucket: str, key: str, upload: str) -> Upload:
        with self._store.index.reading() as connection:
            return _upload(connection, bucket, key, upload)

    def add_part(self, bucket: str, key: str, upload: str, number: int, blob: Blob) -> Part:
        """Keeps a finished blob as a part, in place of an earlier one of that number."""
        part = Part(number, blob.size, blob.etag, blob.checksums, self._store.clock())
        try:
            check_number(number)
            if blob.size > MAX_PART:
                raise EntityTooLarge(ProposedSize=blob.size, MaxSizeAllowed=MAX_PART)
            with self._store.index.writing() as connection:
                _upload(connection, bucket, key, upload)
                gone = release(connection, _blobs(connection, upload, number))
                self._store.claim(connection, blob)
                connection.execute(
                    "INSERT OR REPLACE INTO parts VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        upload,
                        number,
                        blob.id,
                        part.size,
                        part.etag,
                        json.dumps(dict(part.checksums)),
                        part.modified,
                    ),
                )
        except Exception:
            self._store.blobs.remove([blob.id])
            raise
        self._store.discard(gone)
        return part

    def parts(
        self, bucket: str, key: str, upload: str, after: int = 0, limit: int = MAX_PARTS
    ) -> list[Part]:
        """At most ``limit`` parts whose numbers are greater than ``after``."""
        with self._store.index.reading() as connection:
            _upload(connection, bucket, key, upload)
            return [part for part, _ in _parts(connection, upload, after, limit)]

    def page(
        self,
        bucket: str,
        prefix: str = "",
        delimiter: str = "",
        after: tuple[str, str] | None = None,
        limit: int = 1000,
    ) -> UploadPage:
        """Uploads in progress; ``after``: the key and upload id (or "") that the last page ended with."""
        self._store.buckets.get(bucket)
        key, upload = (None, "") if after is None else (after[0].encode(), after[1])

        def scan(start: bytes) -> Iterable[sqlite3.Row]:
            return connection.execute(
                "SELECT * FROM uploads WHERE bucket = ? AND key >= ? AND (key, id) > (?, ?) "
                "ORDER BY key, id",
                (bucket, start, key or b"", upload),
            )

        start = first_key(prefix.encode(), delimiter.encode(), key)
        if key is not None and upload and start == key + b"\0":
            start = key
        with self._store.index.reading() as connection:
            found = fold(scan, prefix.encode(), delimiter.encode(), start, limit)
            uploads = tuple(_upload_of(row) for row in found.rows)
        following: tuple[str, str] | None = None
        if found.next is not None:
            last = found.next.decode()
            ends_with_upload = bool(uploads) and uploads[-1].key == last
            following = (last, uploads[-1].id if ends_with_upload else "")
        return UploadPage(uploads, tuple(p.decode() for p in found.prefixes), following)

    def abort(self, bucket: str, key: str, upload: str) -> None:
        with self._store.index.writing() as connection:
            _upload(connection, bucket, key, upload)
            gone = _forget(connection, upload, keep=())
        self._store.discard(gone)

    def complete(
        self,
        bucket: str,
        key: str,
        upload: str,
        chosen: Sequence[Chosen],
        condition: Condition = ALWAYS,
        checksum: tuple[str, str] | None = None,
        size: int | None = None,
    ) -> ObjectInfo:
        """Makes the parts an object.

        ``checksum``, an algorithm and value, and ``size`` in bytes are what the client expects.
        """
        now = self._store.clock()
        with self._store.index.writing() as connection:
            if earlier := _completed(connection, bucket, key, upload):
                return earlier
            found = _upload(connection, bucket, key, upload)
            parts = _checked(connection, found, chosen)
            info = _assembled(found, parts, now)
            if checksum is not None:
                _verify(info, *checksum)
            if size not in (None, info.size):
                raise InvalidRequest(
                    f"The provided 'x-amz-mp-object-size' header value {size} does not match what "
                    f"was computed: {info.size}"
                )
            gone = _forget(connection, upload, keep=[blob for _, blob in parts])
            gone += self._store.place(connection, info, condition)
            connection.execute("DELETE FROM completed WHERE at < ?", (now - _REMEMBERED,))
            connection.execute(
                "INSERT INTO completed VALUES (?, ?, ?, ?, ?)",
                (upload, bucket, encoded_key(key), info.etag, now),
            )
        self._store.discard(gone)
        return info


def check_number(number: int) -> None:
    if not 1 <= number <= MAX_PARTS:
        raise InvalidArgument(
            f"Part number must be an integer between 1 and {MAX_PARTS}, inclusive",
            ArgumentName="partNumber",
            ArgumentValue=number,
        )


def _upload(connection: sqlite3.Connection, bucket: str, key: str, upload: str) -> Upload:
    row = connection.execute(
        "SELECT * FROM uploads WHERE id = ? AND bucket = ? AND key = ?",
        (upload, bucket, encoded_key(key)),
    ).fetchone()
    if row is None:
        raise NoSuchUpload(UploadId=upload)
    return _upload_of(row)


def _upload_of(row: sqlite3.Row) -> Upload:
    return Upload(
        id=row["id"],
        bucket=row["bucket"],
        key=row["key"].decode(),
        started=row["started"],
        attributes=attributes_of(row),
        algorithm=row["algorithm"],
        checksum_type=row["checksum_type"],
    )


def _parts(
    connection: sqlite3.Connection, upload: str, after: int = 0, limit: int = MAX_PARTS
) -> list[tuple[Part, str]]:
    """Parts and their blobs, by number."""
    rows = connection.execute(
        "SELECT * FROM parts WHERE upload = ? AND number > ? ORDER BY number LIMIT ?",
        (upload, after, limit),
    )
    return [
        (
            Part(
                number=row["number"],
                size=row["size"],
                etag=row["etag"],
                checksums=json.loads(row["checksums"]),
                modified=row["modified"],
            ),
            row["blob"],
        )
        for row in rows
    ]


def _forget(connection: sqlite3.Connection, upload: str, keep: Sequence[str]) -> list[str]:
    """Removes an upload and its parts; answers the blobs that nothing refers to any more."""
    blobs = [blob for _, blob in _parts(connection, upload)]
    connection.execute("DELETE FROM parts WHERE upload = ?", (upload,))
    connection.execute("DELETE FROM uploads WHERE id = ?", (upload,))
    return release(connection, set(blobs).difference(keep))


def _completed(
    connection: sqlite3.Connection, bucket: str, key: str, upload: str
) -> ObjectInfo | None:
    """The object that the upload has become, if it still stands."""
    row = connection.execute(
        "SELECT etag FROM completed WHERE upload = ? AND bucket = ? AND key = ?",
        (upload, bucket, encoded_key(key)),
    ).fetchone()
    found = find(connection, bucket, encoded_key(key)) if row else None
    return found if found is not None and found.etag == row["etag"] else None


def _checked(
    connection: sqlite3.Connection, upload: Upload, chosen: Sequence[Chosen]
) -> list[tuple[Part, str]]:
    if not chosen:
        raise MalformedXML
    # With checksums the parts are numbered from 1 without a gap.
    numbers = [one.number for one in chosen]
    summed = any(one.checksums for one in chosen)
    if numbers != (list(range(1, len(chosen) + 1)) if summed else sorted(set(numbers))):
        raise InvalidPartOrder(UploadId=upload.id)
    there = {part.number: (part, blob) for part, blob in _parts(connection, upload.id)}
    found = []
    for choice in chosen:
        part, blob = there.get(choice.number, (None, ""))
        if part is None or part.etag != choice.etag or not _agree(part, choice):
            raise InvalidPart(UploadId=upload.id, PartNumber=choice.number, ETag=choice.etag)
        found.append((part, blob))
    for part, _ in found[:-1]:
        if part.size < MIN_PART:
            raise EntityTooSmall(
                ProposedSize=part.size,
                MinSizeAllowed=MIN_PART,
                PartNumber=part.number,
                ETag=part.etag,
            )
    return found


def _agree(part: Part, choice: Chosen) -> bool:
    return all(
        part.checksums.get(algorithm, value) == value
        for algorithm, value in choice.checksums.items()
    )


def _assembled(upload: Upload, parts: Sequence[tuple[Part, str]], now: float) -> ObjectInfo:
    digests = b"".join(bytes.fromhex(part.etag[:32]) for part, _ in parts)
    etag = hashlib.md5(digests, usedforsecurity=False).hexdigest()
    return ObjectInfo(
        bucket=upload.bucket,
        key=upload.key,
        size=sum(part.size for part, _ in parts),
        etag=f"{etag}-{len(parts)}",
        modified=now,
        attributes=upload.attributes,
        checksums=_checksums(upload, [part for part, _ in parts]),
        checksum_type=upload.checksum_type,
        blobs=tuple((blob, part.size) for part, blob in parts),
        parts=tuple(part for part, _ in parts),
    )


def _checksums(upload: Upload, parts: Sequence[Part]) -> dict[str, str]:
    algorithm = upload.algorithm
    if not algorithm:
        return {}
    found = []
    for part in parts:
        if algorithm not in part.checksums:
            raise InvalidRequest(
                f"The upload was created using a {algorithm.lower()} checksum. The complete "
                f"request must include the checksum for each part. It was missing for part "
                f"{part.number} in the request."
            )
        found.append((checksums.decoded(algorithm, part.checksums[algorithm]), part.size))
    return {algorithm: checksums.combined(algorithm, upload.checksum_type, found)}


def _verify(info: ObjectInfo, algorithm: str, value: str) -> None:
    there = info.checksums.get(algorithm)
    # A client may give a composite checksum with or without its number of parts.
    if there is not None and value not in (there, there.partition("-")[0]):
        raise BadDigest(
            f"The {algorithm} you specified did not match the calculated checksum.",
            ExpectedDigest=value,
            CalculatedDigest=there,
        )


def _blobs(connection: sqlite3.Connection, upload: str, number: int) -> list[str]:
    rows = connection.execute(
        "SELECT blob FROM parts WHERE upload = ? AND number = ?", (upload, number)
    )
    return [row["blob"] for row in rows]
