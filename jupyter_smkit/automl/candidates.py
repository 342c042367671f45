"""Candidates of the trainer's report as the API shows them (AutoMLCandidate)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_smkit.automl.images import REPOSITORY
from jupyter_smkit.automl.objectives import OBJECTIVES
from jupyter_smkit.compute import images
from jupyter_smkit.state.records import Json, Record

_REASON = 1024


def prefix(record: Record) -> str:
    """Where the job's output lies: below the caller's path and the job's name."""
    path: str = record.request["OutputDataConfig"]["S3OutputPath"]
    return f"{path.rstrip('/')}/{record.key}"


def candidates(record: Record) -> list[Json]:
    """All of them, in the order of their training."""
    report: Mapping[str, Any] = record.observed.get("_report", {})
    return [shown(record, report, each) for each in report.get("candidates", ())]


def best(record: Record) -> Json | None:
    """The best that is finished: while the job runs, the best so far."""
    report: Mapping[str, Any] = record.observed.get("_report", {})
    objective = OBJECTIVES.get(report.get("objective") or "")
    ended = record.observed.get("_uploaded", False)
    scored = [
        each
        for each in report.get("candidates", ())
        if each["objective"] is not None and (each["model"] or not ended)
    ]
    if objective is None or not scored:
        return None
    chosen = next((each for each in scored if each["name"] == report.get("best")), None)
    chosen = chosen or max(scored, key=lambda each: objective.better(each["objective"]))
    return shown(record, report, chosen)


def shown(record: Record, report: Mapping[str, Any], candidate: Mapping[str, Any]) -> Json:
    value, name = candidate["objective"], report.get("objective")
    found: Json = {
        "CandidateName": candidate["name"],
        "ObjectiveStatus": "Succeeded" if value is not None else _pending(candidate["status"]),
        "CandidateSteps": [],
        "CandidateStatus": candidate["status"],
        "CreationTime": candidate["created"],
        "LastModifiedTime": candidate["ended"] or candidate["created"],
        "CandidateProperties": _properties(record, candidate),
    }
    if value is not None and name:
        found["FinalAutoMLJobObjectiveMetric"] = {
            "Type": OBJECTIVES[name].direction,
            "MetricName": name,
            "StandardMetricName": name,
            "Value": value,
        }
    if candidate["ended"]:
        found["EndTime"] = candidate["ended"]
    if candidate["failure"]:
        found["FailureReason"] = candidate["failure"][:_REASON]
    if candidate["model"] and record.observed.get("_uploaded"):
        containers = [container(record, report, candidate)]
        found["InferenceContainers"] = containers
        found["InferenceContainerDefinitions"] = {"CPU": containers}
    return found


def container(record: Record, report: Mapping[str, Any], candidate: Mapping[str, Any]) -> Json:
    """What CreateModel takes as its primary container."""
    environment = {
        "SAGEMAKER_DEFAULT_INVOCATIONS_ACCEPT": "text/csv",
        "AUTOML_JOB_NAME": record.key,
        "AUTOML_CANDIDATE_NAME": candidate["name"],
    }
    if report.get("problem_type") != "Regression":
        environment["SAGEMAKER_INFERENCE_OUTPUT"] = "predicted_label"
        environment["SAGEMAKER_INFERENCE_SUPPORTED"] = (
            "predicted_label,probability,probabilities,labels"
        )
    return {
        "Image": images.uri(REPOSITORY, record.region),
        "ModelDataUrl": f"{prefix(record)}/{candidate['model']}",
        "Environment": environment,
    }


def _pending(status: str) -> str:
    return "Pending" if status == "InProgress" else "Failed"


def _properties(record: Record, candidate: Mapping[str, Any]) -> Json:
    metrics = [
        {
            "StandardMetricName": each["name"],
            "Value": each["value"],
            "Set": each["set"],
            **({"MetricName": each["name"]} if each["name"] in OBJECTIVES else {}),
        }
        for each in candidate["metrics"]
    ]
    if candidate["latency_seconds"] is not None:
        latency = {"StandardMetricName": "InferenceLatency", "Value": candidate["latency_seconds"]}
        metrics.append(latency)
    found: Json = {"CandidateMetrics": metrics}
    if candidate["explainability"] and record.observed.get("_uploaded"):
        found["CandidateArtifactLocations"] = {
            "Explainability": f"{prefix(record)}/{candidate['explainability']}",
            **(
                {"ModelInsights": f"{prefix(record)}/{candidate['insights']}"}
                if candidate["insights"]
                else {}
            ),
        }
    return found
