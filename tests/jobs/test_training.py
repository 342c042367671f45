"""Training jobs: what SageMaker does around the program."""

from __future__ import annotations

import io
import tarfile
from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.compute.executor import Observation
from jupyter_smkit.control.processes import wait_until
from jupyter_smkit.jobs.training import transitions
from jupyter_smkit.state.records import Record
from tests.jobs.conftest import trained, training_request

IMAGE = {"TrainingImage": "python", "TrainingInputMode": "File"}


def runs(code: str, **more: Any) -> dict[str, Any]:
    """The members of a request that runs Python code; ``more`` goes into the algorithm."""
    entrypoint = ["python", "-c", "import os; exec(os.environ['CODE'])"]
    return {
        "AlgorithmSpecification": {**IMAGE, "ContainerEntrypoint": entrypoint, **more},
        "Environment": {"CODE": code},
    }


def test_the_steps_of_a_job_are_told_in_order(smkit: Any) -> None:
    found = trained(smkit, "steps", {}, **runs("pass"))
    passed = found["SecondaryStatusTransitions"]
    assert [step["Status"] for step in passed] == [
        *("Starting", "Downloading", "Training", "Uploading", "Completed")
    ]
    assert passed[0]["StartTime"] == found["CreationTime"]
    for step, following in pairwise(passed):
        assert step["StartTime"] <= step["EndTime"] == following["StartTime"]
    assert passed[-1]["EndTime"] == found["TrainingEndTime"]


def test_what_befell_a_job_stands_among_its_steps() -> None:
    asked = {"AlgorithmSpecification": {"TrainingImage": "python"}}
    record = Record("1", "r", "TrainingJob", "job", "arn", "InProgress", asked, {}, 10.0, 10.0)
    phases = [("Starting", 20.0), ("Downloading", 21.0), ("Running", 22.0), ("Uploading", 30.0)]
    seen = Observation(
        "done", phases=phases, outcome="MaxRuntimeExceeded", ended=31.0, started=22.0, attempt=2
    )
    passed = transitions(record, seen)
    assert [(step["Status"], step["StartTime"]) for step in passed[:3]] == [
        *(("Starting", 10.0), ("Restarting", 20.0), ("Downloading", 21.0))
    ]
    assert "Started again (2 of 3)" in passed[1]["StatusMessage"]
    assert passed[-1]["Status"] == "MaxRuntimeExceeded"
    assert "exceeded MaxRuntimeInSeconds" in passed[-1]["StatusMessage"]


def test_a_stopped_job_keeps_its_model(smkit: Any) -> None:
    code = (
        "import signal, sys\n"
        "def save(*_): open('/opt/ml/model/part', 'w').write('half'); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, save)\n"
        "print('ready=1', flush=True)\n"
        "while True: signal.pause()\n"
    )
    client = smkit.client("sagemaker")
    metric = [{"Name": "ready", "Regex": "ready=([0-9])"}]
    asked = training_request(smkit, "stops-well", {})
    client.create_training_job(**asked | runs(code, MetricDefinitions=metric))

    def described() -> dict[str, Any]:
        answer: dict[str, Any] = client.describe_training_job(TrainingJobName="stops-well")
        return answer

    # The metric is told while the program runs.
    assert wait_until(lambda: "FinalMetricDataList" in described(), 20)
    assert described()["TrainingJobStatus"] == "InProgress"
    client.stop_training_job(TrainingJobName="stops-well")
    found = smkit.settled(described, "TrainingJobStatus")
    assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Stopped", "Stopped")
    passed = [step["Status"] for step in found["SecondaryStatusTransitions"]]
    assert passed[-4:] == ["Training", "Stopping", "Uploading", "Stopped"]
    bucket, key = found["ModelArtifacts"]["S3ModelArtifacts"].removeprefix("s3://").split("/", 1)
    packed = smkit.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        assert archive.getnames() == ["part"]


def test_metrics_are_described_and_plotted(smkit: Any) -> None:
    code = "for n in (4, 2, 1): print(f'epoch: loss={n} at 1e-{n}')"
    definitions = [
        {"Name": "train:loss", "Regex": "loss=([0-9.]+)"},
        {"Name": "rate", "Regex": "at ([0-9e.-]+)"},
    ]
    found = trained(smkit, "metrics", {}, **runs(code, MetricDefinitions=definitions))
    last = {each["MetricName"]: each["Value"] for each in found["FinalMetricDataList"]}
    assert last == {"train:loss": 1.0, "rate": pytest.approx(0.1)}
    [points] = smkit.client("cloudwatch").get_metric_statistics(
        Namespace="/aws/sagemaker/TrainingJobs",
        MetricName="train:loss",
        Dimensions=[{"Name": "TrainingJobName", "Value": "metrics"}],
        StartTime=found["CreationTime"].replace(second=0),
        EndTime=found["TrainingEndTime"] + timedelta(minutes=1),
        Period=3600,
        Statistics=["Average", "Maximum", "SampleCount"],
    )["Datapoints"]
    assert (points["SampleCount"], points["Maximum"]) == (3, 4.0)


def test_a_job_goes_on_from_its_checkpoints(smkit: Any) -> None:
    code = (
        "from pathlib import Path\n"
        "file = Path('/opt/ml/checkpoints/epoch')\n"
        "file.write_text(str(1 + int(file.read_text()) if file.exists() else 0))\n"
    )
    kept = {"S3Uri": "s3://training-data/kept"}
    for name, epoch in (("from-nothing", b"0"), ("from-there", b"1")):
        found = trained(smkit, name, {}, **runs(code), CheckpointConfig=kept)
        assert found["TrainingJobStatus"] == "Completed"
        body = smkit.client("s3").get_object(Bucket="training-data", Key="kept/epoch")["Body"]
        assert body.read() == epoch


def test_a_model_may_be_left_as_files(smkit: Any) -> None:
    code = "open('/opt/ml/model/weights', 'w').write('w')"
    output = {"S3OutputPath": "s3://training-data/plain", "CompressionType": "NONE"}
    found = trained(smkit, "plain", {}, **runs(code), OutputDataConfig=output)
    where = "s3://training-data/plain/plain/output/model/"
    assert found["ModelArtifacts"]["S3ModelArtifacts"] == where
    key = f"{where.removeprefix('s3://training-data/')}weights"
    assert smkit.client("s3").get_object(Bucket="training-data", Key=key)["Body"].read() == b"w"


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"AlgorithmSpecification": {**IMAGE, "TrainingInputMode": "Pipe"}}, "input mode Pipe"),
        ({"CheckpointConfig": {"S3Uri": "s3://b/c", "LocalPath": "/tmp/c"}}, "under /opt/ml/"),
        (
            {
                "AlgorithmSpecification": {
                    **IMAGE,
                    "MetricDefinitions": [{"Name": "loss", "Regex": "loss=("}],
                }
            },
            "metric loss is not one",
        ),
        (
            {
                "InputDataConfig": [
                    {
                        "ChannelName": "train",
                        "DataSource": {
                            "S3DataSource": {
                                "S3DataType": "AugmentedManifestFile",
                                "S3Uri": "s3://b/c",
                            }
                        },
                    }
                ]
            },
            "AugmentedManifestFile is not supported",
        ),
        (
            {
                "InputDataConfig": [
                    {
                        "ChannelName": "..",
                        "DataSource": {
                            "S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/c"}
                        },
                    }
                ]
            },
            "must be a directory under",
        ),
    ],
)
def test_what_would_be_ignored_is_refused(smkit: Any, change: dict[str, Any], says: str) -> None:
    with pytest.raises(ClientError, match=says) as refused:
        smkit.client("sagemaker").create_training_job(
            **training_request(smkit, "refused", {}) | change
        )
    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.mark.parametrize(
    ("uri", "bucket", "reason"),
    [
        ("s3://training-data/none/", "training-data", ""),
        (
            "s3://training-data-of-nobody/in",
            "training-data-of-nobody",
            " Error message from S3: The specified bucket does not exist",
        ),
    ],
)
def test_a_channel_without_data_is_refused_at_once(
    smkit: Any, uri: str, bucket: str, reason: str
) -> None:
    asked = training_request(smkit, "hungry", {})
    asked["InputDataConfig"][0]["DataSource"]["S3DataSource"]["S3Uri"] = uri
    client = smkit.client("sagemaker")
    with pytest.raises(ClientError) as refused:
        client.create_training_job(**asked)
    assert refused.value.response["Error"] == {
        "Code": "ValidationException",
        "Message": f'No S3 objects found under S3 URL "{uri}" given in input data source. Please '
        "ensure that the bucket exists in the selected region (us-east-1), that objects exist "
        f'under that S3 prefix, and that the role "{asked["RoleArn"]}" has "s3:ListBucket" '
        f'permissions on bucket "{bucket}".{reason}',
    }
    assert not client.list_training_jobs(NameContains="hungry")["TrainingJobSummaries"]
