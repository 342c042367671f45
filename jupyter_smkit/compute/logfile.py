"""A log stream's file: each line is ``<epoch ms> <text>``; CloudWatch tokens are its offsets."""

from __future__ import annotations

import collections
import os
import time
from pathlib import Path

from jupyter_smkit.config import Home

_LONGEST = 256 * 1024
"""Bytes of one event, as CloudWatch Logs has it; a longer line is cut into several."""
_TAIL = 20


def path(home: Home, account: str, region: str, group: str, stream: str) -> Path:
    return home.logs / account / region / group.lstrip("/") / f"{stream}.log"


class LogFile:
    """Appends what a program prints; keeps its last lines."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._partial = b""
        self.tail: collections.deque[str] = collections.deque(maxlen=_TAIL)

    def feed(self, chunk: bytes) -> None:
        """Bytes as they come; whole lines are written at once."""
        lines = (self._partial + chunk).split(b"\n")
        self._partial = lines.pop()
        if len(self._partial) > _LONGEST:
            lines.append(self._partial)
            self._partial = b""
        self._write(lines)

    def say(self, line: str) -> None:
        """A line of smkit's own."""
        self._write(line.encode().split(b"\n"))

    def close(self) -> None:
        if self._partial:
            self._write([self._partial])
            self._partial = b""
        os.close(self._fd)

    def _write(self, lines: list[bytes]) -> None:
        if not lines:
            return
        stamp = b"%d " % (time.time_ns() // 1_000_000)
        cut = [
            line[at : at + _LONGEST]
            for line in (line.rpartition(b"\r")[2] or line.rstrip(b"\r") for line in lines)
            for at in range(0, max(len(line), 1), _LONGEST)
        ]
        os.write(self._fd, b"".join(stamp + line + b"\n" for line in cut))
        self.tail.extend(line.decode(errors="replace") for line in cut)
