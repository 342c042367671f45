"""AutoML's operations as boto3 sees them."""

from __future__ import annotations

from dataclasses import replace

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.automl.controller import reconcile
from jupyter_smkit.compute.executor import Observation
from jupyter_smkit.control.launches import launch_id

from .conftest import World, candidate, reported, tabular
from .test_requests import V1


def progress(world: World, name: str, seen: Observation) -> None:
    """Lets the job's program show what ``seen`` says, and the daemon look at it."""
    reconcile(world.context, world.record(name))
    world.bench.seen[launch_id(world.record(name))] = seen
    reconcile(world.context, world.record(name))


def test_either_form_describes_the_same_job(world: World) -> None:
    arn = world.client.create_auto_ml_job(**V1)["AutoMLJobArn"]
    assert arn == "arn:aws:sagemaker:us-east-1:123456789012:automl-job/churn"
    first = world.client.describe_auto_ml_job(AutoMLJobName="churn")
    assert {name: first[name] for name in V1} == V1
    second = world.client.describe_auto_ml_job_v2(AutoMLJobName="churn")
    job = second["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    assert job["TargetAttributeName"] == "y"
    assert second["AutoMLProblemTypeConfigName"] == "Tabular"
    for described in (first, second):
        assert described["AutoMLJobArn"] == arn
        assert described["AutoMLJobStatus"] == "InProgress"
        assert described["AutoMLJobSecondaryStatus"] == "Starting"


def test_names_are_of_one_space(world: World) -> None:
    world.client.create_auto_ml_job_v2(**tabular("churn"))
    with pytest.raises(ClientError, match="with the name churn already exists") as refused:
        world.client.create_auto_ml_job(**V1)
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"


def test_a_job_that_is_not_there(world: World) -> None:
    for operation in (
        world.client.describe_auto_ml_job,
        world.client.describe_auto_ml_job_v2,
        world.client.stop_auto_ml_job,
        world.client.list_candidates_for_auto_ml_job,
    ):
        with pytest.raises(ClientError, match="Could not find AutoML job none") as refused:
            operation(AutoMLJobName="none")
        assert refused.value.response["Error"]["Code"] == "ResourceNotFound"


def test_jobs_are_listed_by_name_from_the_last(world: World) -> None:
    for name in ("b", "a", "c"):
        world.client.create_auto_ml_job_v2(**tabular(name))
    world.client.stop_auto_ml_job(AutoMLJobName="b")
    paginator = world.client.get_paginator("list_auto_ml_jobs")
    pages = list(paginator.paginate(PaginationConfig={"PageSize": 2}))
    names = [[each["AutoMLJobName"] for each in page["AutoMLJobSummaries"]] for page in pages]
    assert names == [["c", "b"], ["a"]]
    found = world.client.list_auto_ml_jobs(StatusEquals="Stopping")["AutoMLJobSummaries"]
    assert [each["AutoMLJobSecondaryStatus"] for each in found] == ["Stopping"]


def test_the_best_candidate_so_far_has_no_model_yet(world: World) -> None:
    world.client.create_auto_ml_job_v2(**tabular())
    progress(world, "churn", Observation("running", "Running", report=reported()))
    found = world.client.describe_auto_ml_job_v2(AutoMLJobName="churn")
    assert found["AutoMLJobSecondaryStatus"] == "ModelTuning"
    assert found["BestCandidate"]["CandidateName"] == "WeightedEnsemble-L2"
    assert "InferenceContainers" not in found["BestCandidate"]
    resolved = found["ResolvedAttributes"]
    assert resolved["AutoMLJobObjective"] == {"MetricName": "F1"}
    assert resolved["AutoMLProblemTypeResolvedAttributes"] == {
        "TabularResolvedAttributes": {"ProblemType": "BinaryClassification"}
    }
    assert resolved["CompletionCriteria"]["MaxCandidates"] == 10
    first = world.client.describe_auto_ml_job(AutoMLJobName="churn")
    assert first["ResolvedAttributes"]["ProblemType"] == "BinaryClassification"


def test_the_best_candidate_is_what_create_model_takes(world: World) -> None:
    world.client.create_auto_ml_job_v2(**tabular())
    place = "sagemaker-automl-candidates/model/WeightedEnsemble-L2/model.tar.gz"
    world.objects.put("data", f"output/churn/{place}", b"")
    report = reported(secondary_status="Completed", best="WeightedEnsemble-L2")
    progress(world, "churn", Observation("done", "Done", outcome="Completed", report=report))
    found = world.client.describe_auto_ml_job(AutoMLJobName="churn")
    assert (found["AutoMLJobStatus"], found["AutoMLJobSecondaryStatus"]) == ("Completed",) * 2
    best = found["BestCandidate"]
    assert best["FinalAutoMLJobObjectiveMetric"] == {
        "Type": "Maximize",
        "MetricName": "F1",
        "StandardMetricName": "F1",
        "Value": 0.9,
    }
    containers = best["InferenceContainers"]
    assert containers[0]["ModelDataUrl"] == f"s3://data/output/churn/{place}"
    assert best["InferenceContainerDefinitions"] == {"CPU": containers}
    properties = best["CandidateProperties"]
    assert properties["CandidateArtifactLocations"]["ModelInsights"] == (
        "s3://data/output/churn/documentation/model_monitor/output/WeightedEnsemble-L2"
    )
    assert {metric["StandardMetricName"] for metric in properties["CandidateMetrics"]} == {
        *("F1", "LogLoss", "InferenceLatency")
    }
    world.client.create_model(
        ModelName="churn", PrimaryContainer=containers[0], ExecutionRoleArn=found["RoleArn"]
    )


def test_candidates_are_filtered_sorted_and_paged(world: World) -> None:
    world.client.create_auto_ml_job_v2(**tabular())
    several = [
        candidate("A", 0.5, created=1.0),
        candidate("B", 0.7, created=2.0),
        candidate("C", None, created=3.0),
        candidate("D", 0.6, created=4.0),
    ]
    report = reported(candidates=several)
    progress(world, "churn", Observation("running", "Running", report=report))

    def names(**asked: object) -> list[str]:
        paginator = world.client.get_paginator("list_candidates_for_auto_ml_job")
        pages = paginator.paginate(AutoMLJobName="churn", PaginationConfig={"PageSize": 3}, **asked)
        return [each["CandidateName"] for page in pages for each in page["Candidates"]]

    assert names() == ["A", "B", "C", "D"]
    assert names(SortBy="FinalObjectiveMetricValue", SortOrder="Descending") == list("BDAC")
    assert names(SortBy="FinalObjectiveMetricValue") == list("ADBC")
    assert names(StatusEquals="InProgress") == ["C"]
    assert names(CandidateNameEquals="D") == ["D"]
    assert names(SortOrder="Descending") == list("DCBA")
    with pytest.raises(ClientError, match="NextToken is not one"):
        world.client.list_candidates_for_auto_ml_job(AutoMLJobName="churn", NextToken="?")


def test_a_job_is_stopped_once(world: World) -> None:
    world.client.create_auto_ml_job_v2(**tabular())
    progress(world, "churn", Observation("running", "Running", report=reported()))
    world.client.stop_auto_ml_job(AutoMLJobName="churn")
    world.client.stop_auto_ml_job(AutoMLJobName="churn")
    reconcile(world.context, world.record("churn"))
    assert world.bench.stopped == [launch_id(world.record("churn"))]
    report = reported(secondary_status="Stopped", best="Baseline-LightGBM")
    report["candidates"][1]["model"] = None
    ended = Observation("done", "Done", outcome="Stopped", report=report)
    progress(world, "churn", replace(ended, ended=5.0))
    found = world.client.describe_auto_ml_job_v2(AutoMLJobName="churn")
    assert (found["AutoMLJobStatus"], found["AutoMLJobSecondaryStatus"]) == ("Stopped",) * 2
    assert found["BestCandidate"]["CandidateName"] == "Baseline-LightGBM"
    assert found["BestCandidate"]["InferenceContainers"]
    with pytest.raises(ClientError, match="in status Stopped"):
        world.client.stop_auto_ml_job(AutoMLJobName="churn")


def test_of_a_job_that_was_killed_only_what_is_kept_can_be_best(world: World) -> None:
    world.client.create_auto_ml_job_v2(**tabular())
    report = reported()
    report["candidates"][1]["model"] = None
    progress(world, "churn", Observation("running", "Running", report=report))
    world.client.stop_auto_ml_job(AutoMLJobName="churn")
    progress(world, "churn", Observation("done", "Done", outcome="Stopped", report=report))
    found = world.client.describe_auto_ml_job(AutoMLJobName="churn")
    assert found["BestCandidate"]["CandidateName"] == "Baseline-LightGBM"
