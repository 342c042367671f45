"""What is done each minute and each day, and by ``smkit gc``."""

from __future__ import annotations

from jupyter_smkit.compute.local import LocalExecutor
from jupyter_smkit.config import Home
from jupyter_smkit.control.chores import Chore
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.services import alarms, metricstore
from jupyter_smkit.state import room
from jupyter_smkit.state.records import State

_ENDED = 7 * 24 * 3600
"""Seconds that what is left of an ended launch is kept: its controller takes it at once."""


def tidy(home: Home, state: State) -> dict[str, int]:
    """Removes what nobody can ask for any more; answers how many of each."""
    removed = {"old events": state.forget_events()}
    removed["ended launches"] = LocalExecutor(home).tidy(state.clock() - _ENDED)
    with state.begin() as transaction:
        before = state.clock() - metricstore.KEPT
        removed["old data points"] = metricstore.forget(transaction.connection, before)
    if home.objects.exists():
        store = ObjectStore(home.objects)
        removed["blobs that no object refers to"] = store.collect()
        store.close()
    return removed


def keep_room(home: Home, state: State) -> None:
    """For what is asked on a disk that is full: there may have been none at the start."""
    room.keep(home)


CHORES = (Chore(60, alarms.judge_all), Chore(60, keep_room), Chore(24 * 3600, tidy))
