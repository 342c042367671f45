"""Processing jobs: SageMaker's container contract for ``/opt/ml/processing``."""

from __future__ import annotations

import json

from jupyter_smkit.compute import images
from jupyter_smkit.compute.executor import Input, Launch, Observation, Output, started_again
from jupyter_smkit.control.context import Context
from jupyter_smkit.control.launches import launch_id
from jupyter_smkit.jobs import hosts
from jupyter_smkit.jobs.run import run_job
from jupyter_smkit.state.records import Json, Record

LOG_GROUP = "/aws/sagemaker/ProcessingJobs"


def reconcile(context: Context, record: Record) -> None:
    run_job(context, record, launch, facts, "ProcessingEndTime")


def launch(record: Record) -> Launch:
    request = record.request
    app = request["AppSpecification"]
    image = images.resolve(app["ImageUri"])
    names = hosts.of_processing(request)
    inputs = [given["S3Input"] for given in request.get("ProcessingInputs") or ()]
    config = request.get("ProcessingOutputConfig") or {}
    outputs = [made["S3Output"] for made in config.get("Outputs") or ()]
    return Launch(
        id=launch_id(record),
        argv=(
            *(app.get("ContainerEntrypoint") or image.entrypoint or ("python",)),
            *(app.get("ContainerArguments") or ()),
        ),
        image=app["ImageUri"],
        account=record.account,
        region=record.region,
        log_group=LOG_GROUP,
        log_stream=hosts.log_stream(record),
        environment={
            "AWS_REGION": record.region,
            "DATAMART_REGION": record.region,
            **(request.get("Environment") or {}),
        },
        inputs=tuple(
            Input(
                given["S3Uri"],
                given["LocalPath"],
                given.get("S3DataType", "S3Prefix"),
                decompress=given.get("S3CompressionType") == "Gzip",
                sharded=given.get("S3DataDistributionType") == hosts.SHARDED,
            )
            for given in inputs
            if given.get("LocalPath")
        ),
        outputs=tuple(
            Output(
                made["S3Uri"],
                made["LocalPath"],
                continuous=made.get("S3UploadMode") == "Continuous",
            )
            for made in outputs
            if made.get("LocalPath")
        ),
        directories=tuple(made["LocalPath"] for made in outputs if made.get("LocalPath")),
        files={
            "/opt/ml/config/processingjobconfig.json": json.dumps(_config(record)),
            "/opt/ml/output/message": "",
        },
        host_files={
            name: {
                "/opt/ml/config/resourceconfig.json": json.dumps(
                    {"current_host": name, "hosts": names}
                )
            }
            for name in names
        },
        seconds=(request.get("StoppingCondition") or {}).get("MaxRuntimeInSeconds"),
        network=not (request.get("NetworkConfig") or {}).get("EnableNetworkIsolation", False),
        hosts=names,
        message="/opt/ml/output/message",
    )


def _config(record: Record) -> Json:
    """``processingjobconfig.json`` as AWS writes it: the request, with the job's ARN."""
    named = (
        *("ProcessingInputs", "ProcessingOutputConfig", "ProcessingResources", "RoleArn"),
        *("StoppingCondition", "AppSpecification", "Environment", "NetworkConfig"),
    )
    return {
        "ProcessingJobArn": record.arn,
        "ProcessingJobName": record.key,
        **{name: record.request.get(name) for name in named},
    }


def facts(seen: Observation) -> Json:
    return {
        "ProcessingStartTime": seen.started,
        "ExitMessage": seen.message or _why(seen) or None,
        "_phase": seen.phase,
        "_level": seen.level,
        "_report": dict(seen.report) or None,
    }


def _why(seen: Observation) -> str:
    """What a program that says nothing itself cannot know."""
    late = seen.outcome == "MaxRuntimeExceeded"
    return "\n".join(filter(None, [started_again(seen.attempt), seen.reason if late else ""]))
