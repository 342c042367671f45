"""What a reconcile function has done elsewhere, so that no other record waits for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Literal

from jupyter_smkit.state.records import Identity, Record

_THREADS = 4
Submit = Callable[[Callable[[], None]], object]


@dataclass(frozen=True)
class Done:
    """How an errand went."""

    result: Any = None
    error: Exception | None = None


@dataclass(frozen=True)
class Ensured:
    """Whether what a Create operation makes is there."""

    outcome: Literal["existing", "made", "refused", "pending"]
    record: Record | None = None
    """What is there, if ``existing`` or ``made``; it may be another's: see its ``parent``."""
    code: str = ""
    """Why it was refused: AWS's error code, and the words that go with it."""
    message: str = ""


def pool() -> Submit:
    return ThreadPoolExecutor(_THREADS, "errand").submit


class Errands:
    """Each has a record, which is looked at again when it is done, and a name of its own there."""

    def __init__(self, submit: Submit, ring: Callable[[], object]) -> None:
        self._submit = submit
        self._ring = ring
        self._lock = threading.Lock()
        self._asked: dict[Identity, dict[str, Done | None]] = {}
        self._finished: set[Identity] = set()

    def done(self, identity: Identity, name: str, work: Callable[[], Any]) -> Done | None:
        """How ``work`` went, told once; None: it goes on, or begins now."""
        with self._lock:
            mine = self._asked.setdefault(identity, {})
            if name in mine:
                return self._take(identity, name)
            mine[name] = None

        def run() -> None:
            try:
                how = Done(work())
            except Exception as error:
                how = Done(error=error)
            with self._lock:
                if self._asked.get(identity) is mine:
                    mine[name] = how
                    self._finished.add(identity)
            self._ring()

        self._submit(run)
        return self.told(identity, name)

    def told(self, identity: Identity, name: str) -> Done | None:
        """The same, without beginning it."""
        with self._lock:
            return self._take(identity, name)

    def finished(self) -> set[Identity]:
        """The records with errands that were done since this was last asked."""
        with self._lock:
            found, self._finished = self._finished, set()
        return found

    def forget(self, identity: Identity) -> None:
        with self._lock:
            self._asked.pop(identity, None)

    def _take(self, identity: Identity, name: str) -> Done | None:
        mine = self._asked.get(identity, {})
        how = mine.get(name)
        if how is not None:
            del mine[name]
            if not mine:
                del self._asked[identity]
        return how
