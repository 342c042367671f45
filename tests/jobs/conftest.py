"""Jobs as tests ask for them, and how they are followed."""

from __future__ import annotations

import io
import tarfile
from pathlib import Path
from typing import Any

from jupyter_smkit.control.processes import wait_until
from tests.conftest import ROLE


def job(smkit: Any, name: str, code: str, **more: Any) -> dict[str, Any]:
    """The request of a ScriptProcessor: the code is an input, and the entry point runs it."""
    s3 = smkit.client("s3")
    s3.create_bucket(Bucket="code")
    s3.put_object(Bucket="code", Key=f"{name}/script.py", Body=code.encode())
    inputs = more.pop("ProcessingInputs", [])
    return {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "AppSpecification": {
            "ImageUri": "python",
            "ContainerEntrypoint": ["python", "/opt/ml/processing/input/code/script.py"],
        },
        "ProcessingInputs": [
            *inputs,
            {
                "InputName": "code",
                "S3Input": {
                    "S3Uri": f"s3://code/{name}/script.py",
                    "LocalPath": "/opt/ml/processing/input/code",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                },
            },
        ],
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            }
        },
        **more,
    }


def finished(smkit: Any, name: str, seconds: float = 60) -> dict[str, Any]:
    client = smkit.client("sagemaker")
    return smkit.settled(
        lambda: client.describe_processing_job(ProcessingJobName=name),
        "ProcessingJobStatus",
        seconds,
    )


def started(smkit: Any, name: str) -> None:
    client = smkit.client("sagemaker")
    assert wait_until(
        lambda: "ProcessingStartTime" in client.describe_processing_job(ProcessingJobName=name), 30
    )


def log_of(smkit: Any, name: str) -> list[str]:
    logs = smkit.client("logs")
    group = "/aws/sagemaker/ProcessingJobs"
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name)["logStreams"]
    events = logs.get_log_events(
        logGroupName=group, logStreamName=streams[0]["logStreamName"], startFromHead=True
    )
    return [event["message"] for event in events["events"]]


def packed(file: Path, texts: dict[str, str]) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for name, text in texts.items():
            member = tarfile.TarInfo(name)
            member.size = len(text.encode())
            archive.addfile(member, io.BytesIO(text.encode()))
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(out.getvalue())
    return out.getvalue()


def training_request(smkit: Any, name: str, hyperparameters: dict[str, str]) -> dict[str, Any]:
    bucket = smkit.bucket("training-data")
    smkit.client("s3").put_object(Bucket=bucket, Key="in/rows.csv", Body=b"1,2\n")
    return {
        "TrainingJobName": name,
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": "683313688378.dkr.ecr.us-east-1.amazonaws.com/"
            "sagemaker-scikit-learn:1",
            "TrainingInputMode": "File",
        },
        "HyperParameters": hyperparameters,
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "DataSource": {
                    "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"s3://{bucket}/in/"}
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{bucket}/out"},
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType": "ml.m5.large",
            "VolumeSizeInGB": 1,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
    }


def trained(smkit: Any, name: str, hyperparameters: dict[str, str], **more: Any) -> dict[str, Any]:
    client = smkit.client("sagemaker")
    client.create_training_job(**training_request(smkit, name, hyperparameters) | more)
    return smkit.settled(
        lambda: client.describe_training_job(TrainingJobName=name), "TrainingJobStatus"
    )
