"""When the daemon looks at which record."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.config import Home
from jupyter_smkit.control.admission import Admission, Needs, Room
from jupyter_smkit.control.context import Context
from jupyter_smkit.control.launches import follow_launch, launch_id
from jupyter_smkit.control.reconcile import SWEEP, Reconciler
from jupyter_smkit.state import queue
from jupyter_smkit.state.engine import connect
from jupyter_smkit.state.lifecycle import JOB, lifecycle
from jupyter_smkit.state.records import Record, Stale, State
from jupyter_smkit.state.schema import metadata

KINDS = {
    "Job": JOB,
    "Group": lifecycle("Creating", rests="Created", Creating="Created", Created="Deleting"),
}


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Machine:
    """An executor whose programs end when a test says so."""

    polled: list[str] = field(default_factory=list)
    launched: list[str] = field(default_factory=list)
    over: set[str] = field(default_factory=set)

    def poll(self, id: str) -> Observation:
        self.polled.append(id)
        if id in self.over:
            return Observation("done", outcome="Completed")
        return Observation("running" if id in self.launched else "missing")

    def launch(self, launch: Launch, attempt: int = 1) -> None:
        self.launched.append(launch.id)

    def stop(self, id: str) -> None:
        self.over.add(id)

    def forget(self, id: str) -> None:
        pass


@dataclass
class House:
    """The daemon over a state, in this process."""

    state: State
    clock: Clock
    machine: Machine
    home: Home
    reconciler: Reconciler

    def add(self, key: str, *, kind: str = "Job", status: str = "", **members: str) -> Record:
        self.clock.now += 0.001
        arn, at = f"arn:{members.get('account', '1')}/{key}", self.clock()
        first = Record("1", "r", kind, key, arn, status or KINDS[kind].initial, {}, {}, at, at)
        with self.state.begin() as transaction:
            return transaction.create(replace(first, **members))

    def status(self, record: Record) -> str:
        found = self.state.get(*record.identity)
        assert found is not None
        return found.status

    def end(self, id: str) -> None:
        """A program ends, and its supervisor says so."""
        self.machine.over.add(id)
        self.rounds(id)

    def rounds(self, *launches: str) -> None:
        """As many as there is something to do for now."""
        self.reconciler.round(launches)
        while self.reconciler.seconds_left() == 0 or self.state.events(self.reconciler.seen):
            self.reconciler.round()


def job(context: Context, record: Record) -> None:
    def finish(seen: Observation) -> None:
        context.state.change(record, status=seen.outcome)

    def launch(record: Record) -> Launch:
        return Launch(launch_id(record), ("true",), "", "1", "r", "group", "stream")

    follow_launch(context, record, launch, Needs(), lambda seen: {}, finish)


@pytest.fixture
def house(tmp_path: Path) -> Callable[..., House]:
    engine = connect(f"sqlite:///{tmp_path / 'state.db'}")
    metadata.create_all(engine)
    clock, machine, home = Clock(), Machine(), Home(tmp_path)
    state = State(engine, clock, KINDS)

    def of(reconcile: Callable[[Context, Record], None] = job, cores: int = 2) -> House:
        admission = Admission(Room(cores, cores, 0, 0))
        context = Context(
            home, state, machine, clock, lambda *_: {}, lambda do: do(), admission=admission
        )
        reconciler = Reconciler(context, {"Job": reconcile, "Group": reconcile}, KINDS)
        return House(state, clock, machine, home, reconciler)

    return of


def test_only_what_changed_is_looked_at(house: Callable[..., House]) -> None:
    looked: list[str] = []
    one = house(lambda context, record: looked.append(record.key))
    records = [one.add(f"j{number}") for number in range(20)]
    one.add("settled", kind="Group", status="Created")
    one.reconciler.start()
    assert looked == [record.key for record in records]
    one.rounds()
    looked.clear()
    one.rounds()
    assert not looked
    one.state.change(records[7], observed={"a": 1})
    one.rounds(launch_id(records[9]))
    assert looked == ["j7", "j9"]


def test_a_status_that_rests_costs_nothing_until_somebody_asks(
    house: Callable[..., House],
) -> None:
    looked: list[str] = []
    one = house(lambda context, record: looked.append(record.status))
    group = one.add("g", kind="Group", status="Created")
    one.rounds()
    one.reconciler.start()
    one.reconciler.sweep()
    one.clock.now += SWEEP
    one.rounds()
    assert not looked
    one.state.change(group, status="Deleting")
    one.rounds()
    # Nothing follows: the move was the last.
    assert not looked


def test_a_childs_change_and_its_end_wake_its_parent(house: Callable[..., House]) -> None:
    looked: list[str] = []
    one = house(lambda context, record: looked.append(record.key))
    parent = one.add("parent")
    child = one.add("child", parent=parent.arn)
    recorded = one.add("recorded", kind="Group", status="Created", parent=parent.arn)
    one.rounds()
    for change in (
        lambda transaction: transaction.change(child, observed={"a": 1}),
        lambda transaction: transaction.delete(recorded),
    ):
        looked.clear()
        with one.state.begin() as transaction:
            change(transaction)
        one.rounds()
        assert "parent" in looked


def test_everything_is_looked_at_within_a_minute(house: Callable[..., House]) -> None:
    """Whatever was not heard; spread, so that nobody waits for a long round."""
    looked: list[str] = []
    one = house(lambda context, record: looked.append(record.key))
    for number in range(120):
        one.add(f"j{number:03}")
    one.rounds()
    looked.clear()
    one.reconciler.sweep()
    most = 0
    for _ in range(int(SWEEP) + 1):
        before = len(looked)
        one.rounds()
        most = max(most, len(looked) - before)
        one.clock.now += 1
    assert len(set(looked)) == 120
    assert most <= 3


def test_what_is_due_when_a_round_ends_is_not_forgotten(house: Callable[..., House]) -> None:
    """A round may take longer than a record asked to be left alone."""

    def soon(context: Context, record: Record) -> None:
        if not looked:
            context.again(record, 0.05)
        looked.append(record.key)
        one.clock.now += 0.2

    looked: list[str] = []
    one = house(soon)
    one.add("j")
    one.reconciler.round()
    assert one.reconciler.seconds_left() == 0.0
    one.reconciler.round()
    assert one.reconciler.seconds_left() == SWEEP
    assert len(looked) == 2


def test_a_record_that_changed_meanwhile_is_looked_at_again_at_once(
    house: Callable[..., House],
) -> None:
    def stale(context: Context, record: Record) -> None:
        raise Stale

    one = house(stale)
    one.add("j")
    one.reconciler.round()
    assert one.reconciler.seconds_left() == 0.0


def test_a_record_that_fails_is_left_alone_for_a_while_even_if_the_clock_is_set_back(
    house: Callable[..., House],
) -> None:
    tried = []

    def fails(context: Context, record: Record) -> None:
        tried.append(context.clock())
        raise ValueError("no")

    one = house(fails)
    record = one.add("j")
    one.rounds()
    one.rounds(launch_id(record))
    assert len(tried) == 1
    one.clock.now += 1.1
    one.rounds()
    assert len(tried) == 2
    one.clock.now -= 3600
    one.rounds(launch_id(record))
    assert len(tried) == 3


def test_a_forbidden_transition_is_tried_less_and_less_often(
    house: Callable[..., House],
) -> None:
    tried = []

    def forbidden(context: Context, record: Record) -> None:
        tried.append(context.clock())
        context.state.change(record, status="Creating")

    one = house(forbidden)
    one.add("j")
    one.rounds()
    assert len(tried) == 1
    one.clock.now += one.reconciler.seconds_left() + 0.1
    one.rounds()
    assert len(tried) == 2
    for _ in range(1000):
        one.clock.now += 1.0
        one.rounds()
    assert len(tried) < 30


def test_what_its_user_changed_is_not_made_to_wait(house: Callable[..., House]) -> None:
    seen = []

    def fails(context: Context, record: Record) -> None:
        seen.append(record.status)
        raise ValueError("no")

    one = house(fails)
    record = one.add("j")
    one.rounds()
    one.state.change(record, status="Stopping")
    one.rounds()
    one.rounds()
    assert seen == ["InProgress", "Stopping"]


def test_those_that_wait_are_not_looked_at_while_others_come_and_go(
    house: Callable[..., House],
) -> None:
    one = house()
    for number in range(500):
        one.add(f"j{number:05d}")
    one.rounds()
    first, _ = one.machine.launched
    one.machine.polled.clear()
    one.end(first)
    assert len(one.machine.launched) == 3
    assert one.machine.launched[2].startswith("1.r.Job.j00002.")
    assert set(one.machine.polled) == {first, one.machine.launched[2]}


def test_a_job_that_is_stopped_while_it_waits_ends(house: Callable[..., House]) -> None:
    one = house(cores=1)
    jobs = [one.add(f"j{number}") for number in range(10)]
    one.rounds()
    one.clock.now += 1
    one.rounds()
    told = [each["key"] for each in queue.line(one.state)]
    assert told == [record.key for record in jobs[1:]]
    one.state.change(jobs[3], status="Stopping")
    one.rounds()
    assert one.status(jobs[3]) == "Stopped"
    one.clock.now += 1
    one.rounds()
    assert [each["key"] for each in queue.line(one.state)] == [*told[:2], *told[3:]]


def test_the_line_is_told_once_a_second_at_the_most(house: Callable[..., House]) -> None:
    one = house()
    for number in range(30):
        one.add(f"j{number}")
        one.rounds()
    told = [event for event in one.state.events(0) if event.kind == queue.KIND]
    assert len(told) == 1


def test_a_line_that_cannot_be_told_holds_nobody_up(
    house: Callable[..., House], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError("No space left on device")

    one = house(cores=1)
    jobs = [one.add(f"j{number}") for number in range(3)]
    with monkeypatch.context() as patched:
        patched.setattr(queue, "tell", full)
        one.rounds()
        one.end(one.machine.launched[0])
        assert one.status(jobs[0]) == "Completed"
    one.clock.now += 1
    one.rounds()
    assert [each["key"] for each in queue.line(one.state)] == ["j2"]


def test_a_daemon_that_comes_back_lets_those_run_that_do(house: Callable[..., House]) -> None:
    first = house()
    jobs = [first.add(f"j{number}") for number in range(6)]
    first.rounds()
    second = house()
    second.reconciler.start()
    second.rounds()
    assert len(second.machine.launched) == 2
    for record in jobs:
        second.end(launch_id(record))
    assert {second.status(record) for record in jobs} == {"Completed"}


def test_a_parents_stop_reaches_its_children(house: Callable[..., House]) -> None:
    one = house(cores=4)
    parent = one.add("parent")
    children = [one.add(f"child{number}", parent=parent.arn) for number in range(6)]
    other = one.add("other")
    one.rounds()
    one.state.change(parent, status="Stopping")
    one.rounds()
    one.rounds(*map(launch_id, [parent, *children]))
    assert {one.status(child) for child in children} <= {"Stopped", "Completed"}
    assert one.status(other) == "InProgress"
