"""What the daemon does from time to time, whatever the records say."""

from __future__ import annotations

import logging
import threading
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
    """Does each on a thread of its own, so that neither a record nor another chore waits for it;
    they end when the event is set."""
    stop = threading.Event()
    for chore in chores:
        threading.Thread(target=_repeat, args=(chore, home, state, stop), daemon=True).start()
    return stop


def _repeat(chore: Chore, home: Home, state: State, stop: threading.Event) -> None:
    wait = min(chore.every, _FIRST)
    while not stop.wait(wait):
        try:
            chore.do(home, state)
        except LeaseLost:
            return
        except Exception:
            log.exception("%s failed", chore.do.__name__)
        wait = chore.every
