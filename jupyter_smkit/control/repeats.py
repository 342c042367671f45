"""Lines that repeat in the log of a process of smkit's: written once a minute, counted meanwhile."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import TextIO

WINDOW = 60.0
"""Seconds in which a line that was written is not written again."""
KEPT = 500
"""Different lines that are remembered."""

Key = tuple[str, int, str, str]
"""Logger, level, message and traceback of a line."""


@dataclass
class Written:
    at: float
    again: int = 0


class CountingHandler(logging.StreamHandler[TextIO]):
    """Says how often a line came again with the first line after the minute, or at the end."""

    def __init__(
        self, stream: TextIO | None = None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(stream)
        self._clock = clock
        self._written: dict[Key, Written] = {}

    def emit(self, record: logging.LogRecord) -> None:
        try:
            key = _key(record)
        except Exception:
            self.handleError(record)
            return
        now = self._clock()
        self._tell(lambda since: now - since >= WINDOW)
        if before := self._written.get(key):
            before.again += 1
            return
        super().emit(record)
        if len(self._written) >= KEPT:
            oldest = next(iter(self._written.values())).at
            self._tell(lambda since: since <= oldest)
        self._written[key] = Written(now)

    def close(self) -> None:
        self.acquire()
        try:
            self._tell(lambda since: True)
        finally:
            self.release()
        super().close()

    def _tell(self, is_over: Callable[[float], bool]) -> None:
        """Forgets the lines whose time is over; the oldest come first."""
        for key, written in list(self._written.items()):
            if not is_over(written.at):
                break
            del self._written[key]
            if written.again:
                name, level, message, _ = key
                seconds = self._clock() - written.at
                counted = "repeated %d times in %.0f s: %s", (written.again, seconds, message)
                super().emit(logging.LogRecord(name, level, "", 0, *counted, None))


def _key(record: logging.LogRecord) -> Key:
    raised = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
    return record.name, record.levelno, record.getMessage(), raised
