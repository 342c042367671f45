"""The bytes of an object, or of a range of it, while they are read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from io import RawIOBase
from os import copy_file_range
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Protocol, Self

from jupyter_smkit.objects.blobs import PIECE
from jupyter_smkit.objects.errors import InvalidRange
from jupyter_smkit.objects.model import ObjectInfo

OPEN_AT_ONCE = 32
"""An object of more blobs has the rest of them opened as they are reached."""
Range = tuple[int | None, int | None]
"""First and last byte as in a Range header: ``(0, 9)``, ``(10, None)``, ``(None, 5)``: the last 5."""


class Content(Protocol):
    """What ``get`` answers: the object's head, and a file at the first byte that was asked for."""

    @property
    def info(self) -> ObjectInfo: ...
    @property
    def start(self) -> int: ...
    @property
    def length(self) -> int: ...
    def read(self, size: int = -1, /) -> bytes: ...
    def close(self) -> None: ...
    def __iter__(self) -> Iterator[bytes]: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
        /,
    ) -> None: ...


def resolve(wanted: Range | None, size: int) -> tuple[int, int]:
    """Start and length in bytes of a range of an object; raises InvalidRange where it has none."""
    if wanted is None:
        return 0, size
    first, last = wanted
    if first is None:
        length = min(last or 0, size)
        start = size - length
    else:
        start = first
        length = (size - 1 if last is None else min(last, size - 1)) - start + 1
    if length <= 0:
        raise InvalidRange(ActualObjectSize=size)
    return start, length


class BlobContent(RawIOBase):
    """Reads through an object's blobs; one thread at a time."""

    def __init__(
        self, info: ObjectInfo, segments: Sequence[tuple[Path, int]], start: int, length: int
    ) -> None:
        self.info = info
        self.start = start
        self.length = length
        self._left = length
        self._segments: list[tuple[Path, int, int]] = []
        skipped = start
        wanted = length
        for path, size in segments:
            taken = min(size - skipped, wanted)
            if taken > 0:
                self._segments.append((path, skipped, taken))
                wanted -= taken
            skipped = max(0, skipped - size)
        self._files: list[IO[bytes]] = []
        try:
            for path, _, _ in self._segments[:OPEN_AT_ONCE]:
                self._files.append(open(path, "rb", buffering=0))  # noqa: SIM115
        except BaseException:
            self.close()
            raise
        self._at = 0
        self._in_segment = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1, /) -> bytes:
        """Up to ``size`` bytes, fewer only at the end."""
        size = self._left if size < 0 else min(size, self._left)
        pieces = []
        while size > 0:
            piece = self._read_segment(size)
            size -= len(piece)
            self._left -= len(piece)
            pieces.append(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def readinto(self, buffer: Any, /) -> int:
        piece = self.read(len(buffer))
        buffer[: len(piece)] = piece
        return len(piece)

    def __iter__(self) -> Iterator[bytes]:
        while piece := self.read(PIECE):
            yield piece

    def copy_to(self, target: Path) -> None:
        """Writes all of the bytes to a file of its own, sharing blocks where the disk can."""
        with open(target, "wb", buffering=0) as out:
            for number, (_, offset, length) in enumerate(self._segments):
                _copy(self._file(number), offset, length, out)
                self._leave(number)
        self._left = 0

    def close(self) -> None:
        for file in self._files:
            file.close()
        super().close()

    def _read_segment(self, size: int) -> bytes:
        _, offset, length = self._segments[self._at]
        file = self._file(self._at)
        if self._in_segment == 0:
            file.seek(offset)
        piece = file.read(min(size, length - self._in_segment))
        if not piece:
            raise OSError(f"{self._segments[self._at][0]} is shorter than the index says")
        self._in_segment += len(piece)
        if self._in_segment == length:
            self._leave(self._at)
            self._at += 1
            self._in_segment = 0
        return piece

    def _file(self, number: int) -> IO[bytes]:
        if number == len(self._files):
            self._files.append(open(self._segments[number][0], "rb", buffering=0))  # noqa: SIM115
        return self._files[number]

    def _leave(self, number: int) -> None:
        self._files[number].close()


def _copy(source: IO[bytes], offset: int, length: int, out: IO[bytes]) -> None:
    source.seek(offset)
    with suppress(OSError):
        while length:
            copied = copy_file_range(source.fileno(), out.fileno(), length)
            if copied == 0:
                break
            length -= copied
    if length:
        _copy_plainly(source, length, out)


def _copy_plainly(source: IO[bytes], length: int, out: IO[bytes]) -> None:
    while length:
        piece = source.read(min(PIECE, length))
        if not piece:
            raise OSError(f"{source.name} is shorter than the index says")
        out.write(piece)
        length -= len(piece)
