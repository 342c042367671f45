"""How the daemon carries an AutoML job through, with programs that end as each test likes."""

from __future__ import annotations

from typing import Any

from jupyter_smkit.automl.controller import reconcile
from jupyter_smkit.automl.deployment import endpoint_name
from jupyter_smkit.compute.executor import ATTEMPTS, Observation
from jupyter_smkit.control.launches import launch_id
from jupyter_smkit.state.lifecycle import JOB

from .conftest import ACCOUNT, REGION, World, reported, tabular

PLACE = "output/{}/sagemaker-automl-candidates/model/WeightedEnsemble-L2/model.tar.gz"
FINISHED = reported(secondary_status="Completed", best="WeightedEnsemble-L2")


def step(world: World, name: str = "churn") -> None:
    """The daemon looks at the job, and once more where there is room for it."""
    record = world.record(name)
    reconcile(world.context, record)
    if record.identity in world.context.admission.admit():
        reconcile(world.context, world.record(name))
    if world.record(name).status not in JOB.active:
        world.context.admission.leave(record.identity)


def see(world: World, state: Any, name: str = "churn", **members: Any) -> None:
    """The program of the job is in ``state``, and the daemon looks at it."""
    world.bench.seen[launch_id(world.record(name))] = Observation(state, **members)
    step(world, name)


def start(world: World, name: str = "churn", **members: Any) -> None:
    world.client.create_auto_ml_job_v2(**tabular(name, **members))
    step(world, name)


def status(world: World, name: str = "churn") -> tuple[str, str]:
    found = world.client.describe_auto_ml_job_v2(AutoMLJobName=name)
    return found["AutoMLJobStatus"], found["AutoMLJobSecondaryStatus"]


def test_one_job_trains_at_a_time(world: World) -> None:
    start(world, "first")
    start(world, "second")
    assert len(world.bench.launched) == 1
    assert status(world, "second") == ("InProgress", "Starting")
    see(world, "done", "first", outcome="Completed", report=FINISHED)
    step(world, "second")
    assert len(world.bench.launched) == 2


def test_uploading_is_not_the_end(world: World) -> None:
    start(world)
    see(world, "running", phase="Running", report=reported())
    see(world, "running", phase="Uploading", report=FINISHED)
    assert status(world) == ("InProgress", "ModelTuning")
    see(world, "done", outcome="Completed", report=FINISHED)
    assert status(world) == ("Completed", "Completed")
    assert not world.bench.seen


def test_warnings_are_partial_failures(world: World) -> None:
    start(world)
    report = {**FINISHED, "warnings": ["The data has 100 rows"]}
    see(world, "done", outcome="Completed", report=report)
    (summary,) = world.client.list_auto_ml_jobs()["AutoMLJobSummaries"]
    assert summary["PartialFailureReasons"] == [{"PartialFailureMessage": "The data has 100 rows"}]
    assert summary["EndTime"] >= summary["CreationTime"]


def test_data_at_fault(world: World) -> None:
    start(world)
    report = reported(failure="The target 'y' is always '7'", candidates=[])
    see(world, "done", outcome="Failed", reason="AlgorithmError: …", report=report)
    assert status(world) == ("Failed", "Failed")
    found = world.client.describe_auto_ml_job_v2(AutoMLJobName="churn")
    assert found["FailureReason"] == "The target 'y' is always '7'"
    assert "BestCandidate" not in found


def test_a_program_that_never_spoke(world: World) -> None:
    start(world)
    see(world, "done", outcome="Failed", reason="ClientError: s3://data/train/: gone")
    found = world.client.describe_auto_ml_job_v2(AutoMLJobName="churn")
    assert found["FailureReason"] == "ClientError: s3://data/train/: gone"


def test_out_of_time_with_something_trained(world: World) -> None:
    start(world)
    see(world, "done", outcome="MaxRuntimeExceeded", report=FINISHED)
    assert status(world) == ("Completed", "MaxAutoMLJobRuntimeReached")


def test_a_lost_supervisor_is_started_again_twice(world: World) -> None:
    start(world)
    for attempt in range(1, ATTEMPTS):
        see(world, "lost", attempt=attempt)
        assert status(world)[0] == "InProgress"
    see(world, "lost", attempt=ATTEMPTS)
    assert status(world) == ("Failed", "Failed")


def test_stopped_before_it_started(world: World) -> None:
    world.client.create_auto_ml_job_v2(**tabular())
    world.client.stop_auto_ml_job(AutoMLJobName="churn")
    step(world)
    assert status(world) == ("Stopped", "Stopped")
    assert not world.bench.launched


def test_definitions_only(world: World) -> None:
    start(world, GenerateCandidateDefinitionsOnly=True)
    (made,) = world.bench.launched.values()
    assert '"definitions_only": true' in made.files["/opt/ml/input/config/automl.json"]
    notebook = "sagemaker-automl-candidates/notebooks/SageMakerAutopilotCandidateDefinition.ipynb"
    report = reported(
        secondary_status="CandidateDefinitionsGenerated",
        candidates=[],
        artifacts={"CandidateDefinitionNotebookLocation": notebook},
    )
    see(world, "done", outcome="Completed", report=report)
    assert status(world) == ("Completed", "CandidateDefinitionsGenerated")
    found = world.client.describe_auto_ml_job(AutoMLJobName="churn")
    assert found["AutoMLJobArtifacts"] == {
        "CandidateDefinitionNotebookLocation": f"s3://data/output/churn/{notebook}"
    }


def deploying(world: World, name: str = "churn", **config: Any) -> str:
    """A job whose best candidate is being deployed; the endpoint's name."""
    world.objects.put("data", PLACE.format(name), b"")
    start(world, name, ModelDeployConfig=config or {"AutoGenerateEndpointName": True})
    see(world, "done", name, outcome="Completed", report=FINISHED)
    assert status(world, name) == ("InProgress", "DeployingModel")
    step(world, name)
    return endpoint_name(world.record(name))


def settle_endpoint(world: World, name: str, to: str, **observed: Any) -> None:
    endpoint = world.state.get(ACCOUNT, REGION, "Endpoint", name)
    assert endpoint is not None
    world.state.change(endpoint, status=to, observed=observed)


def test_the_best_candidate_is_deployed(world: World) -> None:
    name = deploying(world)
    step(world)
    endpoint = world.client.describe_endpoint(EndpointName=name)
    config = world.client.describe_endpoint_config(
        EndpointConfigName=endpoint["EndpointConfigName"]
    )
    model = world.client.describe_model(ModelName=config["ProductionVariants"][0]["ModelName"])
    assert model["PrimaryContainer"]["ModelDataUrl"] == f"s3://data/{PLACE.format('churn')}"
    assert status(world) == ("InProgress", "DeployingModel")
    settle_endpoint(world, name, "InService", _variants=[])
    step(world)
    assert status(world) == ("Completed", "Completed")
    found = world.client.describe_auto_ml_job_v2(AutoMLJobName="churn")
    assert found["ModelDeployResult"] == {"EndpointName": name}


def test_a_deployment_that_was_broken_off_goes_on(world: World) -> None:
    world.objects.put("data", PLACE.format("churn"), b"")
    start(world, ModelDeployConfig={"EndpointName": "mine"})
    see(world, "done", outcome="Completed", report=FINISHED)
    step(world)
    with world.state.begin() as transaction:
        made = transaction.get(ACCOUNT, REGION, "Endpoint", "mine")
        assert made is not None
        transaction.delete(made)
    step(world)
    assert world.client.describe_endpoint(EndpointName="mine")["EndpointStatus"] == "Creating"


def test_an_endpoint_that_fails(world: World) -> None:
    name = deploying(world)
    settle_endpoint(world, name, "Failed", FailureReason="no ping")
    step(world)
    assert status(world) == ("Completed", "ModelDeploymentError")
    found = world.client.describe_auto_ml_job_v2(AutoMLJobName="churn")
    (reason,) = found["PartialFailureReasons"]
    assert reason["PartialFailureMessage"] == f"The endpoint {name} failed: no ping"


def test_an_endpoint_of_somebody_else(world: World) -> None:
    deploying(world, "first", EndpointName="taken")
    deploying(world, "second", EndpointName="taken")
    assert status(world, "second") == ("Completed", "ModelDeploymentError")
