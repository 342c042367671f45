"""Training jobs: SageMaker's container contract for ``/opt/ml``."""

from __future__ import annotations

import json

from jupyter_smkit.compute import images
from jupyter_smkit.compute.executor import Input, Launch, Observation, Output, started_again
from jupyter_smkit.control.context import Context
from jupyter_smkit.control.launches import launch_id
from jupyter_smkit.jobs import hosts, script_mode
from jupyter_smkit.jobs.run import run_job
from jupyter_smkit.state.records import Json, Record

CHECKPOINTS = "/opt/ml/checkpoints"
LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_SECONDARY = {
    "Starting": "Starting",
    "Downloading": "Downloading",
    "Running": "Training",
    "Stopping": "Stopping",
    "Uploading": "Uploading",
}
_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Stopping": "Stopping the training job",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Stopped": "Training job stopped",
    "Failed": "Training job failed",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds provided",
}


def reconcile(context: Context, record: Record) -> None:
    run_job(context, record, launch, lambda seen: facts(record, seen), "TrainingEndTime")


def launch(record: Record) -> Launch:
    request = record.request
    algorithm = request["AlgorithmSpecification"]
    channels = request.get("InputDataConfig") or ()
    hyperparameters = request.get("HyperParameters") or {}
    code = str(script_mode.decoded(hyperparameters).get("sagemaker_submit_directory", ""))
    checkpoint = request.get("CheckpointConfig") or {}
    outputs = [
        Output(artifacts(record), "/opt/ml/model", archive=not _plain(record)),
        Output(f"{_prefix(record)}/output.tar.gz", "/opt/ml/output/data", archive=True),
    ]
    inputs = [_input(request, channel) for channel in channels]
    if code.startswith("s3://"):
        inputs.append(Input(code, script_mode.CODE, extract=True))
    if checkpoint:
        local = checkpoint.get("LocalPath", CHECKPOINTS)
        uri = f"{checkpoint['S3Uri'].rstrip('/')}/"
        inputs.append(Input(uri, local, optional=True))
        outputs.append(Output(uri, local, continuous=True))
    return Launch(
        id=launch_id(record),
        argv=(
            *(algorithm.get("ContainerEntrypoint") or script_mode.COMMAND),
            *(algorithm.get("ContainerArguments") or ()),
        ),
        image=algorithm["TrainingImage"],
        account=record.account,
        region=record.region,
        log_group=LOG_GROUP,
        log_stream=hosts.log_stream(record),
        environment={
            "AWS_REGION": record.region,
            "TRAINING_JOB_NAME": record.key,
            "TRAINING_JOB_ARN": record.arn,
            "SM_STUDIO_LOCAL_MODE": "true",
            "SM_MODEL_DIR": "/opt/ml/model",
            "SM_OUTPUT_DATA_DIR": "/opt/ml/output/data",
            **{
                f"SM_CHANNEL_{channel['ChannelName'].upper()}": f"/opt/ml/input/data/"
                f"{channel['ChannelName']}"
                for channel in channels
            },
            **(request.get("Environment") or {}),
        },
        inputs=tuple(inputs),
        outputs=tuple(outputs),
        directories=(script_mode.CODE, *(made.path for made in outputs)),
        requirement_files=(f"{script_mode.CODE}/requirements.txt",),
        files={
            "/opt/ml/input/config/hyperparameters.json": json.dumps(hyperparameters),
            "/opt/ml/input/config/inputdataconfig.json": json.dumps(
                {channel["ChannelName"]: _channel(channel, algorithm) for channel in channels}
            ),
        },
        host_files={
            name: {
                "/opt/ml/input/config/resourceconfig.json": json.dumps(_resources(request, name))
            }
            for name in hosts.of_training(request)
        },
        seconds=(request.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds"),
        network=not request.get("EnableNetworkIsolation", False),
        hosts=hosts.of_training(request),
        message="/opt/ml/output/failure",
        metrics=tuple(
            (metric["Name"], metric["Regex"]) for metric in algorithm.get("MetricDefinitions") or ()
        ),
        dimensions={"TrainingJobName": record.key},
    )


def _prefix(record: Record) -> str:
    return f"{record.request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{record.key}/output"


def _plain(record: Record) -> bool:
    """Whether the model is wanted as files, not as an archive."""
    return bool(record.request["OutputDataConfig"].get("CompressionType") == "NONE")


def artifacts(record: Record) -> str:
    return f"{_prefix(record)}/{'model/' if _plain(record) else 'model.tar.gz'}"


def _input(request: Json, channel: Json) -> Input:
    source = channel["DataSource"]["S3DataSource"]
    wanted = source.get("InstanceGroupNames")
    return Input(
        source["S3Uri"],
        f"/opt/ml/input/data/{channel['ChannelName']}",
        source.get("S3DataType", "S3Prefix"),
        decompress=channel.get("CompressionType") == "Gzip",
        hosts=hosts.in_groups(request, wanted) if wanted else (),
        sharded=source.get("S3DataDistributionType") == hosts.SHARDED,
    )


def _resources(request: Json, host: str) -> Json:
    """``resourceconfig.json`` of a host."""
    groups = hosts.instance_groups(request)
    own = next(group for group in groups if host in group["hosts"])
    return {
        "current_host": host,
        "hosts": hosts.of_training(request),
        "network_interface_name": "lo",
        "current_instance_type": own["instance_type"],
        "current_group_name": own["instance_group_name"],
        "instance_groups": groups,
    }


def _channel(channel: Json, algorithm: Json) -> Json:
    source = channel["DataSource"]["S3DataSource"]
    return {
        "TrainingInputMode": channel.get("InputMode") or algorithm["TrainingInputMode"],
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
        **({"ContentType": channel["ContentType"]} if "ContentType" in channel else {}),
    }


def facts(record: Record, seen: Observation) -> Json:
    passed = transitions(record, seen)
    found: Json = {
        "SecondaryStatus": passed[-1]["Status"],
        "SecondaryStatusTransitions": passed,
        "TrainingStartTime": seen.started,
        "FinalMetricDataList": [
            {"MetricName": name, "Value": value, "Timestamp": at}
            for name, (value, at) in seen.metrics.items()
        ]
        or None,
        "_level": seen.level,
        "_report": dict(seen.report) or None,
    }
    if seen.started and seen.outcome in ("Completed", "Stopped", "MaxRuntimeExceeded"):
        found["ModelArtifacts"] = {"S3ModelArtifacts": artifacts(record)}
    if seen.ended and seen.started:
        found["TrainingTimeInSeconds"] = found["BillableTimeInSeconds"] = max(
            1, round(seen.ended - seen.started)
        )
    return found


def transitions(record: Record, seen: Observation) -> list[Json]:
    """SecondaryStatusTransitions: what was passed through, each step ending when the next begins."""
    steps = [(_SECONDARY[phase], at) for phase, at in seen.phases if phase in _SECONDARY]
    again = started_again(seen.attempt)
    steps = [("Restarting", at) for _, at in steps[:1] if again] + steps[1:]
    steps = [("Starting", record.created), *steps]
    if seen.outcome:
        steps.append((seen.outcome, seen.ended or steps[-1][1]))
    ends: list[Json] = [{"EndTime": at} for _, at in steps[1:]]
    ends.append({"EndTime": seen.ended} if seen.outcome else {})
    image = record.request["AlgorithmSpecification"]["TrainingImage"]
    messages = dict(_MESSAGES)
    if has := images.in_place(image, seen.version):
        messages["Training"] += f" It has {has}."
    return [
        {"Status": status, "StartTime": at, "StatusMessage": messages.get(status, again), **end}
        for (status, at), end in zip(steps, ends, strict=True)
    ]
