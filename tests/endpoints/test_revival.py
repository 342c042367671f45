"""How often a worker that dies is started again."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.config import Home
from jupyter_smkit.control.context import Context
from jupyter_smkit.endpoints import controller
from jupyter_smkit.endpoints.workers import Worker
from jupyter_smkit.state.records import Record

NOW = 1000.0
ENDPOINT = Record("1", "r", "Endpoint", "e", "arn", "InService", {}, {}, 1.0, 1.0)


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
