"""What jobs' operations do beyond the convention."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from jupyter_smkit.api.conventions import create
from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.api.kinds import Kind, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.jobs.kinds import KINDS, PROCESSING_JOB, TRAINING_JOB


def register(api: Registry) -> None:
    for kind in KINDS:
        api.kind(kind)
        api.operation("sagemaker", f"Stop{kind.name}")(partial(stop, kind))
    api.operation("sagemaker", "CreateProcessingJob")(partial(create_processing_job, api))
    api.operation("sagemaker", "CreateTrainingJob")(partial(create_training_job, api))


def create_processing_job(registry: Registry, call: Call) -> Params:
    cluster = call.params["ProcessingResources"]["ClusterConfig"]
    one_host(call.operation, int(cluster["InstanceCount"]))
    for given in call.params.get("ProcessingInputs") or ():
        if "S3Input" not in given:
            raise ValidationException(
                f"ProcessingInput {given['InputName']}: only S3Input is supported by smkit yet"
            )
        under_base(given["S3Input"].get("LocalPath", ""), f"ProcessingInput {given['InputName']}")
    for made in (call.params.get("ProcessingOutputConfig") or {}).get("Outputs") or ():
        if "S3Output" not in made:
            raise ValidationException(
                f"ProcessingOutput {made['OutputName']}: only S3Output is supported by smkit yet"
            )
        under_base(made["S3Output"].get("LocalPath", ""), f"ProcessingOutput {made['OutputName']}")
    return create(PROCESSING_JOB, registry, call)


def create_training_job(registry: Registry, call: Call) -> Params:
    resources = call.params.get("ResourceConfig") or {}
    one_host(call.operation, int(resources.get("InstanceCount") or 1))
    specification = call.params.get("AlgorithmSpecification") or {}
    if not specification.get("TrainingImage"):
        raise ValidationException(
            "AlgorithmSpecification must have a TrainingImage: training with an algorithm's name "
            "is not supported by smkit yet"
        )
    for channel in call.params.get("InputDataConfig") or ():
        if not (channel.get("DataSource") or {}).get("S3DataSource"):
            raise ValidationException(
                f"Channel {channel['ChannelName']}: only S3DataSource is supported by smkit yet"
            )
    # AWS shows an empty KmsKeyId where none was given; the SDK's Estimator.attach rests on it.
    output = {"KmsKeyId": "", **call.params["OutputDataConfig"]}
    return create(
        TRAINING_JOB, registry, replace(call, params={**call.params, "OutputDataConfig": output})
    )


def one_host(operation: str, count: int) -> None:
    if count > 1:
        raise ValidationException(
            f"{operation}: jobs on several instances are not supported by smkit yet; "
            "use an InstanceCount of 1"
        )


def under_base(path: str, where: str) -> None:
    """AWS mounts a container's data under /opt/ml/processing only."""
    if path and not path.startswith("/opt/ml/processing/"):
        raise ValidationException(
            f"{where}: LocalPath {path} must be a directory under /opt/ml/processing/"
        )


def stop(kind: Kind, call: Call) -> Params:
    with call.state.begin() as transaction:
        record = find(kind, transaction, call.account, call.region, call.params)
        if record.status == "InProgress":
            transaction.change(record, status="Stopping")
        elif record.status != "Stopping":
            raise ValidationException(
                f"The request was rejected because the {kind.words} is in status {record.status}."
            )
    return {}
