"""How long a worker that does not answer is waited for."""

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

NOW, PATIENCE = 1000.0, 60.0
LONG_AGO = NOW - 900


class Executor:
    def __init__(self, seen: dict[str, Observation]) -> None:
        self.seen = seen
        self.started: list[str] = []

    def poll(self, id: str) -> Observation:
        return self.seen[id]

    def launch(self, launch: Launch, attempt: int = 1) -> None:
        self.started.append(launch.id)


@pytest.mark.parametrize(
    ("seen", "changed", "started", "failed"),
    [
        ({"new": Observation("running", started=NOW - 59)}, LONG_AGO, [], False),
        ({"new": Observation("running", started=NOW - 61)}, LONG_AGO, [], True),
        # Its program has not begun: data is brought, an environment is built.
        ({"new": Observation("running")}, LONG_AGO, [], False),
        # A variant grows before one that has long been up.
        (
            {"new": Observation("missing"), "up": Observation("running", started=LONG_AGO)},
            NOW - 10,
            ["new"],
            False,
        ),
        # One that has long been up is busy just when its endpoint is updated.
        ({"busy": Observation("running", started=LONG_AGO)}, NOW - 10, [], False),
        ({"busy": Observation("running", started=LONG_AGO)}, NOW - 61, [], True),
        # The machine was off while it started.
        ({"new": Observation("lost", started=LONG_AGO)}, LONG_AGO, ["new"], False),
    ],
)
def test_a_worker_has_its_time_to_answer(
    seen: dict[str, Observation],
    changed: float,
    started: list[str],
    failed: bool,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    workers = [
        Worker(
            "v",
            1.0,
            "python",
            Launch(id, ("python",), "python", "1", "r", "/g", "s", socket=id),
            PATIENCE,
        )
        for id in seen
    ]
    reasons: list[str] = []
    monkeypatch.setattr(controller, "wanted", lambda *_: workers)
    monkeypatch.setattr(controller, "answers", lambda socket: socket == "up")
    monkeypatch.setattr(controller, "fail", lambda *given: reasons.append(given[-1]))
    executor, state = Executor(seen), Any
    context = Context(Home(tmp_path), state, executor, lambda: NOW, lambda *_: {}, lambda do: do())  # type: ignore[arg-type]
    endpoint = Record("1", "r", "Endpoint", "e", "arn", "Updating", {}, {}, 1.0, changed)
    controller.bring_up(context, endpoint)
    assert executor.started == started
    assert ["It did not answer within 60 s" in reason for reason in reasons] == [True] * failed
    assert bool(context.timers.at) is not failed
