"""Processing jobs as a user of boto3 meets them."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit import serve
from jupyter_smkit.control import lease
from jupyter_smkit.control.processes import wait_until
from tests.jobs.conftest import finished, job, log_of, started


def test_a_script_reads_its_input_and_leaves_its_output(smkit: Any) -> None:
    bucket = smkit.bucket("processing-data")
    s3 = smkit.client("s3")
    s3.put_object(Bucket=bucket, Key="in/numbers.txt", Body=b"1\n2\n3\n")
    code = (
        "numbers = [int(n) for n in open('/opt/ml/processing/input/data/numbers.txt')]\n"
        "print('sum', sum(numbers))\n"
        "open('/opt/ml/processing/output/sum.txt', 'w').write(str(sum(numbers)))\n"
    )
    smkit.client("sagemaker").create_processing_job(
        **job(
            smkit,
            "sums",
            code,
            ProcessingInputs=[
                {
                    "InputName": "numbers",
                    "S3Input": {
                        "S3Uri": f"s3://{bucket}/in/",
                        "LocalPath": "/opt/ml/processing/input/data",
                        "S3DataType": "S3Prefix",
                        "S3InputMode": "File",
                    },
                }
            ],
            ProcessingOutputConfig={
                "Outputs": [
                    {
                        "OutputName": "sum",
                        "S3Output": {
                            "S3Uri": f"s3://{bucket}/out",
                            "LocalPath": "/opt/ml/processing/output",
                            "S3UploadMode": "EndOfJob",
                        },
                    }
                ]
            },
        )
    )
    assert finished(smkit, "sums")["ProcessingJobStatus"] == "Completed"
    assert s3.get_object(Bucket=bucket, Key="out/sum.txt")["Body"].read() == b"6"
    assert "sum 6" in log_of(smkit, "sums")


def test_a_script_that_fails_tells_why(smkit: Any) -> None:
    smkit.client("sagemaker").create_processing_job(
        **job(smkit, "fails", "raise SystemExit('no luck')")
    )
    found = finished(smkit, "fails")
    assert found["ProcessingJobStatus"] == "Failed"
    assert "exit code: 1" in found["FailureReason"]
    assert "no luck" in found["FailureReason"]


def test_boto3_in_a_job_talks_to_smkit(smkit: Any) -> None:
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    smkit.client("sagemaker").create_processing_job(**job(smkit, "who", code))
    assert finished(smkit, "who")["ProcessingJobStatus"] == "Completed"
    assert "123456789012" in log_of(smkit, "who")


def test_stop_ends_the_program_and_keeps_what_it_left(smkit: Any) -> None:
    client = smkit.client("sagemaker")
    bucket = smkit.bucket("stopped-data")
    code = (
        "open('/opt/ml/processing/output/part.txt', 'w').write('half')\n"
        "print('written', flush=True)\n"
        "import signal; signal.pause()\n"
    )
    output = {"S3Uri": f"s3://{bucket}/out", "LocalPath": "/opt/ml/processing/output"}
    client.create_processing_job(
        **job(
            smkit,
            "stops",
            code,
            ProcessingOutputConfig={
                "Outputs": [{"OutputName": "o", "S3Output": {**output, "S3UploadMode": "EndOfJob"}}]
            },
        )
    )
    started(smkit, "stops")
    assert wait_until(lambda: "written" in log_of(smkit, "stops"), 20)
    client.stop_processing_job(ProcessingJobName="stops")
    assert finished(smkit, "stops")["ProcessingJobStatus"] == "Stopped"
    assert (
        smkit.client("s3").get_object(Bucket=bucket, Key="out/part.txt")["Body"].read() == b"half"
    )
    with pytest.raises(ClientError, match="in status Stopped"):
        client.stop_processing_job(ProcessingJobName="stops")


def test_a_program_may_not_run_longer_than_allowed(smkit: Any) -> None:
    limit = {"StoppingCondition": {"MaxRuntimeInSeconds": 1}}
    smkit.client("sagemaker").create_processing_job(
        **job(smkit, "endless", "import signal; signal.pause()", **limit)
    )
    found = finished(smkit, "endless")
    assert found["ProcessingJobStatus"] == "Stopped"
    assert found["ExitMessage"].startswith("MaxRuntimeExceeded: ")
    assert f"smkit: {found['ExitMessage']}" in log_of(smkit, "endless")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"ProcessingJobName": "sums!"}, "regular expression pattern"),
        ({"RoleArn": "x"}, "length greater than or equal to 20"),
        (
            {
                "ProcessingInputs": [
                    {
                        "InputName": "i",
                        "S3Input": {
                            "S3Uri": "s3://b/k",
                            "LocalPath": "/data",
                            "S3DataType": "S3Prefix",
                        },
                    }
                ]
            },
            "must be a directory under /opt/ml/processing/",
        ),
    ],
)
def test_bad_input_is_refused(smkit: Any, change: dict[str, Any], says: str) -> None:
    client = smkit.client("sagemaker", parameter_validation=False)
    with pytest.raises(ClientError, match=says) as refused:
        client.create_processing_job(**{**job(smkit, "refused", "pass"), **change})
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert not smkit.client("sagemaker").list_processing_jobs(NameContains="refused")[
        "ProcessingJobSummaries"
    ]


def test_a_name_is_taken_once(smkit: Any) -> None:
    client = smkit.client("sagemaker")
    client.create_processing_job(**job(smkit, "once", "pass"))
    with pytest.raises(ClientError) as refused:
        client.create_processing_job(**job(smkit, "once", "pass"))
    assert refused.value.response["Error"]["Code"] == "ResourceInUse"
    finished(smkit, "once")


def test_input_that_is_not_there_fails_the_job(smkit: Any) -> None:
    given = {
        "S3Uri": "s3://nowhere/at/all",
        "LocalPath": "/opt/ml/processing/input/data",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    smkit.client("sagemaker").create_processing_job(
        **job(smkit, "lost", "pass", ProcessingInputs=[{"InputName": "i", "S3Input": given}])
    )
    found = finished(smkit, "lost")
    assert found["ProcessingJobStatus"] == "Failed"
    assert "s3://nowhere/at/all" in found["FailureReason"]


WAITS = (
    "import os, time\n"
    "while not os.path.exists('/dev/shm/{flag}'): time.sleep(0.02)\n"
    "open('/opt/ml/processing/output/end.txt', 'w').write('whole')\n"
)


@pytest.mark.parametrize("killed", ["daemon", "api", "edge", "supervisor"])
def test_a_job_survives_kill_9(fresh_smkit: Any, killed: str, tmp_path: Any) -> None:
    smkit = fresh_smkit
    bucket = smkit.bucket("data")
    flag = f"smkit-test-{os.getpid()}-{killed}"
    output = {"S3Uri": f"s3://{bucket}/out", "LocalPath": "/opt/ml/processing/output"}
    smkit.client("sagemaker").create_processing_job(
        **job(
            smkit,
            "survives",
            WAITS.format(flag=flag),
            ProcessingOutputConfig={
                "Outputs": [{"OutputName": "o", "S3Output": {**output, "S3UploadMode": "EndOfJob"}}]
            },
        )
    )
    started(smkit, "survives")
    if killed == "supervisor":
        [launch] = smkit.launches()
        smkit.end_supervisor(launch)
    else:
        pid = smkit.end_role(killed)
        assert wait_until(lambda: lease.holder(smkit.home.locks, killed) != pid, 10)
    try:
        Path(f"/dev/shm/{flag}").touch()
        assert wait_until(lambda: serve.up(smkit.home), 30)
        retrying = smkit.client("sagemaker")
        ended = smkit.settled(
            lambda: retrying.describe_processing_job(ProcessingJobName="survives"),
            "ProcessingJobStatus",
        )
        assert ended["ProcessingJobStatus"] == "Completed", ended["FailureReason"]
    finally:
        Path(f"/dev/shm/{flag}").unlink()
    body = smkit.client("s3").get_object(Bucket=bucket, Key="out/end.txt")["Body"].read()
    assert body == b"whole"
    again = "Started again (2 of 3)"
    assert ended.get("ExitMessage", "").startswith(again) == (killed == "supervisor")
    said = [line for line in log_of(smkit, "survives") if again in line]
    assert len(said) == int(killed == "supervisor")


def test_a_program_that_is_stopped_may_clean_up(smkit: Any) -> None:
    code = (
        "import signal, sys\n"
        "def tidy(*_):\n"
        "    print('tidied', flush=True)\n"
        "    sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, tidy)\n"
        "print('ready', flush=True)\n"
        "while True: signal.pause()\n"
    )
    client = smkit.client("sagemaker")
    client.create_processing_job(**job(smkit, "tidies", code))
    started(smkit, "tidies")
    assert wait_until(lambda: "ready" in log_of(smkit, "tidies"), 20)
    client.stop_processing_job(ProcessingJobName="tidies")
    assert finished(smkit, "tidies")["ProcessingJobStatus"] == "Stopped"
    assert "tidied" in log_of(smkit, "tidies")


def test_a_job_that_has_ended_leaves_no_copy_of_its_data(fresh_smkit: Any) -> None:
    code = "open('/opt/ml/processing/large.bin', 'wb').write(bytes(1 << 20))"
    fresh_smkit.client("sagemaker").create_processing_job(**job(fresh_smkit, "tidy", code))
    assert finished(fresh_smkit, "tidy")["ProcessingJobStatus"] == "Completed"
    assert wait_until(lambda: not fresh_smkit.jobs_hold("large.bin"), 10)
