"""Records, events and tags: what survives, what is refused, in what order."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from jupyter_smkit.state.records import (
    AlreadyExists,
    IllegalTransition,
    LeaseLost,
    Record,
    Stale,
    State,
)


def job(name: str = "a") -> Record:
    return Record(
        account="123456789012",
        region="us-east-1",
        kind="ProcessingJob",
        key=name,
        arn=f"arn:aws:sagemaker:us-east-1:123456789012:processing-job/{name}",
        status="InProgress",
        request={"ProcessingJobName": name, "Deep": {"list": [1, 2.5, "ü", None, True]}},
        observed={},
        created=1.0,
        modified=1.0,
        name=name,
    )


def put(state: State, record: Record, **labels: str) -> Record:
    with state.begin() as transaction:
        return transaction.create(record, labels)


def test_a_record_comes_back_as_it_was(state: State) -> None:
    made = put(state, job(), team="red")
    with state.read() as transaction:
        assert transaction.get("123456789012", "us-east-1", "ProcessingJob", "a") == made
        assert transaction.by_arn(made.arn) == made
        assert transaction.tags(made.arn) == {"team": "red"}
    with pytest.raises(AlreadyExists):
        put(state, job())


def test_accounts_and_regions_are_kept_apart(state: State) -> None:
    put(state, job())
    put(state, replace(job(), account="999999999999", arn="arn:other"))
    put(state, replace(job(), region="eu-west-1", arn="arn:elsewhere"))
    assert state.get("123456789012", "eu-west-1", "ProcessingJob", "a") is not None
    assert state.get("999999999999", "eu-west-1", "ProcessingJob", "a") is None


def test_a_status_changes_only_from_what_was_read(state: State) -> None:
    first = put(state, job())
    second = state.change(first, status="Stopping")
    with pytest.raises(Stale):
        state.change(first, status="Completed")
    assert state.change(second, status="Stopped", observed={"End": 3}).observed == {"End": 3}


def test_only_moves_of_the_lifecycle_are_made(state: State) -> None:
    ended = state.change(put(state, job()), status="Completed")
    with pytest.raises(IllegalTransition, match="Completed → InProgress"):
        state.change(ended, status="InProgress")


def test_every_change_is_an_event(state: State) -> None:
    woken = []
    state.wake = lambda: woken.append(1)
    record = state.change(put(state, job()), status="Completed")
    with state.begin() as transaction:
        transaction.delete(record)
    told = [(event.type, event.was, event.status) for event in state.events(after=0)]
    assert told == [
        ("created", "", "InProgress"),
        ("changed", "InProgress", "Completed"),
        ("deleted", "", "Completed"),
    ]
    assert len(woken) == 3
    assert state.kept_events() == (1, 3)
    assert state.events(after=3) == []


def test_no_event_is_committed_after_a_later_one(state: State) -> None:
    """A stream that has seen the later one would never ask for the earlier."""
    with ThreadPoolExecutor(1) as threads:
        with state.begin() as transaction:
            transaction.create(job("first"))
            second = threads.submit(put, state, job("second"))
            with pytest.raises(TimeoutError):
                second.result(timeout=0.3)
        second.result(timeout=30)
    assert [event.key for event in state.events(after=0)] == ["first", "second"]


def test_old_events_are_forgotten(state: State) -> None:
    record = put(state, job())
    for number in range(9):
        record = state.change(record, observed={"by": number})
    assert state.forget_events(keep=4) == 6
    assert [event.seq for event in state.events(after=0)] == [7, 8, 9, 10]
    assert state.kept_events() == (7, 10)
    assert state.forget_events(keep=4) == 0


def test_a_transaction_that_fails_leaves_nothing(state: State) -> None:
    with pytest.raises(RuntimeError), state.begin() as transaction:
        transaction.create(job(), {"a": "b"})
        raise RuntimeError
    assert state.kept_events() == (1, 0)
    assert state.get("123456789012", "us-east-1", "ProcessingJob", "a") is None


def test_a_stale_daemon_cannot_write(state: State) -> None:
    state.epoch = state.take_lease()
    record = put(state, job())
    state.take_lease()
    with pytest.raises(LeaseLost):
        state.change(record, status="Completed")


def test_of_many_at_once_one_wins(state: State) -> None:
    record = put(state, job())

    def race(number: int) -> bool:
        try:
            state.change(record, status="Completed", observed={"by": number})
        except Stale:
            return False
        return True

    with ThreadPoolExecutor(8) as threads:
        assert sum(threads.map(race, range(8))) == 1
