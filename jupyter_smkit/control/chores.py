"""What the daemon does from time to time, whatever the records say."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from jupyter_smkit.config import Home
from jupyter_smkit.state.records import LeaseLost, State

log = logging.getLogger("smkit.chores")
_FIRST = 600.0
"""Seconds after which a rare chore is done for the first time: few daemons live for a day."""


@dataclass(frozen=True)
class Chore:
    """May be killed at any instruction, and done twice."""

    every: float
    """Seconds."""
    do: Callable[[Home, State], object]


def start(chores: Sequence[Chore], home: Home, state: State) -> threading.Event:
    """Does them on a thread of its own, so that no record waits; ends when the event is set."""
    stop = threading.Event()
    threading.Thread(target=_run, args=(chores, home, state, stop), daemon=True).start()
    return stop


def _run(chores: Sequence[Chore], home: Home, state: State, stop: threading.Event) -> None:
    begun = time.monotonic()
    due = {chore: begun + min(chore.every, _FIRST) for chore in chores}
    while not stop.wait(max(0.0, min(due.values()) - time.monotonic())):
        chore = min(due, key=lambda each: due[each])
        try:
            chore.do(home, state)
        except LeaseLost:
            return
        except Exception:
            log.exception("%s failed", chore.do.__name__)
        due[chore] = time.monotonic() + chore.every
