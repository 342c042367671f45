"""The main job with every process killed on the way: it still ends right, and nothing is lost."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit.compute.local import LocalExecutor
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


def kill_supervisor(smkit: Smkit, kind: str) -> None:
    def running() -> list[str]:
        launches = smkit.launches(kind)
        return [each for each in launches if smkit.supervisor(each).get("phase") == "Running"]

    assert wait_until(lambda: bool(running()), 60)
    smkit.end_supervisor(running()[0])


def test_the_main_job_survives_kill_9_of_everything(project: Smkit) -> None:
    from jupyter_smkit import workflow as sm

    sys.path.insert(0, str(QUICKSTART))
    try:
        from flights import flights
    finally:
        sys.path.pop(0)
    raw = flights(2_000)
    uri = sm.put_dataframe(raw, "flights.csv")
    project.end_role("api")
    assert len(sm.read_dataframe(uri)) == len(raw)

    job, rows = sm.run_flow(QUICKSTART / "flights.flow", wait=False)
    kill_supervisor(project, "ProcessingJob")
    project.end_role("edge")
    job.wait()
    prepared = sm.read_dataframe(rows)
    assert len(prepared) == raw["arr_delay"].notna().sum()

    training = sm.train_automl(prepared, "late", objective="AUC", max_runtime=20, wait=False)
    kill_supervisor(project, "AutoMLJob")
    project.end_role("daemon")
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
    project.end_role("daemon")
    endpoint.wait()
    asked = prepared.drop(columns="late").head(20)
    before = sm.predict(endpoint, asked)
    [worker] = project.launches("Worker")
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
