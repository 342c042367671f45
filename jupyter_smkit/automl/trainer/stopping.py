"""Stopping in good order: SIGTERM ends the step that runs, and what is finished is kept."""

from __future__ import annotations

import signal
from collections.abc import Callable
from types import FrameType
from typing import TypeVar

T = TypeVar("T")


class Stopped(BaseException):
    """Raised by SIGTERM in an interruptible step. No library that handles Exception catches it."""


class Stop:
    def __init__(self) -> None:
        self.requested = False
        self._interruptible = False

    def install(self) -> Stop:
        signal.signal(signal.SIGTERM, self._on_signal)
        return self

    def during(self, step: Callable[[], T]) -> T | None:
        """The step's result; None where SIGTERM broke it off or came before it."""
        if self.requested:
            return None
        self._interruptible = True
        try:
            return step()
        except (Stopped, KeyboardInterrupt):
            # CatBoost turns whatever a signal handler raises into KeyboardInterrupt.
            if not self.requested:
                raise
            return None
        finally:
            self._interruptible = False

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self.requested = True
        if self._interruptible:
            self._interruptible = False
            raise Stopped
