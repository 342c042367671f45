"""AutoML on a table."""

from __future__ import annotations

from typing import Any

from jupyter_smkit.automl.objectives import OBJECTIVES, TABULAR, objectives_of
from jupyter_smkit.workflow import session
from jupyter_smkit.workflow.data import is_parquet, put_dataframe
from jupyter_smkit.workflow.jobs import Job, require_free


def train_automl(
    data: Any,
    target: str,
    *,
    problem_type: str = "",
    objective: str = "",
    max_runtime: int = 300,
    name: str = "",
    role: str = "",
    wait: bool = True,
) -> Job:
    """Trains candidates for a column of a frame, or of CSV or Parquet files in s3://.

    ``problem_type``: Regression, BinaryClassification or MulticlassClassification, found out where
    it is not given; ``max_runtime`` in seconds.
    """
    problem_type = _problem_type(objective, problem_type)
    if name:
        require_free("AutoMLJob", name)
    name = name or session.unique(f"automl-{target}")[-32:].lstrip("-")
    uri = data if isinstance(data, str) else put_dataframe(data, f"{name}/train.csv")
    kind = "x-application/vnd.amazon+parquet" if is_parquet(uri) else "text/csv;header=present"
    tabular: dict[str, Any] = {
        "TargetAttributeName": target,
        "CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": max_runtime},
        "Mode": "ENSEMBLING",
    }
    if problem_type:
        tabular["ProblemType"] = problem_type
    request: dict[str, Any] = {
        "AutoMLJobName": name,
        "AutoMLJobInputDataConfig": [
            {
                "ChannelType": "training",
                "ContentType": kind,
                "CompressionType": "None",
                "DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": uri}},
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{session.default_bucket()}/automl"},
        "AutoMLProblemTypeConfig": {"TabularJobConfig": tabular},
        "RoleArn": role or session.role(),
    }
    if objective:
        request["AutoMLJobObjective"] = {"MetricName": objective}
    session.caller().call("CreateAutoMLJobV2", **request)
    job = Job("AutoMLJob", name)
    return job.wait() if wait else job


def _problem_type(objective: str, given: str) -> str:
    """The problem type to ask for; SageMaker wants one beside an objective, and most tell theirs.

    Raises ValueError where the objective is none, or not of that type.
    """
    if not objective:
        return given
    known = OBJECTIVES.get(objective)
    fitting = [kind for kind in TABULAR if known and kind in known.problem_types]
    if not fitting or given not in ("", *fitting):
        listed = "; ".join(f"{kind}: {', '.join(objectives_of(kind))}" for kind in TABULAR)
        what = f"no metric of {given}" if fitting else "no objective metric of a table"
        raise ValueError(f"{objective!r} is {what}. {listed}")
    if given or len(fitting) == 1:
        return given or fitting[0]
    raise ValueError(
        f"{objective} serves {' and '.join(fitting)}: name one (--problem-type, problem_type=)"
    )


def candidates(name: str) -> list[dict[str, Any]]:
    """The candidates of an AutoML job, the best first."""
    return list(
        session.caller().pages(
            "ListCandidatesForAutoMLJob",
            "Candidates",
            AutoMLJobName=name,
            SortBy="FinalObjectiveMetricValue",
            SortOrder=_best_first(name),
        )
    )


def _best_first(name: str) -> str:
    best = session.caller().call("DescribeAutoMLJobV2", AutoMLJobName=name).get("BestCandidate", {})
    metric = best.get("FinalAutoMLJobObjectiveMetric", {})
    return "Ascending" if metric.get("Type") == "Minimize" else "Descending"
