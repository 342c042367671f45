"""JSON objects in files that are replaced whole, read by processes that must not hang on them."""

from __future__ import annotations

import contextlib
import json
import os
import stat
from pathlib import Path
from typing import Any

_LARGEST = 8 << 20
"""Bytes that are read of a file; a longer one is not of smkit's making."""

_RESERVED = 32 << 10


def write(file: Path, content: Any, *, durable: bool = True, reserved: Path | None = None) -> None:
    """Replaces ``file``; ``durable``: it also survives a power cut from now on. ``reserved`` is a
    file that :func:`reserve` has made: what is written takes its place on the disk."""
    temporary = reserved or file.with_suffix(".new")
    fd = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o666)
    with open(fd, "w") as out:
        json.dump(content, out)
        out.truncate()
        out.flush()
        if durable:
            os.fsync(fd)
    temporary.replace(file)


def reserve(file: Path) -> None:
    """Keeps room on the disk for an object that has to be written even when nothing else can."""
    with contextlib.suppress(OSError):
        file.write_bytes(b" " * _RESERVED)


def read(file: Path) -> dict[str, Any]:
    """The object in ``file``; empty where there is none."""
    try:
        content = json.loads(plain_bytes(file, _LARGEST))
    except (OSError, ValueError, RecursionError):
        return {}
    return content if isinstance(content, dict) else {}


def plain_bytes(file: Path, limit: int) -> bytes:
    """The first bytes of a file that a job may have put there: no link is followed and no pipe
    or device waited for. Raises OSError."""
    fd = os.open(file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with open(fd, "rb") as opened:
        if not stat.S_ISREG(os.fstat(fd).st_mode):
            raise OSError(f"{file} is no plain file")
        return opened.read(limit)
