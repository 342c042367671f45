"""Training jobs: SageMaker's container contract for ``/opt/ml``."""

from __future__ import annotations

import json

from jupyter_smkit.compute.executor import Input, Launch, Observation, Output
from jupyter_smkit.control.daemon import Controllers
from jupyter_smkit.jobs import script_mode
from jupyter_smkit.jobs.run import advance, launch_id
from jupyter_smkit.state.records import Json, Record

LOG_GROUP = "/aws/sagemaker/TrainingJobs"
_SECONDARY = {
    "Starting": "Starting",
    "Downloading": "Downloading",
    "Running": "Training",
    "Uploading": "Uploading",
}
_MESSAGES = {
    "Starting": "Preparing the instances for training",
    "Downloading": "Downloading input data",
    "Training": "Training image download completed. Training in progress.",
    "Uploading": "Uploading generated training model",
    "Completed": "Training job completed",
    "Stopped": "Training job stopped",
    "Failed": "Training job failed",
    "MaxRuntimeExceeded": "Training job runtime exceeded MaxRuntimeInSeconds",
}


def reconcile(controllers: Controllers, record: Record) -> None:
    now = controllers.clock()
    advance(controllers, record, launch, lambda seen: facts(record, seen, now), "TrainingEndTime")


def launch(record: Record) -> Launch:
    request = record.request
    algorithm = request["AlgorithmSpecification"]
    channels = request.get("InputDataConfig") or ()
    hyperparameters = request.get("HyperParameters") or {}
    host = "algo-1"
    prefix = f"{request['OutputDataConfig']['S3OutputPath'].rstrip('/')}/{record.key}/output"
    code = str(script_mode.decoded(hyperparameters).get("sagemaker_submit_directory", ""))
    checkpoint = request.get("CheckpointConfig") or {}
    outputs = [
        Output(f"{prefix}/model.tar.gz", "/opt/ml/model", archive=True),
        Output(f"{prefix}/output.tar.gz", "/opt/ml/output/data", archive=True),
    ]
    if checkpoint:
        local = checkpoint.get("LocalPath", "/opt/ml/checkpoints")
        outputs.append(Output(checkpoint["S3Uri"], local, continuous=True))
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
        log_stream=f"{record.key}/{host}-{int(record.created)}",
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
        inputs=(
            *(
                Input(
                    channel["DataSource"]["S3DataSource"]["S3Uri"],
                    f"/opt/ml/input/data/{channel['ChannelName']}",
                    channel["DataSource"]["S3DataSource"].get("S3DataType", "S3Prefix"),
                    decompress=channel.get("CompressionType") == "Gzip",
                )
                for channel in channels
            ),
            *([Input(code, script_mode.CODE, extract=True)] if code.startswith("s3://") else ()),
        ),
        outputs=tuple(outputs),
        directories=(script_mode.CODE, *(made.path for made in outputs)),
        requirement_files=(f"{script_mode.CODE}/requirements.txt",),
        files={
            "/opt/ml/input/config/hyperparameters.json": json.dumps(hyperparameters),
            "/opt/ml/input/config/resourceconfig.json": json.dumps(_resources(request, host)),
            "/opt/ml/input/config/inputdataconfig.json": json.dumps(
                {channel["ChannelName"]: _channel(channel) for channel in channels}
            ),
        },
        seconds=(request.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds"),
        network=not request.get("EnableNetworkIsolation", False),
        hostname=host,
        message="/opt/ml/output/failure",
    )


def _resources(request: Json, host: str) -> Json:
    group = {"instance_group_name": "homogeneousCluster", "hosts": [host]}
    instance = (request.get("ResourceConfig") or {}).get("InstanceType", "local")
    return {
        "current_host": host,
        "hosts": [host],
        "network_interface_name": "lo",
        "current_instance_type": instance,
        "current_group_name": group["instance_group_name"],
        "instance_groups": [{**group, "instance_type": instance}],
    }


def _channel(channel: Json) -> Json:
    source = channel["DataSource"]["S3DataSource"]
    return {
        "TrainingInputMode": channel.get("InputMode", "File"),
        "S3DistributionType": source.get("S3DataDistributionType", "FullyReplicated"),
        "RecordWrapperType": channel.get("RecordWrapperType", "None"),
        **({"ContentType": channel["ContentType"]} if "ContentType" in channel else {}),
    }


def facts(record: Record, seen: Observation, now: float) -> Json:
    prefix = record.request["OutputDataConfig"]["S3OutputPath"].rstrip("/")
    secondary = _SECONDARY.get(seen.phase, seen.outcome or "Starting")
    past = list(record.observed.get("SecondaryStatusTransitions") or ())
    if not past or past[-1]["Status"] != secondary:
        since = {"Starting": record.created, "Training": seen.started}.get(secondary) or now
        since = seen.ended or since
        if past:
            past[-1] = {**past[-1], "EndTime": since}
        message = _MESSAGES[secondary]
        past.append({"Status": secondary, "StartTime": since, "StatusMessage": message})
    found: Json = {
        "SecondaryStatus": secondary,
        "SecondaryStatusTransitions": past,
        "TrainingStartTime": seen.started,
        "_level": seen.level,
        "_report": dict(seen.report) or None,
    }
    if seen.outcome == "Completed":
        artifacts = f"{prefix}/{record.key}/output/model.tar.gz"
        found["ModelArtifacts"] = {"S3ModelArtifacts": artifacts}
    if seen.ended and seen.started:
        found["TrainingTimeInSeconds"] = found["BillableTimeInSeconds"] = max(
            1, round(seen.ended - seen.started)
        )
    return found
