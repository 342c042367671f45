"""When which record is to be looked at again."""

from __future__ import annotations

from heapq import heappop, heappush

from jupyter_smkit.state.records import Identity


class Timers:
    """The earliest time that was asked for a record counts; times in Unix seconds."""

    def __init__(self) -> None:
        self.at: dict[Identity, float] = {}
        self._heap: list[tuple[float, Identity]] = []

    def set(self, identity: Identity, at: float) -> None:
        if at < self.at.get(identity, float("inf")):
            self.at[identity] = at
            heappush(self._heap, (at, identity))

    def drop(self, identity: Identity) -> None:
        self.at.pop(identity, None)

    def take_due(self, now: float) -> list[Identity]:
        """Those whose time has come; it is theirs no more."""
        due = []
        while (first := self.first()) is not None and first <= now:
            identity = heappop(self._heap)[1]
            del self.at[identity]
            due.append(identity)
        return due

    def first(self) -> float | None:
        while self._heap and self.at.get(self._heap[0][1]) != self._heap[0][0]:
            heappop(self._heap)
        return self._heap[0][0] if self._heap else None
