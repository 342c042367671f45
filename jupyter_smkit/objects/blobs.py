"""Blobs: immutable files, written to a temporary name, synced, and renamed into place."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from jupyter_smkit.objects import checksums

if TYPE_CHECKING:
    from concurrent.futures import Executor

PIECE = 1 << 20
"""Bytes that are read or written at once."""
_LARGE = PIECE // 4


@dataclass(frozen=True)
class Blob:
    id: str
    size: int
    md5: str
    """Hexadecimal."""
    checksums: dict[str, str]
    """Base64 by algorithm."""


class Blobs:
    def __init__(self, root: Path) -> None:
        self._incoming = root / "incoming"
        self._kept = root / "blobs"
        for directory in (self._incoming, self._kept):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)

    def path(self, blob: str) -> Path:
        return self._kept / blob[:2] / blob

    def writer(self, algorithms: Iterable[str] = ()) -> BlobWriter:
        blob = os.urandom(16).hex()
        return BlobWriter(blob, self._incoming / blob, self.path(blob), algorithms)

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
            for entry in os.scandir(directory)
            if entry.stat().st_mtime < before
        ]

    def remove_unfinished(self, before: float) -> int:
        """Removes what writers that were killed have left; answers how many."""
        removed = 0
        for entry in os.scandir(self._incoming):
            if entry.stat().st_mtime < before:
                Path(entry.path).unlink(missing_ok=True)
                removed += 1
        return removed


class BlobWriter:
    """Takes a blob's bytes a piece at a time; nothing is kept unless ``finish`` returns.

    One thread at a time may use it.
    """

    def __init__(self, blob: str, temporary: Path, final: Path, algorithms: Iterable[str]) -> None:
        self._blob = blob
        self._temporary = temporary
        self._final = final
        self._file = open(temporary, "xb", buffering=0)  # noqa: SIM115
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._digests = {name: checksums.new(name) for name in algorithms}
        self._size = 0

    @property
    def size(self) -> int:
        return self._size

    def write(self, data: bytes | memoryview) -> None:
        view = memoryview(data)
        self._size += len(view)
        # MD5 takes longer than all the rest: for large pieces it runs beside it.
        summed = _hashers().submit(self._md5.update, view) if len(view) >= _LARGE else None
        if summed is None:
            self._md5.update(view)
        for digest in self._digests.values():
            digest.update(view)
        left = view
        while left:
            left = left[self._file.write(left) :]
        if summed is not None:
            summed.result()

    def finish(self) -> Blob:
        os.fsync(self._file.fileno())
        self._file.close()
        if not self._final.parent.exists():
            self._final.parent.mkdir(exist_ok=True, mode=0o700)
            _sync_directory(self._final.parent.parent)
        # The time of the last write tells collect() how long a blob has lain unused.
        os.utime(self._temporary)
        self._temporary.rename(self._final)
        _sync_directory(self._final.parent)
        return self.sums()

    def sums(self) -> Blob:
        """What has been written so far."""
        found = {name: checksums.encoded(digest.digest()) for name, digest in self._digests.items()}
        return Blob(self._blob, self.size, self._md5.hexdigest(), found)

    def abort(self) -> None:
        self._file.close()
        self._temporary.unlink(missing_ok=True)


@cache
def _hashers() -> Executor:
    # Imported here, for it brings logging along and few processes write large blobs.
    from concurrent.futures import ThreadPoolExecutor

    return ThreadPoolExecutor(os.cpu_count(), thread_name_prefix="md5")


def _sync_directory(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
