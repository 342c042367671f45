"""From the start of a launch's programs to the end of the last: what they print, and their time."""

from __future__ import annotations

import contextlib
import os
import select
import time
from collections.abc import Sequence
from pathlib import Path

from jupyter_smkit.compute import jsonfile, program
from jupyter_smkit.compute.ending import Ending, Stop, failed, time_is_up
from jupyter_smkit.compute.executor import Launch
from jupyter_smkit.compute.metrics import Metrics
from jupyter_smkit.compute.rank import Rank
from jupyter_smkit.compute.site import Site
from jupyter_smkit.compute.status import Status

_JOB_PAUSE = 0.2
"""Seconds between looks at a job's report."""
_WORKER_PAUSE = 2.0
_TELLING = 1.0
"""Seconds between two tellings of new metrics."""
_SETTING_UP = 2.0
"""Seconds after the start in which a sandbox may have no program yet that could hear a SIGTERM: its
own first process hears none."""
_OTHERS_GRACE = 10.0
"""Seconds that the other hosts have to end when one has failed."""


class Watch:
    def __init__(
        self,
        site: Site,
        directory: Path,
        launch: Launch,
        ranks: Sequence[Rank],
        status: Status,
        stop: Stop,
    ) -> None:
        self.site = site
        self.directory = directory
        self.launch = launch
        self.ranks = ranks
        self.status = status
        self.stop = stop
        self.metrics = Metrics(launch)
        self.began = self.last_told = time.monotonic()
        self.asked_at = 0.0
        """When the programs were asked to end; 0: not yet."""
        self.failed: Ending | None = None
        self.late = False
        self._told: dict[str, tuple[float, float]] = {}
        self._noted = 0

    def run(self) -> Ending:
        """Pumps the programs' output until all have ended; ends them when told to, when time is
        up, or when one of them has failed."""
        running = list(self.ranks)
        pause = _WORKER_PAUSE if self.launch.socket else _JOB_PAUSE
        signalled = program.wake_on_signals()
        while running:
            # Asked before each look at the output: what was written before the end is then read.
            ended = [rank for rank in running if rank.running.poll() is not None]
            listened = [signalled, *(rank.output for rank in running if rank.open)]
            ready, _, _ = select.select(listened, [], [], 0 if ended else pause)
            if signalled in ready:
                os.read(signalled, 64)
            printed = [rank for rank in running if rank.open and rank.output in ready]
            for rank in printed:
                self.metrics.feed(rank.read(), time.time())
            for rank in ended:
                if rank not in printed:
                    running.remove(rank)
                    self._end(rank, running)
            self._keep_time(running)
            self._tell()
        self._tell_metrics(whole=True)
        return self._ending()

    def _ending(self) -> Ending:
        codes = [rank.running.wait() for rank in self.ranks]
        code = next(filter(None, codes), 0)
        if self.failed:
            return self.failed
        if self.late:
            return Ending("MaxRuntimeExceeded", time_is_up(self.launch), code)
        return Ending("Stopped" if self.stop.asked else "Completed", code=code)

    def _end(self, rank: Rank, others: Sequence[Rank]) -> None:
        self.metrics.feed(rank.close(), time.time())
        code = rank.running.wait()
        if not code or self.asked_at or self.stop.asked:
            return
        self.failed = failed(self.launch, self.ranks.index(rank), code)
        for other in others:
            other.log.say(
                f"smkit: {rank.name} failed ({program.why(code)}, exit code: {code}), "
                f"so {other.name} is ended"
            )
        self._ask_to_end(others)

    def _keep_time(self, running: Sequence[Rank]) -> None:
        now = time.monotonic()
        if not self.asked_at:
            if self.launch.seconds and now - self.began > self.launch.seconds:
                self.late = True
                for rank in running:
                    rank.log.say(f"smkit: {time_is_up(self.launch)}")
            if self.stop.asked and running:
                self.status.note("Stopping")
            if self.stop.asked or self.late:
                self._ask_to_end(running)
        elif now - self.began < _SETTING_UP:
            for rank in running:
                rank.ask_to_stop()
        patience = self.stop.patience
        if self.failed:
            patience = min(patience, _OTHERS_GRACE)
        # A home that was deleted: nobody is left to end these programs or to want them.
        abandoned = not self.directory.exists()
        if abandoned or (self.asked_at and now - self.asked_at > patience):
            for rank in running:
                rank.kill()

    def _ask_to_end(self, ranks: Sequence[Rank]) -> None:
        self.asked_at = time.monotonic()
        for rank in ranks:
            rank.ask_to_stop()

    def _tell(self) -> None:
        now = time.monotonic()
        if now - self.last_told > _TELLING:
            self.last_told = now
            self._tell_metrics()
        stamp = self.ranks[0].report_stamp()
        if stamp != self._noted:
            self._noted = stamp
            self.status.ring()

    def _tell_metrics(self, *, whole: bool = False) -> None:
        # First the data points: who hears of a new value asks for them.
        with contextlib.suppress(OSError):
            self.metrics.publish(self.site, time.time(), whole=whole)
        if self.metrics.last and self.metrics.last != self._told:
            self._told = dict(self.metrics.last)
            with contextlib.suppress(OSError):
                jsonfile.write(self.directory / "metrics.json", self._told, durable=False)
            self.status.ring()
