"""The experiment that a job keeps of its candidates, as clients of SageMaker's look for it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.api.errors import ApiError

from .conftest import World, candidate, reported
from .test_controller import FINISHED, see, start, status

EXPERIMENT = "churn-aws-auto-ml-job"
BEST = "churn-WeightedEnsemble-L2-aws-training-job"


def components(world: World) -> dict[str, Any]:
    """By the names of their candidates, as the SDK's ExperimentAnalytics searches for them."""
    inside = {"Name": "Parents.ExperimentName", "Operator": "Equals", "Value": EXPERIMENT}
    found = world.client.search(
        Resource="ExperimentTrialComponent", SearchExpression={"Filters": [inside]}
    )["Results"]
    return {each["TrialComponent"]["DisplayName"]: each["TrialComponent"] for each in found}


def test_the_experiment_is_there_when_the_job_runs(world: World) -> None:
    start(world)
    assert world.client.describe_experiment(ExperimentName=EXPERIMENT)
    training = candidate("WeightedEnsemble-L2", None, created=120.0) | {
        "metrics": [],
        "model": None,
    }
    report = reported(candidates=[candidate("Baseline-LightGBM", 0.8, created=100.0), training])
    see(world, "running", phase="Running", report=report)
    states = {name: each["Status"] for name, each in components(world).items()}
    assert states == {
        "Baseline-LightGBM": {"PrimaryStatus": "Completed"},
        "WeightedEnsemble-L2": {"PrimaryStatus": "InProgress"},
    }
    see(world, "done", outcome="Completed", report=FINISHED)
    trials = world.client.list_trials(ExperimentName=EXPERIMENT)["TrialSummaries"]
    assert {each["DisplayName"] for each in trials} == set(states)

    best = world.client.describe_trial_component(TrialComponentName=BEST)
    assert best["Status"] == {"PrimaryStatus": "Completed"}
    assert best["Parameters"]["algorithm"] == {"StringValue": "lightgbm"}
    assert best["InputArtifacts"] == {"training": {"Value": "s3://data/train/"}}
    model = best["OutputArtifacts"]["SageMaker.ModelArtifact"]["Value"]
    assert model.startswith("s3://data/output/churn/") and model.endswith("/model.tar.gz")
    assert (best["EndTime"] - best["StartTime"]).total_seconds() == 10
    measured = {each["MetricName"]: each["Last"] for each in best["Metrics"]}
    assert measured == {"validation:F1": 0.9, "test:LogLoss": 0.3}


def test_what_did_not_change_is_not_told_again(world: World) -> None:
    start(world)
    see(world, "running", phase="Running", report=reported())
    before = world.record("churn")
    _, last = world.state.kept_events()
    see(world, "running", phase="Running", report=reported())
    assert world.record("churn") == before
    assert world.state.kept_events()[1] == last


@pytest.mark.parametrize("state", ["done", "lost"])
def test_candidates_of_a_job_that_was_stopped_are(world: World, state: str) -> None:
    start(world)
    training = candidate("LightGBM", None, created=100.0) | {"metrics": [], "model": None}
    report = reported(candidates=[training])
    see(world, "running", phase="Running", report=report)
    world.client.stop_auto_ml_job(AutoMLJobName="churn")
    see(world, state, outcome="Stopped", report=report if state == "done" else {})
    assert components(world)["LightGBM"]["Status"]["PrimaryStatus"] == "Stopped"


def test_a_job_does_without_its_experiment(world: World) -> None:
    """It may be deleted meanwhile; and the API may not answer when it is to be made."""
    call = world.context.call

    def silent(*_: Any, **__: Any) -> dict[str, Any]:
        raise ApiError("starting", status=503)

    world.context.call = silent
    start(world)
    see(world, "running", phase="Running", report=reported())
    world.context.call = call
    see(world, "running", phase="Running", report=reported())
    assert len(components(world)) == 2
    for each in components(world).values():
        trial = each["Parents"][0]["TrialName"]
        component = each["TrialComponentName"]
        world.client.disassociate_trial_component(TrialName=trial, TrialComponentName=component)
        world.client.delete_trial_component(TrialComponentName=component)
        world.client.delete_trial(TrialName=trial)
    world.client.delete_experiment(ExperimentName=EXPERIMENT)
    see(world, "done", outcome="Completed", report=FINISHED)
    assert status(world) == ("Completed", "Completed")
    with pytest.raises(ClientError, match="does not exist"):
        world.client.describe_experiment(ExperimentName=EXPERIMENT)
