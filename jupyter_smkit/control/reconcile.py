"""Which records are looked at, and when: those that changed, and those whose time has come."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from jupyter_smkit.control.context import Context
from jupyter_smkit.control.launches import owner
from jupyter_smkit.state import queue
from jupyter_smkit.state.lifecycle import Lifecycle
from jupyter_smkit.state.records import Identity, LeaseLost, Record, Stale
from jupyter_smkit.state.schema import records

log = logging.getLogger("smkit.daemon")
SWEEP = 60.0
"""Seconds within which each active record is looked at whatever was heard: the safety net."""
_RETRY = 1.0
_LONGEST_WAIT = 60.0
_TELLING = 1.0
"""Seconds between two tellings of the line."""

Reconcile = Callable[[Context, Record], None]
"""Brings the world one step nearer to what the record says. May be killed at any instruction."""


@dataclass(frozen=True)
class Failure:
    """How often the reconcile of a record in ``status`` has raised, and when it may be again."""

    status: str
    times: int
    after: float


class Reconciler:
    """A round costs what has changed since the last one, however much there is."""

    def __init__(
        self,
        context: Context,
        reconcilers: Mapping[str, Reconcile],
        lifecycles: Mapping[str, Lifecycle],
    ) -> None:
        self.context = context
        self.reconcilers = reconcilers
        self.lifecycles = lifecycles
        self._failed: dict[Identity, Failure] = {}
        self.seen = context.state.kept_events()[1]
        self._told = 0.0

    def start(self) -> None:
        """Looks at every active record once."""
        self._look_at(self._active())

    def sweep(self) -> None:
        """Has every active record looked at within the next minute, a few each second."""
        now, found = self.context.clock(), list(self._active())
        for number, identity in enumerate(found):
            self.context.timers.set(identity, now + int(SWEEP * number / len(found)))

    def round(self, news: Collection[str] = ()) -> None:
        """``news``: ids, or beginnings of ids, of launches, and what the edge demands."""
        due = [
            *self._changed(),
            *map(owner, news),
            *self.context.demands.hear(news),
            *self.context.errands.finished(),
            *self.context.timers.take_due(self.context.clock()),
        ]
        self._look_at(due)

    def seconds_left(self) -> float:
        """Until the next round is due without being woken."""
        now = self.context.clock()
        times = [self.context.timers.first()]
        if self.context.admission.moved:
            times.append(self._told + _TELLING)
        return max(0.0, min((at - now for at in times if at is not None), default=SWEEP))

    def _look_at(self, due: Iterable[Identity | None]) -> None:
        """At each once; an exception of one does not keep the others."""
        for identity in dict.fromkeys(due):
            if identity and identity[2] in self.reconcilers:
                self._look(identity)
        admission = self.context.admission
        for identity in admission.admit():
            self._look(identity)
        now = self.context.clock()
        if admission.moved and not 0 <= now - self._told < _TELLING:
            self._told = now
            self._tell_line()

    def _tell_line(self) -> None:
        admission = self.context.admission
        try:
            queue.tell(self.context.state, admission.line())
            admission.moved = False
        except LeaseLost:
            raise
        except Exception:
            # A full disk must not keep jobs from ending, which makes room on it.
            log.exception("The line of jobs was not told")

    def _active(self) -> Iterator[Identity]:
        """The oldest of a kind first."""
        for kind in self.reconcilers:
            active = self.lifecycles[kind].active
            with self.context.state.read() as transaction:
                yield from transaction.identities(
                    records.c.kind == kind, records.c.status.in_(active)
                )

    def _changed(self) -> Iterator[Identity]:
        """What the events since the last round are about, and the parents of that."""
        parents = set()
        while found := self.context.state.events(self.seen):
            self.seen = found[-1].seq
            yield from (event.identity for event in found)
            parents |= {event.parent for event in found}
        with self.context.state.read() as transaction:
            for arn in parents - {""}:
                if record := transaction.by_arn(arn):
                    yield record.identity

    def _look(self, identity: Identity) -> None:
        context = self.context
        record = context.state.get(*identity)
        if record is None or record.status not in self.lifecycles[record.kind].active:
            self._failed.pop(identity, None)
            context.timers.drop(identity)
            context.errands.forget(identity)
            context.admission.leave(identity)
            return
        if self._waits(record):
            context.timers.set(identity, self._failed[identity].after)
            return
        context.timers.drop(identity)
        try:
            if record.status == "Stopping":
                context.stop_children(record)
            self.reconcilers[record.kind](context, record)
            self._failed.pop(identity, None)
        except LeaseLost:
            raise
        except Stale:
            context.again(record, 0)
        except Exception:
            # A transition that the kind's table forbids is one of them: to want it is a bug.
            log.exception("%s %s", record.kind, record.key)
            self._postpone(record)

    def _waits(self, record: Record) -> bool:
        """Whether it failed a short while ago; one whose status changed since does not wait."""
        failure = self._failed.get(record.identity)
        if failure is None or failure.status != record.status:
            return False
        # A time that lies farther ahead was noted before the clock was set back.
        return 0 < failure.after - self.context.clock() <= _LONGEST_WAIT

    def _postpone(self, record: Record) -> None:
        before = self._failed.get(record.identity)
        times = before.times if before and before.status == record.status else 0
        wait = min(_LONGEST_WAIT, _RETRY * 2 ** min(times, 10))
        after = self.context.clock() + wait
        self._failed[record.identity] = Failure(record.status, times + 1, after)
        self.context.again(record, wait)
