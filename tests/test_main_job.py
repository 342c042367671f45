"""The main job with every process killed on the way: it still ends right, and nothing is lost."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit.compute.local import LocalExecutor
from jupyter_smkit.control import lease
from jupyter_smkit.control.processes import wait_until
from tests.conftest import Smkit

QUICKSTART = Path(__file__).parents[1] / "examples" / "quickstart"


@pytest.fixture
def project(fresh_smkit: Smkit, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Smkit]:
    from jupyter_smkit import workflow
    from jupyter_smkit.client import switch

    monkeypatch.setenv("SMKIT_HOME", str(fresh_smkit.home.path))
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith(("AWS_", "SMKIT_", "SAGEMAKER_"))]:
        monkeypatch.setenv(name, os.environ[name])
    workflow.switch_on(fresh_smkit.home, fresh_smkit.url)
    yield fresh_smkit
    switch.leave()


def kill(smkit: Smkit, role: str) -> None:
    pid = lease.holder(smkit.home.locks, role)
    assert pid is not None
    os.kill(pid, signal.SIGKILL)


def kill_supervisor(smkit: Smkit, kind: str) -> None:
    import json

    def running() -> list[Path]:
        return [
            status
            for status in smkit.home.jobs.glob(f"*.{kind}.*/status.json")
            if json.loads(status.read_text()).get("phase") == "Running"
        ]

    assert wait_until(lambda: bool(running()), 60)
    os.kill(json.loads(running()[0].read_text())["pid"], signal.SIGKILL)


def test_the_main_job_survives_kill_9_of_everything(project: Smkit) -> None:
    from jupyter_smkit import workflow as sm

    sys.path.insert(0, str(QUICKSTART))
    try:
        from flights import flights
    finally:
        sys.path.pop(0)
    raw = flights(2_000)
    uri = sm.put_dataframe(raw, "flights.csv")
    kill(project, "api")
    assert len(sm.read_dataframe(uri)) == len(raw)

    job, rows = sm.run_flow(QUICKSTART / "flights.flow", wait=False)
    kill_supervisor(project, "ProcessingJob")
    kill(project, "edge")
    job.wait()
    prepared = sm.read_dataframe(rows)
    assert len(prepared) == raw["arr_delay"].notna().sum()

    training = sm.train_automl(prepared, "late", objective="AUC", max_runtime=20, wait=False)
    kill_supervisor(project, "AutoMLJob")
    kill(project, "daemon")
    training.wait()
    best = training.describe()["BestCandidate"]
    assert best["FinalAutoMLJobObjectiveMetric"]["Value"] > 0.8
    report = best["CandidateProperties"]["CandidateArtifactLocations"]["Explainability"]
    bucket, _, place = report.removeprefix("s3://").partition("/")
    page = project.client("s3").get_object(Bucket=bucket, Key=f"{place}/report.html")
    assert b"Shapley values" in page["Body"].read()
    experiment = f"{training.name}-aws-auto-ml-job"
    sagemaker = project.client("sagemaker")
    trials = sagemaker.list_trials(ExperimentName=experiment)["TrialSummaries"]
    assert best["CandidateName"] in [trial["DisplayName"] for trial in trials]

    endpoint = sm.deploy(training, "survivor", wait=False)
    kill(project, "daemon")
    endpoint.wait()
    asked = prepared.drop(columns="late").head(20)
    before = sm.predict(endpoint, asked)
    # Before the kill: what is left of the killed one is removed under a name that looks alike.
    worker = next(project.home.jobs.glob("[0-9]*.Worker.*")).name
    kill_supervisor(project, "Worker")
    executor = LocalExecutor(project.home)
    assert wait_until(lambda: executor.poll(worker).attempt == 2, 30)

    after: list[Any] = []

    def answers() -> bool:
        try:
            after[:] = sm.predict(endpoint, asked)
        except Exception:
            return False
        return True

    assert wait_until(answers, 60)
    assert after == before
    statuses = {event.kind: event.status for event in events(project)}
    assert statuses["ProcessingJob"] == statuses["AutoMLJob"] == "Completed"
    assert statuses["Endpoint"] == "InService"


def events(smkit: Smkit) -> list[Any]:
    import time

    from jupyter_smkit.state.engine import connect, url_of
    from jupyter_smkit.state.records import State

    return State(connect(url_of(smkit.home)), time.time).events(0, 10_000)
