"""A log stream's file: each line is ``<epoch ms> <text>``; CloudWatch tokens are its offsets."""

from __future__ import annotations

import collections
import os
import time
from pathlib import Path

from jupyter_smkit.config import Home

_LONGEST = 256 * 1024
"""Bytes of one event, as CloudWatch Logs has it; a longer line is cut into several."""
_TAIL = 100
"""Lines: an exception with its message has to be among them."""


def path(home: Home, account: str, region: str, group: str, stream: str) -> Path:
    return home.logs / account / region / group.lstrip("/") / f"{stream}.log"


class LogFile:
    """Appends what a program prints; keeps its last lines.

    A disk that is full loses lines, and the file says so later; it does not end the program.
    """

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        self._partial = b""
        self._lost = 0
        self.tail: collections.deque[str] = collections.deque(maxlen=_TAIL)

    def feed(self, chunk: bytes) -> list[str]:
        """Bytes as they come; whole lines are written at once, and returned."""
        lines = (self._partial + chunk).split(b"\n")
        self._partial = lines.pop()
        if len(self._partial) > _LONGEST:
            lines.append(self._partial)
            self._partial = b""
        return self._write(lines)

    def rest(self) -> list[str]:
        """Writes, and returns, what came after the last end of a line."""
        lines, self._partial = [self._partial] if self._partial else [], b""
        return self._write(lines)

    def say(self, line: str) -> None:
        """A line of smkit's own."""
        self._write(line.encode().split(b"\n"))

    def close(self) -> None:
        self.rest()
        os.close(self._fd)

    def _write(self, lines: list[bytes]) -> list[str]:
        if not lines:
            return []
        cut = [
            line[at : at + _LONGEST]
            for line in (line.rpartition(b"\r")[2] or line.rstrip(b"\r") for line in lines)
            for at in range(0, max(len(line), 1), _LONGEST)
        ]
        if self._lost:
            told = b"smkit: %d lines are missing here: they could not be written" % self._lost
            self._lost = 0 if self._append([told]) else self._lost
        if not self._append(cut):
            self._lost += len(cut)
        text = [line.decode(errors="replace") for line in cut]
        self.tail.extend(text)
        return text

    def _append(self, lines: list[bytes]) -> bool:
        """Whether all of it was written; what was not leaves no part of itself."""
        stamp = b"%d " % (time.time_ns() // 1_000_000)
        data = memoryview(b"".join(stamp + line + b"\n" for line in lines))
        end = os.lseek(self._fd, 0, os.SEEK_END)
        try:
            while data:
                data = data[os.write(self._fd, data) :]
        except OSError:
            os.ftruncate(self._fd, end)
            return False
        return True
