"""Reading the files of log streams by seeking: a page costs what it holds, not what the file does.

Each line is ``<epoch ms> <text>``. A line without its line feed is still being written and is not
read. A carriage return stands for a line feed inside a message.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_BLOCK = 64 * 1024
_BISECTED = 1024 * 1024
"""Bytes from which on a time is found by bisection, which takes the file to be in order."""
_MAX_LINE = 2 * 1024 * 1024
"""Bytes after which a line is given although its end has not been found."""


@dataclass(frozen=True)
class Line:
    start: int
    """Offset of its first byte."""
    end: int
    """Offset behind its line feed."""
    at: int
    """Milliseconds since the epoch."""
    message: str


def forward(file: Path, offset: int, block_size: int = _BLOCK) -> Iterator[Line]:
    """Lines from ``offset``, which begins one. Holds a block of the file, and no file open."""
    rest = b""
    position = offset
    while True:
        block = _read(file, position + len(rest), block_size)
        if not block:
            return
        lines = (rest + block).split(b"\n")
        rest = lines.pop()
        for raw in lines:
            end = position + len(raw) + 1
            yield _line(raw, position, end)
            position = end
        if len(rest) > _MAX_LINE:
            yield _line(rest, position, position + len(rest))
            position, rest = position + len(rest), b""


def backward(file: Path, offset: int) -> Iterator[Line]:
    """Lines that end at ``offset`` or before it, the last first."""
    position, pending = offset, b""
    whole = False
    while position > 0:
        size = min(_BLOCK, position)
        position -= size
        pending = _read(file, position, size) + pending
        if not whole:
            # What follows the last line feed is no line yet.
            pending = pending[: pending.rfind(b"\n") + 1]
            whole = bool(pending)
            if not whole:
                continue
        first, *lines = pending.split(b"\n")
        end = position + len(pending)
        for raw in reversed(lines[:-1]):
            start = end - len(raw) - 1
            yield _line(raw, start, end)
            end = start
        pending = first + b"\n"
    if pending:
        yield _line(pending[:-1], 0, len(pending))


def offset_of(file: Path, at: int) -> int:
    """Where the first line at ``at`` (ms) or later may begin; 0 in a small file."""
    low, high = 0, size_of(file)
    if high < _BISECTED:
        return 0
    while high - low > _BLOCK:
        middle = (low + high) // 2
        found = next(_from(file, middle), None)
        if found is None or found.at >= at:
            high = middle
        else:
            low = found.start
    return low


def first_time(file: Path) -> int | None:
    found = next(forward(file, 0), None)
    return found.at if found else None


def last_time(file: Path) -> int | None:
    found = _last(file)
    return found.at if found else None


def end_of(file: Path) -> int:
    """Where the last line ends that has its line feed."""
    found = _last(file)
    return found.end if found else 0


def _last(file: Path) -> Line | None:
    return next(backward(file, size_of(file)), None)


def size_of(file: Path) -> int:
    try:
        return file.stat().st_size
    except FileNotFoundError:
        return 0


def is_boundary(file: Path, offset: int) -> bool:
    """Whether a line begins at ``offset``."""
    return offset == 0 or _read(file, offset - 1, 1) == b"\n"


def append(file: Path, lines: list[tuple[int, str]]) -> None:
    """Messages with their milliseconds, in one write."""
    text = "".join(f"{at} {_escaped(message)}\n" for at, message in lines)
    target = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
    try:
        os.write(target, text.encode())
    finally:
        os.close(target)


def _escaped(message: str) -> str:
    return message.replace("\r\n", "\r").replace("\n", "\r")


def _from(file: Path, offset: int) -> Iterator[Line]:
    """Lines from the first that begins at ``offset`` or behind it."""
    if not is_boundary(file, offset):
        position = offset
        while (at := (block := _read(file, position, _BLOCK)).find(b"\n")) < 0:
            if not block:
                return
            position += len(block)
        offset = position + at + 1
    yield from forward(file, offset)


def _read(file: Path, offset: int, size: int) -> bytes:
    try:
        with file.open("rb", buffering=0) as opened:
            opened.seek(offset)
            return opened.read(size)
    except FileNotFoundError:
        return b""


def _line(raw: bytes, start: int, end: int) -> Line:
    stamp, _, text = raw.partition(b" ")
    if not stamp.isdigit() or len(stamp) > 18:
        stamp, text = b"0", raw
    return Line(start, end, int(stamp), text.decode(errors="replace").replace("\r", "\n"))
