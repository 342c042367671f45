"""Blobs: files that are written once and synced, before anything refers to them."""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from jupyter_smkit.objects import checksums

PIECE = 1 << 20
"""Bytes that are read or written at once."""
MD5_BELOW = 8 << 20
"""Bytes from which on no MD5 is computed: it costs more than all the rest of a write. AWS's clients
upload such files in parts by default, whose ETag is not their MD5 either."""
_AHEAD = 4 << 20
"""Bytes that are handed to the disk at once while more arrive."""


@dataclass(frozen=True)
class Blob:
    id: str
    size: int
    md5: str
    """Hexadecimal; empty for a blob of MD5_BELOW bytes and more."""
    checksums: dict[str, str]
    """Base64 by algorithm."""

    @property
    def etag(self) -> str:
        """Clients hold an ETag for the MD5 unless it has a dash."""
        return self.md5 or f"{self.id}-1"


class Blobs:
    def __init__(self, root: Path) -> None:
        self._kept = root / "blobs"
        self._kept.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, blob: str) -> Path:
        return self._kept / blob[:2] / blob

    def writer(self, algorithms: Iterable[str] = (), expected: int = 0) -> BlobWriter:
        """Computes checksums by ``algorithms``; ``expected``: bytes that will come, if known."""
        blob = os.urandom(16).hex()
        return BlobWriter(self.path(blob), algorithms, expected)

    def remove(self, blobs: Iterable[str]) -> None:
        for blob in blobs:
            self.path(blob).unlink(missing_ok=True)

    def touch(self, blobs: Iterable[str]) -> None:
        """Makes blobs look newly written, so that it takes a while until they are collected."""
        for blob in blobs:
            with suppress(FileNotFoundError):
                os.utime(self.path(blob))

    def stale(self, before: float) -> list[str]:
        """Blobs last written before a time (Unix seconds), whether or not they are in use."""
        return [
            entry.name
            for directory in os.scandir(self._kept)
            for entry in _older(directory, before)
        ]


class BlobWriter:
    """Takes a blob's bytes a piece at a time; nothing is kept unless ``finish`` returns.

    One thread at a time may use it.
    """

    def __init__(self, path: Path, algorithms: Iterable[str], expected: int) -> None:
        self._path = path
        if not path.parent.exists():
            path.parent.mkdir(exist_ok=True, mode=0o700)
            _sync_directory(path.parent.parent)
        self._file = open(path, "xb", buffering=0)  # noqa: SIM115
        self._entered = False
        """Whether the directory's entry is on the disk."""
        self._md5 = hashlib.md5(usedforsecurity=False) if expected < MD5_BELOW else None
        self._digests = {name: checksums.new(name) for name in algorithms}
        self._size = 0
        self._on_its_way = 0

    @property
    def size(self) -> int:
        return self._size

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        self._size += len(view)
        if self._size >= MD5_BELOW:
            self._md5 = None
        if self._md5 is not None:
            self._md5.update(view)
        for digest in self._digests.values():
            digest.update(view)
        left = view
        while left:
            left = left[self._file.write(left) :]
        if self._size - self._on_its_way >= _AHEAD:
            self._write_ahead()

    def finish(self) -> Blob:
        os.fsync(self._file.fileno())
        self._file.close()
        self._enter()
        return self.sums()

    def _enter(self) -> None:
        if not self._entered:
            _sync_directory(self._path.parent)
        self._entered = True

    def _write_ahead(self) -> None:
        """Starts writing to the disk, so that less is left to wait for at the end.

        Linux does so with dirty pages that are said to be no longer needed, and keeps them.
        """
        if sys.platform == "linux":
            length = self._size - self._on_its_way
            os.posix_fadvise(self._file.fileno(), self._on_its_way, length, os.POSIX_FADV_DONTNEED)
        self._on_its_way = self._size
        self._enter()

    def sums(self) -> Blob:
        """What has been written so far."""
        found = {name: checksums.encoded(digest.digest()) for name, digest in self._digests.items()}
        md5 = "" if self._md5 is None else self._md5.hexdigest()
        return Blob(self._path.name, self.size, md5, found)

    def abort(self) -> None:
        """Gives up what was written; what ``finish`` has taken may be an object's by now."""
        if not self._file.closed:
            self._file.close()
            self._path.unlink(missing_ok=True)


def _older(directory: Path | os.DirEntry[str], before: float) -> Iterator[os.DirEntry[str]]:
    for entry in os.scandir(directory):
        # Writers give up and readers' last references go while this looks.
        with suppress(FileNotFoundError):
            if entry.stat().st_mtime < before:
                yield entry


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
