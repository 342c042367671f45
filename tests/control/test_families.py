"""Records that make others: calls that hold nobody up, kills and stops at the wrong moment."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit import serve
from jupyter_smkit.api.dispatch import Dispatcher, registry_of
from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.api.registry import Call, Services
from jupyter_smkit.config import Home
from jupyter_smkit.control.context import Context
from jupyter_smkit.control.errands import Ensured, pool
from jupyter_smkit.control.processes import wait_until
from jupyter_smkit.control.reconcile import Reconciler
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.state.engine import connect, url_of
from jupyter_smkit.state.lifecycle import JOB
from jupyter_smkit.state.records import Record, State
from jupyter_smkit.state.schema import metadata
from tests.conftest import ROLE

KINDS = {"ProcessingJob": JOB, "Tuning": JOB}
CHILD: dict[str, Any] = {
    "ProcessingJobName": "child",
    "RoleArn": ROLE,
    "AppSpecification": {"ImageUri": "python", "ContainerEntrypoint": ["true"]},
    "ProcessingResources": {
        "ClusterConfig": {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    },
}


@dataclass
class Family:
    """The API's operations and the daemon over one state, in this process."""

    home: Home
    state: State
    dispatcher: Dispatcher
    parent: Record
    answers: list[Ensured]

    def call(
        self, record: Record, operation: str, parent: str = "", **params: Any
    ) -> dict[str, Any]:
        at = (record.account, record.region, self.dispatcher.services)
        return self.dispatcher.call(Call("sagemaker", operation, params, *at, parent=parent))

    def daemon(self, call: Any = None, submit: Any = lambda do: do()) -> Reconciler:
        """A Tuning that makes one child, and follows it."""

        def tune(context: Context, record: Record) -> None:
            if record.status == "InProgress" and not record.observed.get("passed"):
                self.answers.append(context.ensure(record, "CreateProcessingJob", **CHILD))

        context = Context(self.home, self.state, None, time.time, call or self.call, submit)
        return Reconciler(context, {"Tuning": tune}, KINDS)

    def child(self) -> Record | None:
        return self.state.get("123456789012", "us-east-1", "ProcessingJob", "child")


@pytest.fixture
def family(tmp_path: Path) -> Iterator[Family]:
    home = Home(tmp_path / "home")
    home.prepare()
    engine = connect(url_of(home))
    metadata.create_all(engine)
    state = State(engine, time.time, KINDS)
    services = Services(home, state, ObjectStore(home.objects), time.time)
    arn = "arn:aws:sagemaker:us-east-1:123456789012:hyper-parameter-tuning-job/t"
    identity = ("123456789012", "us-east-1", "Tuning", "t")
    with state.begin() as transaction:
        parent = transaction.create(Record(*identity, arn, "InProgress", {}, {}, 1.0, 1.0))
    yield Family(home, state, Dispatcher(registry_of(("jobs",)), services), parent, [])
    engine.dispose()


def outcomes(family: Family) -> list[str]:
    return [each.outcome for each in family.answers]


def test_a_child_is_made_once_and_then_found(family: Family) -> None:
    daemon = family.daemon()
    daemon.start()
    daemon.round()
    assert outcomes(family) == ["made", "existing"]
    child = family.child()
    assert child is not None and child.parent == family.parent.arn
    assert family.answers[1].record == child
    family.answers.clear()
    family.state.change(child, observed={"ExitMessage": "hello"})
    daemon.round()
    assert outcomes(family) == ["existing"]


def test_a_call_that_takes_long_holds_nobody_up(family: Family) -> None:
    go_on = threading.Event()

    def slow(record: Record, operation: str, parent: str = "", **params: Any) -> dict[str, Any]:
        go_on.wait()
        return family.call(record, operation, parent, **params)

    daemon = family.daemon(slow, pool())
    began = time.monotonic()
    daemon.start()
    daemon.round([".".join(family.parent.identity)])
    assert time.monotonic() - began < 1.0
    assert outcomes(family) == ["pending", "pending"]
    go_on.set()

    def made() -> bool:
        daemon.round()
        return "made" in outcomes(family)

    assert wait_until(made, 10)


def test_a_refusal_is_told_by_its_code(family: Family) -> None:
    def refuse(*_: Any, **__: Any) -> dict[str, Any]:
        raise ApiError("No more than 20", code="ResourceLimitExceeded", status=400)

    family.daemon(refuse).start()
    (answer,) = family.answers
    assert (answer.outcome, answer.code) == ("refused", "ResourceLimitExceeded")


def test_an_api_that_does_not_answer_is_asked_again_later(family: Family) -> None:
    tried = []

    def silent(*_: Any, **__: Any) -> dict[str, Any]:
        tried.append(1)
        raise ApiError("starting", status=503)

    daemon = family.daemon(silent)
    daemon.start()
    daemon.round()
    assert not family.answers
    assert len(tried) == 1
    assert 0 < daemon.seconds_left() <= 1


def test_a_daemon_that_is_killed_before_the_answer(family: Family) -> None:
    """Its successor finds what was made."""
    family.state.engine.dispose()
    pid = os.fork()
    if pid == 0:

        def killed(*given: Any, **params: Any) -> dict[str, Any]:
            family.call(*given, **params)
            os.kill(os.getpid(), signal.SIGKILL)
            return {}

        family.daemon(killed).start()
        os._exit(1)
    assert os.waitpid(pid, 0)[1] == signal.SIGKILL
    family.daemon().start()
    assert outcomes(family) == ["existing"]


def test_a_parent_that_is_stopped_while_its_child_is_made(family: Family) -> None:
    """Before the child's transaction: it is refused. After it: it is stopped."""

    def late(*given: Any, **params: Any) -> dict[str, Any]:
        family.parent = family.state.change(family.parent, status="Stopping")
        return family.call(*given, **params)

    daemon = family.daemon(late)
    daemon.start()
    (answer,) = family.answers
    assert (answer.outcome, answer.code) == ("refused", "ResourceInUse")
    assert family.child() is None


def test_a_parent_that_is_stopped_before_it_has_heard_of_its_child(family: Family) -> None:
    def early(*given: Any, **params: Any) -> dict[str, Any]:
        answer = family.call(*given, **params)
        family.parent = family.state.change(family.parent, status="Stopping")
        return answer

    daemon = family.daemon(early)
    daemon.start()
    daemon.round()
    child = family.child()
    assert child is not None and child.status == "Stopping"


def test_the_daemons_own_calls_name_the_parent(smkit: Any) -> None:
    """Through the edge, as it does it."""
    client = smkit.client("sagemaker")
    arn = client.create_experiment(ExperimentName="family-mother")["ExperimentArn"]
    state = State(connect(url_of(smkit.home)), time.time)
    identity = ("123456789012", "us-east-1", "Experiment")
    mother = state.get(*identity, "family-mother")
    assert mother is not None
    call = serve.calls_of(smkit.home)
    call(mother, "CreateExperiment", parent=arn, ExperimentName="family-child")
    child = state.get(*identity, "family-child")
    assert child is not None and child.parent == arn
    with pytest.raises(ApiError, match="is gone") as refused:
        call(mother, "CreateExperiment", parent=f"{arn}-no", ExperimentName="family-orphan")
    assert refused.value.status == 400
    state.engine.dispose()
