"""The daemon's process: it holds the lease, has the others kept running, and does the rounds."""

from __future__ import annotations

import contextlib
import logging
import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

from jupyter_smkit.config import Home
from jupyter_smkit.control import chores, processes
from jupyter_smkit.control.context import Context
from jupyter_smkit.control.helpers import CORE, Helper, hold, keep_running
from jupyter_smkit.control.reconcile import SWEEP, Reconcile, Reconciler
from jupyter_smkit.state import migrate, room, shared, wake
from jupyter_smkit.state.engine import connect, reach, url_of
from jupyter_smkit.state.lifecycle import Lifecycle
from jupyter_smkit.state.records import LeaseLost, State

log = logging.getLogger("smkit.daemon")
_WATCH = 1.0
"""Seconds between looks at whether the lease is still ours."""
_LOST = 5.0
"""Seconds between looks for supervisors that an earlier daemon has started and that are lost."""


def run(
    home: Home,
    assemble: Callable[[Home, State], tuple[Context, Mapping[str, Reconcile]]],
    lifecycles: Mapping[str, Lifecycle],
    helpers: Sequence[Helper] = CORE,
    rarely: Sequence[chores.Chore] = (),
) -> int:
    """Holds the lease until told to stop or until it is lost. Raises Taken and CannotStart."""
    kept = hold(home, "daemon")
    bell = wake.listen(home.run / "wake", "daemon")
    signals, stopping = _on_signals()
    reach(home)
    engine = connect(url_of(home))
    if migrate.needs_migration(engine):
        for helper in helpers:
            processes.stop(home, helper.name)
        subprocess.run([sys.executable, "-m", "jupyter_smkit.state.migrate"], check=True)
    keep_running(helpers, home)
    mine = shared.hold(engine)
    while mine is None and not stopping() and kept():
        select.select([signals], [], [], _WATCH)
        mine = shared.hold(engine)
    if mine is None:
        return 0
    afar = shared.bell(engine)
    state = State(engine, time.time, lifecycles, lambda: wake.ring(home.run / "wake"))
    state.epoch = state.take_lease()
    room.keep(home)
    context, reconcilers = assemble(home, state)
    reconciler = Reconciler(context, reconcilers, lifecycles)
    log.info("daemon %d holds lease %d", os.getpid(), state.epoch)
    keep_running(helpers, home, state)
    chores.start(rarely, home, state)
    swept = looked = time.monotonic()
    listened = [bell.fileno(), signals, *([afar.fileno()] if afar else [])]
    try:
        reconciler.start()
        while not stopping() and kept():
            select.select(listened, [], [], min(_WATCH, reconciler.seconds_left()))
            news = wake.drain(bell)
            if afar:
                afar.drain()
            if _drain(signals):
                news.update(context.executor.ended())
            now = time.monotonic()
            if now - looked > _LOST:
                looked = now
                news.update(context.executor.lost())
            if now - swept > SWEEP:
                swept = now
                reconciler.sweep()
            reconciler.round(news)
    except LeaseLost:
        log.warning("another daemon holds the lease now")
    return 0


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


def _drain(reader: int) -> bool:
    """Whether there were signals."""
    with contextlib.suppress(BlockingIOError):
        return bool(os.read(reader, 4096))
    return False
