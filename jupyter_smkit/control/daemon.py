"""The daemon: compares what the records want with what is, and acts."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jupyter_smkit.config import Home
from jupyter_smkit.control import chores, lease, processes
from jupyter_smkit.state import migrate, room, shared, wake
from jupyter_smkit.state.engine import connect, reach, url_of
from jupyter_smkit.state.lifecycle import Lifecycle
from jupyter_smkit.state.records import LeaseLost, Record, Stale, State
from jupyter_smkit.state.schema import records

log = logging.getLogger("smkit.daemon")
_POLL = 5.0
"""Seconds between rounds when nothing wakes the daemon: the safety net."""
_WATCH = 1.0
"""Seconds between looks at whether the other processes live."""
_RETRY = 1.0
_LONGEST_WAIT = 60.0

Identity = tuple[str, str, str, str]
"""Account, region, kind and key of a record."""
Version = tuple[Identity, int]
Reconcile = Callable[["Controllers", Record], None]
"""Brings the world one step nearer to what the record says. May be killed at any instruction."""


@dataclass
class Controllers:
    """What a reconcile function may use."""

    home: Home
    state: State
    executor: Any
    """:class:`jupyter_smkit.compute.executor.Executor`"""
    clock: Callable[[], float]
    call: Callable[..., dict[str, Any]]
    """``call(record, operation, **params)``: another feature's operation, for the record's
    account and region; raises ApiError."""
    soon: dict[Identity, float] = field(default_factory=dict)
    crowded: set[str] = field(default_factory=set)
    """Kinds of which a job has found no room in this round: those behind it need not ask."""
    waiting: set[Version] = field(default_factory=set)
    """Records that had no room when they were last looked at."""

    def again(self, record: Record, seconds: float) -> None:
        """Asks for the record to be looked at again, whatever else happens."""
        self.soon[_identity(record)] = self.clock() + seconds

    def wait(self, record: Record) -> None:
        """There is no room for the record: until there is, it is not looked at if unchanged."""
        self.crowded.add(record.kind)
        self.waiting.add((_identity(record), record.version))


def _identity(record: Record) -> Identity:
    return (record.account, record.region, record.kind, record.key)


@dataclass(frozen=True)
class Failure:
    """How often the reconcile of a record in ``status`` has raised, and when it may be again."""

    status: str
    times: int
    after: float


class Daemon:
    """One round looks at every record of a kind with behaviour that is not settled."""

    def __init__(
        self,
        controllers: Controllers,
        reconcilers: Mapping[str, Reconcile],
        lifecycles: Mapping[str, Lifecycle],
    ) -> None:
        self.controllers = controllers
        self.reconcilers = reconcilers
        self.lifecycles = lifecycles
        self._failed: dict[Identity, Failure] = {}

    def round(self) -> None:
        """Reconciles each active record once; an exception of one does not keep the others."""
        self.controllers.crowded = set()
        for record in self._active():
            if self._waits(record):
                continue
            try:
                self.reconcilers[record.kind](self.controllers, record)
                self._failed.pop(_identity(record), None)
            except LeaseLost:
                raise
            except Stale:
                self.controllers.again(record, 0)
            except Exception:
                # A transition that the kind's table forbids is one of them: to want it is a bug.
                log.exception("%s %s", record.kind, record.key)
                self._postpone(record)

    def _waits(self, record: Record) -> bool:
        """Whether it failed a short while ago; one whose status changed since does not wait."""
        failure = self._failed.get(_identity(record))
        if failure is None or failure.status != record.status:
            return False
        # A time that lies farther ahead was noted before the clock was set back.
        return 0 < failure.after - self.controllers.clock() <= _LONGEST_WAIT

    def _postpone(self, record: Record) -> None:
        before = self._failed.get(_identity(record))
        times = before.times if before and before.status == record.status else 0
        wait = min(_LONGEST_WAIT, _RETRY * 2 ** min(times, 10))
        after = self.controllers.clock() + wait
        self._failed[_identity(record)] = Failure(record.status, times + 1, after)
        self.controllers.again(record, wait)

    def _active(self) -> Iterator[Record]:
        """The oldest of a kind first. Thousands may wait for room: they are not read each time."""
        state = self.controllers.state
        waited, self.controllers.waiting = self.controllers.waiting, set()
        queues = {identity[2] for identity, _ in waited}
        for kind in self.reconcilers:
            active = self.lifecycles[kind].active
            conditions = records.c.kind == kind, records.c.status.in_(active)
            with state.read() as transaction:
                whole = kind not in queues
                found = transaction.where(*conditions, order=(records.c.created,)) if whole else ()
                versions = () if whole else transaction.versions(*conditions)
            yield from found
            for version in versions:
                if kind in self.controllers.crowded and version in waited:
                    self.controllers.waiting.add(version)
                elif (record := state.get(*version[0])) and record.status in active:
                    yield record

    def next_round(self, now: float) -> float:
        """Seconds until the next round is due without being woken; 0: what was asked for is due."""
        asked = self.controllers.soon
        self.controllers.soon = {key: at for key, at in asked.items() if at > now}
        return max(0.0, min([_POLL, *(at - now for at in asked.values())]))


def run(
    home: Home,
    assemble: Callable[[Home, State], tuple[Controllers, Mapping[str, Reconcile]]],
    lifecycles: Mapping[str, Lifecycle],
    others: Iterable[str] = ("api", "edge"),
    rarely: Sequence[chores.Chore] = (),
) -> int:
    """Holds the lease until told to stop or until it is lost. Raises CannotStart."""
    try:
        held = lease.hold(home.locks, "daemon")
    except lease.Taken:
        return 0
    bell = wake.listen(home.run / "wake", "daemon")
    signals, stopping = _on_signals()
    reach(home)
    engine = connect(url_of(home))
    if migrate.needs_migration(engine):
        for role in others:
            processes.stop(home, role)
        subprocess.run([sys.executable, "-m", "jupyter_smkit.state.migrate"], check=True)
    tried: dict[str, tuple[int, float]] = {}
    mine = shared.hold(engine)
    while mine is None and not stopping() and lease.is_kept(held, home.locks, "daemon"):
        keep(home, others, tried)
        select.select([signals], [], [], _WATCH)
        mine = shared.hold(engine)
    if mine is None:
        return 0
    afar = shared.bell(engine)
    state = State(engine, time.time, lifecycles, lambda: wake.ring(home.run / "wake"))
    state.epoch = state.take_lease()
    room.keep(home)
    controllers, reconcilers = assemble(home, state)
    daemon = Daemon(controllers, reconcilers, lifecycles)
    log.info("daemon %d holds lease %d", os.getpid(), state.epoch)
    chores.start(rarely, home, state)
    due = 0.0
    while not stopping() and lease.is_kept(held, home.locks, "daemon"):
        keep(home, others, tried)
        wait = min(_WATCH, max(0.0, due - time.monotonic()))
        listened = [bell.fileno(), signals, *([afar.fileno()] if afar else [])]
        woken, _, _ = select.select(listened, [], [], wait)
        if woken or time.monotonic() >= due:
            wake.drain(bell)
            if afar:
                afar.drain()
            _drain(signals)
            try:
                daemon.round()
            except LeaseLost:
                log.warning("another daemon holds the lease now")
                break
            due = time.monotonic() + daemon.next_round(time.time())
    os.close(held)
    return 0


def keep(home: Home, others: Iterable[str], tried: dict[str, tuple[int, float]]) -> None:
    """Starts those that do not run; ``tried`` says how often one was that dies at once, and when
    it may be again."""
    for role in others:
        times, after = tried.get(role, (0, 0.0))
        if time.monotonic() < after:
            continue
        tried.pop(role, None)
        if lease.holder(home.locks, role) is None:
            processes.start(home, role)
            wait = min(_LONGEST_WAIT, _RETRY * 2 ** min(times, 10))
            tried[role] = (times + 1, time.monotonic() + wait)


def _on_signals() -> tuple[int, Callable[[], bool]]:
    """A file that becomes readable at a signal, and whether one has asked to stop.

    SIGCHLD is among them: a supervisor that is killed is noticed at once.
    """
    asked: list[int] = []
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda number, frame: asked.append(number))
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    reader, writer = os.pipe()
    os.set_blocking(reader, False)
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return reader, lambda: bool(asked)


def _drain(reader: int) -> None:
    with contextlib.suppress(BlockingIOError):
        os.read(reader, 4096)
