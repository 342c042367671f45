"""How often a worker that dies is started again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.config import Home
from jupyter_smkit.control.context import Context
from jupyter_smkit.control.demands import Demands
from jupyter_smkit.endpoints import controller
from jupyter_smkit.endpoints.workers import Worker
from jupyter_smkit.gateway.demand import Demand
from jupyter_smkit.state.records import Record

NOW = 1000.0
VARIANTS = {"_variants": [{"name": "v", "workers": [{"id": "w"}]}]}
ENDPOINT = Record("1", "r", "Endpoint", "e", "arn", "InService", {}, VARIANTS, 1.0, 1.0)


class Executor:
    def __init__(self) -> None:
        self.started: list[str] = []

    def again(self, id: str) -> None:
        self.started.append(f"{id} again")

    def launch(self, launch: Launch, attempt: int = 1) -> None:
        self.started.append(launch.id)


@pytest.mark.parametrize(
    ("seen", "started", "wait"),
    [
        (Observation("done", attempt=1, ended=NOW), ["w again"], None),
        (Observation("done", attempt=2, ended=NOW), [], 1.0),
        (Observation("done", attempt=4, ended=NOW - 1), [], 3.0),
        (Observation("done", attempt=4, ended=NOW - 4), ["w again"], None),
        (Observation("lost", attempt=4), ["w again"], None),
        (Observation("lost", attempt=4, phases=[("Starting", NOW - 1)]), [], 3.0),
        (Observation("lost", attempt=4, phases=[("Running", NOW - 100)]), ["w again"], None),
        (Observation("done", attempt=50, ended=NOW - 59), [], 1.0),
        (Observation("missing"), ["w"], None),
        # The clock was set back since.
        (Observation("done", attempt=4, ended=NOW + 3600), ["w again"], None),
    ],
)
def test_each_time_it_waits_longer(
    seen: Observation,
    started: list[str],
    wait: float | None,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    launch = Launch("w", ("python",), "python", "1", "r", "/g", "s")
    workers = [Worker("v", 1.0, "python", launch, 60.0)]
    monkeypatch.setattr(controller, "wanted", lambda *_: workers)
    executor, state = Executor(), Any
    context = Context(Home(tmp_path), state, executor, lambda: NOW, lambda *_: {}, lambda do: do())  # type: ignore[arg-type]
    controller.restart_dead_workers(context, ENDPOINT, {"w": seen})
    assert executor.started == started
    asked = [at - NOW for at in context.timers.at.values()]
    assert asked == ([] if wait is None else [wait])


def test_it_does_not_wait_when_an_invocation_begins_to_but_once_only(tmp_path: Path) -> None:
    executor, state = Executor(), Any
    context = Context(Home(tmp_path), state, executor, lambda: NOW, lambda *_: {}, lambda do: do())  # type: ignore[arg-type]
    crashed = Observation("done", attempt=9, ended=NOW)
    assert list(context.demands.hear(["1.r.Job.j", "demand 1/r/e/v"])) == [ENDPOINT.identity]

    controller.restart_dead_workers(context, ENDPOINT, {"w": crashed})
    assert executor.started == ["w again"]
    controller.restart_dead_workers(context, ENDPOINT, {"w": crashed})
    assert executor.started == ["w again"]
    assert list(context.timers.at) == [ENDPOINT.identity]


def test_a_daemon_that_starts_knows_who_waits(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    told = Demand(home.demand)
    told.of(("1", "r", "e", "v")).queued = 1
    told.of(("1", "r", "e", "other")).in_flight = 1
    told.tell()
    demands = Demands(lambda: NOW, home.demand)
    assert demands.take(ENDPOINT, "v") and not demands.take(ENDPOINT, "v")
    assert not demands.take(ENDPOINT, "other")
