"""When the daemon looks at which record."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from jupyter_smkit.config import Home
from jupyter_smkit.control.daemon import Controllers, Daemon
from jupyter_smkit.state.engine import connect
from jupyter_smkit.state.lifecycle import JOB
from jupyter_smkit.state.records import Record, Stale, State
from jupyter_smkit.state.schema import metadata


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def daemon(tmp_path: Path, clock: Clock) -> Callable[..., Daemon]:
    engine = connect(f"sqlite:///{tmp_path / 'state.db'}")
    metadata.create_all(engine)
    state = State(engine, clock, {"Job": JOB})
    with state.begin() as transaction:
        at = {"created": 1.0, "modified": 1.0}
        record = Record("1", "r", "Job", "j", "arn", "InProgress", {}, {}, **at)
        transaction.create(record)

    def of(reconcile: Callable[[Controllers, Record], None]) -> Daemon:
        controllers = Controllers(Home(tmp_path), state, None, clock, lambda *_: {})
        return Daemon(controllers, {"Job": reconcile}, {"Job": JOB})

    return of


def test_what_is_due_when_a_round_ends_is_not_forgotten(
    daemon: Callable[..., Daemon], clock: Clock
) -> None:
    """A round may take longer than a record asked to be left alone."""

    def soon(controllers: Controllers, record: Record) -> None:
        controllers.again(record, 0.05)
        clock.now += 0.2

    one = daemon(soon)
    one.round()
    assert one.next_round(clock()) == 0.0
    assert one.next_round(clock()) > 1.0


def test_a_record_that_changed_meanwhile_is_looked_at_again_at_once(
    daemon: Callable[..., Daemon], clock: Clock
) -> None:
    def stale(controllers: Controllers, record: Record) -> None:
        raise Stale

    one = daemon(stale)
    one.round()
    clock.now += 0.001
    assert one.next_round(clock()) == 0.0


def test_a_record_that_fails_is_left_alone_for_a_while_even_if_the_clock_is_set_back(
    daemon: Callable[..., Daemon], clock: Clock
) -> None:
    tried = []

    def fails(controllers: Controllers, record: Record) -> None:
        tried.append(controllers.clock())
        raise ValueError("no")

    one = daemon(fails)
    one.round()
    one.round()
    assert len(tried) == 1
    clock.now += 1.1
    one.round()
    assert len(tried) == 2
    clock.now -= 3600
    one.round()
    assert len(tried) == 3


def test_waiting_jobs_ask_for_room_once(daemon: Callable[..., Daemon]) -> None:
    from jupyter_smkit.jobs.run import advance

    class Full:
        asked = 0

        def poll(self, id: str) -> object:
            from jupyter_smkit.compute.executor import Observation

            return Observation("missing")

        def running(self) -> int:
            self.asked += 1
            return 1_000

    def wait(controllers: Controllers, record: Record) -> None:
        advance(controllers, record, lambda _: pytest.fail("launched"), lambda _: {}, "EndTime")

    one = daemon(wait)
    one.controllers.executor = full = Full()
    with one.controllers.state.begin() as transaction:
        at = {"created": 2.0, "modified": 1.0}
        for number in range(1_000):
            key = f"waits-{number}"
            transaction.create(Record("1", "r", "Job", key, key, "InProgress", {}, {}, **at))
    one.round()
    assert full.asked == 1
