"""Which variants of endpoints have invocations that wait for a worker, as the edge says."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from jupyter_smkit.gateway import demand
from jupyter_smkit.gateway.demand import Key
from jupyter_smkit.state.records import Identity, Record

_KEPT = 60.0
"""Seconds for which one counts: no invocation waits longer."""


class Demands:
    def __init__(self, clock: Callable[[], float], told: Path) -> None:
        """Those of which ``told``, the edge's file, says so: their datagrams may have gone to a
        daemon that is no more."""
        self._clock = clock
        self._until: dict[Key, float] = {}
        for key, use in demand.read(told).items():
            if use.queued:
                self._note(key)

    def hear(self, datagrams: Iterable[str]) -> Iterator[Identity]:
        """The endpoints of those that are asked for."""
        for datagram in datagrams:
            if key := demand.requested(datagram):
                self._note(key)
                account, region, endpoint, _ = key
                yield account, region, "Endpoint", endpoint

    def take(self, record: Record, variant: str) -> bool:
        """Whether an endpoint's variant is asked for; once for each time."""
        key = record.account, record.region, record.key, variant
        return 0 < self._until.pop(key, 0.0) - self._clock() <= _KEPT

    def _note(self, key: Key) -> None:
        now = self._clock()
        self._until = {each: until for each, until in self._until.items() if until > now}
        self._until[key] = now + _KEPT
