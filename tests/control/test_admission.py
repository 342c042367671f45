"""Who may start next, of jobs that share a machine."""

from __future__ import annotations

from collections import Counter
from itertools import count

from jupyter_smkit.control.admission import Admission, Needs, Room
from jupyter_smkit.state.records import Identity, Record

numbers = count()
ONE = Needs()


def job(account: str = "a", parent: str = "", key: str = "") -> Record:
    number = next(numbers)
    name, at = key or f"j{number}", float(number)
    given = (account, "r", "Job", name, f"arn:{name}", "InProgress", {}, {}, at, at)
    return Record(*given, parent=parent)


def room(cores: int, *, jobs: int = 0, memory: int = 0, gpus: int = 0) -> Room:
    return Room(jobs or cores, cores, memory, gpus)


def enter(admission: Admission, *records: Record, needs: Needs = ONE) -> None:
    for record in records:
        assert not admission.may_run(record, needs)


def run(admission: Admission, jobs: int) -> list[Identity]:
    """Lets so many start, each as soon as the one before has ended."""
    started: list[Identity] = []
    while len(started) < jobs:
        admitted = admission.admit()
        started += admitted
        for each in admitted or started:
            admission.leave(each)
    return started


def test_the_oldest_goes_first_whatever_order_they_are_seen_in() -> None:
    admission = Admission(room(1))
    first, second, third = job(), job(), job()
    enter(admission, third, first, second)
    assert admission.admit() == [first.identity]
    assert admission.admit() == []
    assert admission.line() == [second.identity, third.identity]
    assert admission.may_run(first, Needs())


def test_of_500_each_account_gets_its_share_within_the_first_ten() -> None:
    for cores in (1, 2, 8):
        admission = Admission(room(cores))
        enter(admission, *(job("a") for _ in range(400)))
        enter(admission, *(job("b") for _ in range(100)))
        started = run(admission, 500)
        assert Counter(account for account, *_ in started[:10]) == {"a": 5, "b": 5}
        assert len(set(started)) == 500
        assert not admission.line()
        assert not admission.admit()


def test_100_accounts_take_turns() -> None:
    admission = Admission(room(4))
    for number in range(100):
        enter(admission, *(job(f"{number:03}") for _ in range(5)))
    predicted = admission.line()
    started = run(admission, 500)
    assert started == predicted
    for turn in range(5):
        assert len({account for account, *_ in started[100 * turn : 100 * turn + 100]}) == 100


def test_a_job_goes_between_the_children_of_another() -> None:
    admission = Admission(room(1))
    enter(admission, *(job(parent="arn:tuning") for _ in range(500)))
    mine = job()
    enter(admission, mine)
    assert mine.identity in run(admission, 2)


def test_who_holds_fewest_cores_is_next() -> None:
    """Also where one account's jobs last long and the other's do not."""
    admission = Admission(room(4))
    long = [job("long") for _ in range(8)]
    enter(admission, *long, *(job("short") for _ in range(40)))
    held = admission.admit()
    for _ in range(10):
        for identity in held:
            if identity[0] == "short":
                admission.leave(identity)
        held = [*(each for each in held if each[0] == "long"), *admission.admit()]
        assert Counter(account for account, *_ in held) == {"long": 2, "short": 2}


def test_large_jobs_are_not_passed_by_small_ones_for_ever() -> None:
    admission = Admission(room(4))
    small = job()
    enter(admission, small)
    assert admission.admit() == [small.identity]
    large = job()
    enter(admission, large, needs=Needs(cores=4))
    enter(admission, job(), job())
    assert admission.admit() == []
    admission.leave(small.identity)
    assert admission.admit() == [large.identity]


def test_one_that_waits_for_a_gpu_does_not_hold_up_those_without() -> None:
    admission = Admission(room(4, gpus=1))
    holder, waits, plain = job(), job(), job()
    enter(admission, holder, waits, needs=Needs(gpus=1))
    enter(admission, plain)
    assert admission.admit() == [holder.identity, plain.identity]
    assert admission.line() == [waits.identity]


def test_one_of_a_sort_at_a_time() -> None:
    admission = Admission(room(4))
    first, second, plain = job(), job(), job()
    enter(admission, first, second, needs=Needs(alone="AutoML"))
    enter(admission, plain)
    assert admission.admit() == [first.identity, plain.identity]
    admission.leave(first.identity)
    assert admission.admit() == [second.identity]


def test_who_asks_for_more_than_there_is_gets_all() -> None:
    admission = Admission(room(2, memory=10))
    huge = job()
    enter(admission, huge, needs=Needs(cores=64, memory=1000, gpus=8))
    assert admission.admit() == [huge.identity]


def test_memory_is_counted() -> None:
    admission = Admission(room(8, memory=10))
    jobs = [job() for _ in range(3)]
    enter(admission, *jobs, needs=Needs(memory=4))
    assert admission.admit() == [record.identity for record in jobs[:2]]


def test_so_many_jobs_at_once_and_no_more() -> None:
    admission = Admission(room(8, jobs=1))
    first, second = job(), job()
    enter(admission, first, second)
    assert admission.admit() == [first.identity]
    # Of an earlier daemon, which allowed more.
    admission.runs(job(), Needs())
    admission.leave(first.identity)
    assert admission.admit() == []


def test_a_job_made_again_under_its_name_waits_again() -> None:
    admission = Admission(room(1))
    first, again = job(key="j"), job(key="j")
    enter(admission, first)
    admission.admit()
    assert not admission.may_run(again, Needs())
    assert admission.admit() == [again.identity]
