"""When the daemon looks at which record."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

import pytest

from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.config import Home
from jupyter_smkit.control.daemon import Controllers, Daemon, keep
from jupyter_smkit.control.launches import advance, launch_id
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


def test_a_forbidden_transition_is_tried_less_and_less_often(
    daemon: Callable[..., Daemon], clock: Clock
) -> None:
    tried = []

    def forbidden(controllers: Controllers, record: Record) -> None:
        tried.append(controllers.clock())
        controllers.state.change(record, status="Creating")

    one = daemon(forbidden)
    for _ in range(10):
        one.round()
    assert len(tried) == 1
    clock.now += one.next_round(clock()) + 0.1
    one.round()
    assert len(tried) == 2
    for _ in range(1000):
        clock.now += 1.0
        one.round()
    assert len(tried) < 30


def test_what_its_user_changed_is_not_made_to_wait(daemon: Callable[..., Daemon]) -> None:
    seen = []

    def fails(controllers: Controllers, record: Record) -> None:
        seen.append(record.status)
        raise ValueError("no")

    one = daemon(fails)
    one.round()
    state = one.controllers.state
    record = state.get("1", "r", "Job", "j")
    assert record is not None
    state.change(record, status="Stopping")
    one.round()
    one.round()
    assert seen == ["InProgress", "Stopping"]


class Machine:
    """An executor with room for so many."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.asked = 0
        self.polled: list[str] = []
        self.launched: list[str] = []
        self.ended: set[str] = set()

    def poll(self, id: str) -> Observation:
        self.polled.append(id)
        if id in self.ended:
            return Observation("done", outcome="Completed")
        return Observation("running" if id in self.launched else "missing")

    def running(self) -> list[str]:
        self.asked += 1
        return [id for id in self.launched if id not in self.ended]

    def launch(self, launch: Launch) -> None:
        self.launched.append(launch.id)

    def forget(self, id: str) -> None:
        if id in self.launched:
            self.launched.remove(id)


def queue(one: Daemon, room: int, jobs: int) -> Machine:
    """``jobs`` jobs before a machine, the oldest first."""
    one.controllers.executor = machine = Machine(room)
    with one.controllers.state.begin() as transaction:
        for number in range(1, jobs):
            key = f"j{number:05d}"
            at = {"created": 1.0 + number, "modified": 1.0}
            transaction.create(Record("1", "r", "Job", key, key, "InProgress", {}, {}, **at))
    return machine


def job(controllers: Controllers, record: Record) -> None:
    def finish(seen: Observation) -> None:
        controllers.state.change(record, status=seen.outcome)
        controllers.executor.forget(launch_id(record))

    def launch(record: Record) -> Launch:
        return Launch(launch_id(record), ("true",), "", "1", "r", "group", "stream")

    def has_room(running: Collection[str]) -> bool:
        return len(running) < controllers.executor.room

    advance(controllers, record, launch, has_room, lambda seen: {}, finish)


def test_a_process_may_die_for_days(tmp_path: Path) -> None:
    tried = {"edge": (2000, 0.0)}
    keep(Home(tmp_path), ["edge"], tried)
    assert tried["edge"][0] == 2001


def test_waiting_jobs_ask_for_room_once(daemon: Callable[..., Daemon]) -> None:
    one = daemon(job)
    machine = queue(one, 0, 1_000)
    one.round()
    assert machine.asked == 1


def test_of_those_that_wait_only_the_first_is_looked_at_again(
    daemon: Callable[..., Daemon],
) -> None:
    one = daemon(job)
    machine = queue(one, 2, 1_000)
    one.round()
    first, second = machine.launched
    machine.polled.clear()
    one.round()
    assert len(machine.polled) == 3

    machine.ended.add(first)
    one.round()
    assert first not in machine.launched
    assert machine.launched[0] == second
    assert machine.launched[1].startswith("1.r.Job.j00002.")


def test_a_job_that_is_stopped_while_it_waits_ends(daemon: Callable[..., Daemon]) -> None:
    one = daemon(job)
    queue(one, 1, 10)
    one.round()
    state = one.controllers.state
    last = state.get("1", "r", "Job", "j00009")
    assert last is not None
    state.change(last, status="Stopping")
    one.round()
    ended = state.get("1", "r", "Job", "j00009")
    assert ended is not None and ended.status == "Stopped"
