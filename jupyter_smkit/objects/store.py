"""The object store of a local folder: an index of keys, and immutable blobs.

Several processes may use it at once. Only the standard library is imported: supervisors start
through this module.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from sqlite3 import Connection
from threading import Thread
from typing import BinaryIO

from jupyter_smkit.objects import staging
from jupyter_smkit.objects.blobs import MD5_BELOW, PIECE, Blob, Blobs, BlobWriter
from jupyter_smkit.objects.buckets import Buckets
from jupyter_smkit.objects.checksums import FULL_OBJECT
from jupyter_smkit.objects.content import OPEN_AT_ONCE, BlobContent, Range, resolve
from jupyter_smkit.objects.errors import (
    BucketAlreadyOwnedByYou,
    EntityTooLarge,
    NoSuchBucket,
    NoSuchKey,
    PreconditionFailed,
    S3Error,
)
from jupyter_smkit.objects.index import Index, refer, release
from jupyter_smkit.objects.listing import Page, list_objects
from jupyter_smkit.objects.model import (
    ALWAYS,
    NO_ATTRIBUTES,
    Attributes,
    Condition,
    ObjectInfo,
    find,
    row_of,
)
from jupyter_smkit.objects.names import encoded_key
from jupyter_smkit.objects.uploads import Uploads

MAX_PUT = 5 << 30
"""Bytes of the largest object that is written at once."""
COLLECT_AFTER = 3600.0
"""Seconds that a blob without an owner is left alone: its writer may still be at work."""


class ObjectStore:
    def __init__(self, root: Path, clock: Callable[[], float] = time.time) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.root = root
        self.blobs = Blobs(root)
        self.index = Index(root / "index.db")
        self.clock = clock
        self.buckets = Buckets(self.index, clock)

    @cached_property
    def uploads(self) -> Uploads:
        return Uploads(self)

    def ensure_bucket(self, name: str, account: str, region: str) -> None:
        try:
            self.buckets.create(name, account, region)
        except BucketAlreadyOwnedByYou:
            pass

    def delete_bucket(self, name: str) -> None:
        self.discard(self.buckets.delete(name))

    def writer(self, algorithms: Iterable[str] = (), expected: int = 0) -> BlobWriter:
        """Where an object's bytes go a piece at a time, before ``commit`` gives them a key."""
        return self.blobs.writer(algorithms, expected)

    def put(
        self,
        bucket: str,
        key: str,
        data: bytes | Path | BinaryIO,
        attributes: Attributes = NO_ATTRIBUTES,
        condition: Condition = ALWAYS,
        algorithms: Iterable[str] = (),
    ) -> ObjectInfo:
        """Keeps ``data`` under a key; it is on the disk when this returns."""
        encoded_key(key)
        self.buckets.get(bucket)
        writer = self.writer(algorithms, data.stat().st_size if isinstance(data, Path) else 0)
        try:
            if isinstance(data, bytes):
                writer.write(data)
            elif isinstance(data, Path):
                with open(data, "rb", buffering=0) as file:
                    _pump(file, writer)
            else:
                _pump(data, writer)
            blob = writer.finish()
        except BaseException:
            writer.abort()
            raise
        return self.commit(bucket, key, blob, attributes, condition)

    def commit(
        self,
        bucket: str,
        key: str,
        blob: Blob,
        attributes: Attributes = NO_ATTRIBUTES,
        condition: Condition = ALWAYS,
    ) -> ObjectInfo:
        """Makes a finished blob the object at ``key``; removes the blob where that fails."""
        info = ObjectInfo(
            bucket=bucket,
            key=key,
            size=blob.size,
            etag=blob.etag,
            modified=self.clock(),
            attributes=attributes,
            checksums=blob.checksums,
            checksum_type=FULL_OBJECT if blob.checksums else "",
            blobs=((blob.id, blob.size),),
        )
        try:
            if blob.size > MAX_PUT:
                raise EntityTooLarge(ProposedSize=blob.size, MaxSizeAllowed=MAX_PUT)
            with self.index.writing() as connection:
                self.claim(connection, blob)
                gone = self.place(connection, info, condition)
        except Exception:
            self.blobs.remove([blob.id])
            raise
        if gone and blob.size >= MD5_BELOW:
            # What a large object replaces is mostly as large, and takes the disk a while to free.
            Thread(target=self.discard, args=(gone,), name="discard").start()
        else:
            self.discard(gone)
        return info

    def claim(self, connection: Connection, blob: Blob) -> None:
        """Refers to a finished blob; raises S3Error where its writer was given up meanwhile."""
        if not self.blobs.path(blob.id).exists():
            raise S3Error(f"The blob {blob.id} was removed before it was committed")
        refer(connection, [blob.id])

    def place(self, connection: Connection, info: ObjectInfo, condition: Condition) -> list[str]:
        """Writes an object's row, whose blobs are referred to already; answers what to discard."""
        key = encoded_key(info.key)
        if not connection.execute(
            "SELECT 1 FROM buckets WHERE name = ?", (info.bucket,)
        ).fetchone():
            raise NoSuchBucket(BucketName=info.bucket)
        old = find(connection, info.bucket, key)
        condition.check(old.etag if old else None)
        columns = row_of(info)
        connection.execute(
            f"INSERT OR REPLACE INTO objects ({', '.join(columns)}) "
            f"VALUES ({', '.join(f':{name}' for name in columns)})",
            columns,
        )
        return release(connection, [blob for blob, _ in old.blobs]) if old else []

    def discard(self, blobs: list[str]) -> None:
        """Removes blobs that nothing refers to, unless a reader may still have to open them."""
        if len(blobs) <= OPEN_AT_ONCE:
            self.blobs.remove(blobs)
        else:
            self.blobs.touch(blobs)

    def head(self, bucket: str, key: str) -> ObjectInfo:
        encoded = encoded_key(key)
        with self.index.reading() as connection:
            found = find(connection, bucket, encoded)
        if found is None:
            self.buckets.get(bucket)
            raise NoSuchKey(Key=key)
        return found

    def get(self, bucket: str, key: str, wanted: Range | None = None) -> BlobContent:
        return self.open(self.head(bucket, key), wanted)

    def open(self, info: ObjectInfo, wanted: Range | None = None) -> BlobContent:
        """Opens what ``head`` found, or what has taken its place since."""
        while True:
            start, length = resolve(wanted, info.size)
            segments = [(self.blobs.path(blob), size) for blob, size in info.blobs]
            try:
                return BlobContent(info, segments, start, length)
            except FileNotFoundError:
                now = self.head(info.bucket, info.key)
                if now.blobs == info.blobs:
                    raise
                info = now

    def fetch(self, bucket: str, key: str, target: Path) -> ObjectInfo:
        """Copies an object to a file; whoever changes the file leaves the object as it is."""
        with self.get(bucket, key) as content:
            content.copy_to(target)
            return content.info

    def copy(
        self,
        source: ObjectInfo,
        bucket: str,
        key: str,
        attributes: Attributes | None = None,
        condition: Condition = ALWAYS,
        checksums: Mapping[str, str] | None = None,
    ) -> ObjectInfo:
        """A new object with the bytes of another, which both share.

        Its attributes and checksums are the source's where none are given. ``source`` is what
        ``head`` found; raises PreconditionFailed where the key has another object by now.
        """
        encoded_key(key)
        with self.index.writing() as connection:
            current = find(connection, source.bucket, encoded_key(source.key))
            if current is None:
                raise NoSuchKey(Key=source.key)
            if current.blobs != source.blobs:
                raise PreconditionFailed("The source was replaced while it was being copied")
            made = replace(
                current,
                bucket=bucket,
                key=key,
                modified=self.clock(),
                attributes=current.attributes if attributes is None else attributes,
            )
            if checksums is not None:
                made = replace(made, checksums=checksums, checksum_type=FULL_OBJECT)
            refer(connection, [blob for blob, _ in made.blobs])
            gone = self.place(connection, made, condition)
        self.discard(gone)
        return made

    def tag(self, bucket: str, key: str, tags: Mapping[str, str]) -> None:
        """Replaces the object's tags."""
        with self.index.writing() as connection:
            found = find(connection, bucket, encoded_key(key))
            if found is None:
                raise NoSuchKey(Key=key)
            changed = replace(found, attributes=replace(found.attributes, tags=tags))
            connection.execute(
                "UPDATE objects SET tags = :tags WHERE bucket = :bucket AND key = :key",
                row_of(changed),
            )

    def delete(self, bucket: str, key: str, condition: Condition = ALWAYS) -> None:
        """Removes an object; where there is none, nothing happens, as in S3."""
        self.delete_many(bucket, [key], condition)

    def delete_many(self, bucket: str, keys: Iterable[str], condition: Condition = ALWAYS) -> None:
        self.buckets.get(bucket)
        gone: list[str] = []
        with self.index.writing() as connection:
            for key in map(encoded_key, keys):
                found = find(connection, bucket, key)
                condition.check(found.etag if found else None)
                if found is not None:
                    connection.execute(
                        "DELETE FROM objects WHERE bucket = ? AND key = ?", (bucket, key)
                    )
                    gone += release(connection, [blob for blob, _ in found.blobs])
        self.discard(gone)

    def page(
        self,
        bucket: str,
        prefix: str = "",
        delimiter: str = "",
        after: str | None = None,
        limit: int = 1000,
    ) -> Page:
        """A page of keys and common prefixes after a key or common prefix, which is not included."""
        self.buckets.get(bucket)
        with self.index.reading() as connection:
            return list_objects(connection, bucket, prefix, delimiter, after, limit)

    def keys(self, bucket: str, prefix: str = "") -> Iterator[ObjectInfo]:
        """All objects below a prefix, in the order of their keys."""
        page = self.page(bucket, prefix)
        yield from page.objects
        while page.next is not None:
            page = self.page(bucket, prefix, after=page.next)
            yield from page.objects

    def download(
        self, uri: str, directory: Path, *, manifest: bool = False, shard: tuple[int, int] = (0, 1)
    ) -> list[Path]:
        return staging.download(self, uri, directory, manifest, shard)

    def upload(self, source: Path, uri: str) -> list[ObjectInfo]:
        return staging.upload(self, source, uri)

    def collect(self, older_than: float = COLLECT_AFTER) -> int:
        """Removes what killed writers left ``older_than`` seconds ago; answers how many files."""
        removed = 0
        stale = self.blobs.stale(time.time() - older_than)
        for at in range(0, len(stale), 500):
            # With the write lock held no writer can commit a blob that is being removed.
            with self.index.writing() as connection:
                orphans = [blob for blob in stale[at : at + 500] if not _known(connection, blob)]
                self.blobs.remove(orphans)
            removed += len(orphans)
        return removed

    def close(self) -> None:
        self.index.close()


def _known(connection: Connection, blob: str) -> bool:
    return connection.execute("SELECT 1 FROM blobs WHERE id = ?", (blob,)).fetchone() is not None


def _pump(source: BinaryIO, writer: BlobWriter) -> None:
    while piece := source.read(PIECE):
        writer.write(piece)
