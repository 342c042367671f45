"""An AutoML record as a program to launch."""

from __future__ import annotations

from pathlib import Path

from jupyter_smkit.automl.candidates import prefix
from jupyter_smkit.automl.checks import content_type
from jupyter_smkit.automl.images import REPOSITORY
from jupyter_smkit.automl.requests import tabular
from jupyter_smkit.automl.task import Source, Task
from jupyter_smkit.compute import images
from jupyter_smkit.compute.executor import Input, Launch, Output
from jupyter_smkit.control.launches import launch_id
from jupyter_smkit.state.records import Json, Record

LOG_GROUP = "/aws/sagemaker/AutoMLJobs"
MAX_CANDIDATES = 10
"""Autopilot's number of trials in ensembling mode."""
MAX_RUNTIME = 3600
"""Seconds where the request sets no limit: one machine is not AWS, whose default is 30 days."""
_GRACE = 120.0
_BASE = "/opt/ml"
_TASK, _OUTPUT, _SPECIFICATION = "input/config/automl.json", "output/automl", "input/specification"


def completion(request: Json) -> Json:
    """CompletionCriteria as they hold."""
    given = tabular(request).get("CompletionCriteria", {})
    limits = {"MaxCandidates": MAX_CANDIDATES, "MaxAutoMLJobRuntimeInSeconds": MAX_RUNTIME}
    return {**limits, **given}


def launch(record: Record) -> Launch:
    request = record.request
    job, limits = tabular(request), completion(request)
    channels = {
        channel.get("ChannelType", "training"): channel
        for channel in request["AutoMLJobInputDataConfig"]
    }
    inputs = [
        Input(
            channel["DataSource"]["S3DataSource"]["S3Uri"],
            f"{_BASE}/input/data/{name}",
            channel["DataSource"]["S3DataSource"]["S3DataType"],
        )
        for name, channel in channels.items()
    ]
    if specification := job.get("FeatureSpecificationS3Uri"):
        inputs.append(Input(specification, f"{_BASE}/{_SPECIFICATION}"))
    return Launch(
        id=launch_id(record),
        argv=("python", "-m", "jupyter_smkit.automl.trainer.train", _TASK),
        image=images.uri(REPOSITORY, record.region),
        account=record.account,
        region=record.region,
        log_group=LOG_GROUP,
        log_stream=f"{record.key}/algo-1-{int(record.created)}",
        environment={"AWS_REGION": record.region, "OMP_WAIT_POLICY": "PASSIVE"},
        inputs=tuple(inputs),
        outputs=(Output(prefix(record), f"{_BASE}/{_OUTPUT}"),),
        directories=(f"{_BASE}/{_OUTPUT}",),
        files={f"{_BASE}/{_TASK}": task(record, channels).to_json()},
        # The trainer keeps the time itself; this ends one that hangs, still in good order.
        seconds=limits["MaxAutoMLJobRuntimeInSeconds"] + _GRACE,
        network=False,
        grace=_GRACE,
    )


def task(record: Record, channels: dict[str, Json]) -> Task:
    """Its paths are relative to the job's base directory."""
    request = record.request
    job, limits = tabular(request), completion(request)
    generation = job.get("CandidateGenerationConfig", {}).get("AlgorithmsConfig") or ()
    algorithms = tuple(name for config in generation for name in config["AutoMLAlgorithms"])
    specified = job.get("FeatureSpecificationS3Uri")
    return Task(
        job_name=record.key,
        data=tuple(
            Source(
                name,
                Path(f"input/data/{name}"),
                content_type(channel),
                channel.get("CompressionType", "None"),
            )
            for name, channel in channels.items()
        ),
        target=job["TargetAttributeName"],
        output_dir=Path(_OUTPUT),
        problem_type=job.get("ProblemType"),
        objective_metric=request.get("AutoMLJobObjective", {}).get("MetricName"),
        feature_specification=Path(_SPECIFICATION) if specified else None,
        sample_weight=job.get("SampleWeightAttributeName"),
        validation_fraction=request.get("DataSplitConfig", {}).get("ValidationFraction", 0.2),
        algorithms=algorithms or None,
        max_candidates=limits["MaxCandidates"],
        max_runtime_seconds=limits["MaxAutoMLJobRuntimeInSeconds"],
        max_runtime_per_candidate=limits.get("MaxRuntimePerTrainingJobInSeconds"),
        definitions_only=job.get("GenerateCandidateDefinitionsOnly", False),
    )
