"""AutoML on a table."""

from __future__ import annotations

from typing import Any

from jupyter_smkit.workflow import session
from jupyter_smkit.workflow.data import is_parquet, put_dataframe
from jupyter_smkit.workflow.jobs import Job, require_free

# SageMaker wants the problem type beside an objective; most objectives tell it.
_PROBLEMS = {
    **dict.fromkeys(("AUC", "F1", "Precision", "Recall"), "BinaryClassification"),
    **dict.fromkeys(("F1macro", "PrecisionMacro", "RecallMacro"), "MulticlassClassification"),
    **dict.fromkeys(("MSE", "RMSE", "MAE", "R2"), "Regression"),
}


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
    if objective and not problem_type:
        if objective not in _PROBLEMS:
            raise ValueError(f"{objective} serves several problem types: name one, problem_type=…")
        problem_type = _PROBLEMS[objective]
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
