"""What jobs' operations do beyond the convention."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from jupyter_smkit.api.conventions import create
from jupyter_smkit.api.errors import ApiError, ValidationException
from jupyter_smkit.api.kinds import Kind, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.compute import metrics
from jupyter_smkit.compute.sandbox import under
from jupyter_smkit.jobs import hosts, programs
from jupyter_smkit.jobs.kinds import KINDS, PROCESSING_JOB, TRAINING_JOB
from jupyter_smkit.objects.names import split_uri


def register(api: Registry) -> None:
    for kind in KINDS:
        api.operation("sagemaker", f"Stop{kind.name}")(partial(stop, kind))
    api.operation("sagemaker", "CreateProcessingJob")(partial(create_processing_job, api))
    api.operation("sagemaker", "CreateTrainingJob")(partial(create_training_job, api))


def create_processing_job(registry: Registry, call: Call) -> Params:
    cluster = call.params["ProcessingResources"]["ClusterConfig"]
    network = call.params.get("NetworkConfig") or {}
    hosts.check([cluster], network.get("EnableNetworkIsolation", False))
    programs.check_processing(call.params["AppSpecification"])
    for given in call.params.get("ProcessingInputs") or ():
        where = f"ProcessingInput {given['InputName']}"
        if "S3Input" not in given:
            raise ValidationException(f"{where}: only S3Input is supported by smkit yet")
        source = given["S3Input"]
        staged(source.get("S3DataType"), source.get("S3InputMode"), where)
        below(source.get("LocalPath"), "/opt/ml/processing", where)
    for made in (call.params.get("ProcessingOutputConfig") or {}).get("Outputs") or ():
        where = f"ProcessingOutput {made['OutputName']}"
        if "S3Output" not in made:
            raise ValidationException(f"{where}: only S3Output is supported by smkit yet")
        below(made["S3Output"].get("LocalPath"), "/opt/ml/processing", where)
    return create(PROCESSING_JOB, registry, call)


def create_training_job(registry: Registry, call: Call) -> Params:
    isolated = call.params.get("EnableNetworkIsolation", False)
    hosts.check(hosts.groups_asked_for(call.params), isolated)
    specification = call.params.get("AlgorithmSpecification") or {}
    if not specification.get("TrainingImage"):
        raise ValidationException(
            "AlgorithmSpecification must have a TrainingImage: training with an algorithm's name "
            "is not supported by smkit yet"
        )
    programs.check_training(specification, call.params.get("HyperParameters") or {})
    for channel in call.params.get("InputDataConfig") or ():
        where = f"Channel {channel['ChannelName']}"
        source = (channel.get("DataSource") or {}).get("S3DataSource")
        if not source:
            raise ValidationException(f"{where}: only S3DataSource is supported by smkit yet")
        mode = channel.get("InputMode") or specification.get("TrainingInputMode")
        staged(source.get("S3DataType"), mode, where)
        below(f"/opt/ml/input/data/{channel['ChannelName']}", "/opt/ml/input/data", where)
    below(
        (call.params.get("CheckpointConfig") or {}).get("LocalPath"), "/opt/ml", "CheckpointConfig"
    )
    for metric in specification.get("MetricDefinitions") or ():
        try:
            metrics.checked(metric["Name"], metric["Regex"])
        except ValueError as error:
            raise ValidationException(str(error)) from None
    for channel in call.params.get("InputDataConfig") or ():
        filled(channel["DataSource"]["S3DataSource"]["S3Uri"], call)
    # AWS shows an empty KmsKeyId where none was given; the SDK's Estimator.attach rests on it.
    output = {"KmsKeyId": "", **call.params["OutputDataConfig"]}
    return create(
        TRAINING_JOB, registry, replace(call, params={**call.params, "OutputDataConfig": output})
    )


def staged(data_type: str | None, mode: str | None, where: str) -> None:
    """Raises where data should come in a way other than as files."""
    if data_type not in (None, "S3Prefix", "ManifestFile"):
        raise ValidationException(f"{where}: S3DataType {data_type} is not supported by smkit yet")
    if mode == "Pipe":
        raise ValidationException(
            f"{where}: the input mode Pipe is not supported by smkit yet; use File or FastFile"
        )


def filled(uri: str, call: Call) -> None:
    """Raises where no object lies at the address, in AWS's words."""
    bucket, prefix = split_uri(uri)
    try:
        found = next(iter(call.services.objects.keys(bucket, prefix)), None)
    except ApiError as error:
        found, reason = None, f" Error message from S3: {error.message}"
    else:
        reason = ""
    if found is None:
        raise ValidationException(
            f'No S3 objects found under S3 URL "{uri}" given in input data source. Please ensure '
            f"that the bucket exists in the selected region ({call.region}), that objects exist "
            f'under that S3 prefix, and that the role "{call.params["RoleArn"]}" has '
            f'"s3:ListBucket" permissions on bucket "{bucket}".{reason}'
        )


def below(path: str | None, base: str, where: str) -> None:
    """Raises where a LocalPath is not a directory below ``base``, which AWS mounts alone."""
    if path and (not under(path, base) or under(base, path)):
        raise ValidationException(f"{where}: LocalPath {path} must be a directory under {base}/")


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
