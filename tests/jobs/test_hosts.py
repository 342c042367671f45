"""Jobs on several hosts: they find each other by name, share the data, and end together."""

from __future__ import annotations

import io
import json
import os
import signal
import tarfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.compute import jsonfile
from jupyter_smkit.control.processes import wait_until
from tests.jobs.conftest import finished, job, log_of, packed, started, trained
from tests.jobs.test_faults import processes_with

HOST = "import json; me = json.load(open('/opt/ml/config/resourceconfig.json'))['current_host']\n"
SUMS = (
    "import json, os, socket\n"
    "config = json.load(open('/opt/ml/config/resourceconfig.json'))\n"
    "me, hosts = config['current_host'], config['hosts']\n"
    "assert socket.gethostname() == me\n"
    "data = '/opt/ml/processing/input/data'\n"
    "mine = sum(int(open(f'{data}/{name}').read()) for name in os.listdir(data))\n"
    "print(me, 'has', *sorted(os.listdir(data)), flush=True)\n"
    "if me == hosts[0]:\n"
    "    with socket.create_server((me, 5000)) as server:\n"
    "        for _ in hosts[1:]:\n"
    "            mine += int(server.accept()[0].makefile().read())\n"
    "    open('/opt/ml/processing/output/sum.txt', 'w').write(str(mine))\n"
    "else:\n"
    "    while True:\n"
    "        try: there = socket.create_connection((hosts[0], 5000)); break\n"
    "        except ConnectionRefusedError: pass\n"
    "    there.sendall(str(mine).encode()); there.close()\n"
    "open(f'/opt/ml/processing/output/{me}.txt', 'w').write('done')\n"
    "open('/opt/ml/processing/output/same.txt', 'w').write(me)\n"
)
WAITS = "import signal; print(me, 'waits', flush=True); signal.pause()\n"


def on_hosts(count: int, smkit: Any, name: str, code: str, **more: Any) -> None:
    asked = job(smkit, name, code, **more)
    asked["ProcessingResources"]["ClusterConfig"]["InstanceCount"] = count
    smkit.client("sagemaker").create_processing_job(**asked)


def said_by(smkit: Any, name: str, group: str = "/aws/sagemaker/ProcessingJobs") -> dict[str, str]:
    """By host, what stands in its log."""
    logs = smkit.client("logs")
    streams = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=f"{name}/")
    found = {}
    for stream in [each["logStreamName"] for each in streams["logStreams"]]:
        events = logs.get_log_events(logGroupName=group, logStreamName=stream, startFromHead=True)
        host = stream.removeprefix(f"{name}/").rpartition("-")[0]
        found[host] = "\n".join(event["message"] for event in events["events"])
    return found


def all_wait(smkit: Any, name: str, count: int, times: int = 1) -> bool:
    def waiting() -> bool:
        said = said_by(smkit, name)
        return len(said) == count and all(
            text.count(f"{host} waits") == times for host, text in said.items()
        )

    started(smkit, name)
    return wait_until(waiting, 30)


def test_four_hosts_share_the_objects_and_add_up_by_name(smkit: Any) -> None:
    bucket = smkit.bucket("four-hosts")
    s3 = smkit.client("s3")
    for number in range(8):
        s3.put_object(Bucket=bucket, Key=f"in/{number}", Body=str(10**number).encode())
    given = {
        "S3Uri": f"s3://{bucket}/in/",
        "LocalPath": "/opt/ml/processing/input/data",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
        "S3DataDistributionType": "ShardedByS3Key",
    }
    made = {
        "S3Uri": f"s3://{bucket}/out",
        "LocalPath": "/opt/ml/processing/output",
        "S3UploadMode": "EndOfJob",
    }
    on_hosts(
        4,
        smkit,
        "four",
        SUMS,
        ProcessingInputs=[{"InputName": "numbers", "S3Input": given}],
        ProcessingOutputConfig={"Outputs": [{"OutputName": "sum", "S3Output": made}]},
    )
    found = finished(smkit, "four")
    assert found["ProcessingJobStatus"] == "Completed", found.get("FailureReason")
    out = {
        each["Key"]: s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read().decode()
        for each in s3.list_objects_v2(Bucket=bucket, Prefix="out/")["Contents"]
    }
    assert out.pop("out/sum.txt") == "11111111"
    assert out.pop("out/same.txt") == "algo-4"
    assert out == {f"out/algo-{number}.txt": "done" for number in range(1, 5)}
    said = said_by(smkit, "four")
    assert "algo-1 has 0 4" in said["algo-1"] and "algo-4 has 3 7" in said["algo-4"]
    assert "algo-3 and algo-4 left different files same.txt" in said["algo-1"]


def test_two_hosts_train_one_model(smkit: Any) -> None:
    code = (
        "import os, socket, pathlib\n"
        "me, hosts = os.environ['SM_CURRENT_HOST'], os.environ['SM_HOSTS']\n"
        "print(me, 'of', hosts, flush=True)\n"
        "if me == 'algo-1':\n"
        "    with socket.create_server(('0.0.0.0', 5717)) as server:\n"
        "        weight = server.accept()[0].makefile().read()\n"
        "else:\n"
        "    while True:\n"
        "        try: there = socket.create_connection(('algo-1', 5717)); break\n"
        "        except ConnectionRefusedError: pass\n"
        "    there.sendall(b'17'); there.close(); weight = '17'\n"
        "model = pathlib.Path(os.environ['SM_MODEL_DIR'])\n"
        "(model / 'weight').write_text(weight)\n"
        "(model / 'host').write_text(me)\n"
        "(model / me).write_text(weight)\n"
    )
    s3 = smkit.client("s3")
    bucket = smkit.bucket("training-data")
    body = packed(smkit.home.path / "made" / "two-hosts.tar.gz", {"train.py": code})
    s3.put_object(Bucket=bucket, Key="two/sourcedir.tar.gz", Body=body)
    found = trained(
        smkit,
        "two",
        {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": f"s3://{bucket}/two/sourcedir.tar.gz",
        },
        ResourceConfig={"InstanceCount": 2, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1},
    )
    assert found["TrainingJobStatus"] == "Completed", found.get("FailureReason")
    key = found["ModelArtifacts"]["S3ModelArtifacts"].removeprefix(f"s3://{bucket}/")
    with tarfile.open(
        fileobj=io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    ) as model:
        texts = {name: model.extractfile(name).read().decode() for name in model.getnames()}  # type: ignore[union-attr]
    assert texts == {
        "weight": "17",
        "algo-1": "17",
        "algo-2": "17",
        "host": "algo-1",
        "algo-2/host": "algo-2",
    }
    said = said_by(smkit, "two", "/aws/sagemaker/TrainingJobs")
    assert json.dumps(["algo-1", "algo-2"]) in said["algo-2"]


def test_one_host_that_fails_ends_the_others(smkit: Any) -> None:
    code = HOST + "if me == 'algo-2': raise SystemExit('no luck')\n" + WAITS
    on_hosts(3, smkit, "unlucky", code)
    found = finished(smkit, "unlucky")
    assert found["ProcessingJobStatus"] == "Failed"
    assert "algo-2 failed" in found["FailureReason"] and "no luck" in found["FailureReason"]
    assert "algo-2 failed" in said_by(smkit, "unlucky")["algo-3"]


def test_a_host_that_is_killed_fails_the_job(smkit: Any) -> None:
    on_hosts(3, smkit, "killed-host", HOST + WAITS)
    assert all_wait(smkit, "killed-host", 3)
    directory = next(smkit.home.jobs.glob("*.killed-host.*"))
    supervisor = jsonfile.read(directory / "status.json")["pid"]
    children = Path(f"/proc/{supervisor}/task/{supervisor}/children").read_text().split()
    assert len(children) == 3
    os.kill(int(children[1]), signal.SIGKILL)
    found = finished(smkit, "killed-host")
    assert found["ProcessingJobStatus"] == "Failed"
    assert "algo-2 failed" in found["FailureReason"] and "SIGKILL" in found["FailureReason"]
    assert wait_until(lambda: not processes_with(str(directory)), 10)


def test_hosts_are_launched_again_whole(smkit: Any) -> None:
    bucket = smkit.bucket("again-whole")
    marker = "import boto3; s3 = boto3.client('s3')\n"
    code = (
        HOST
        + marker
        + "import time\n"
        + "print(me, 'waits', flush=True)\n"
        + f"while 'Contents' not in s3.list_objects_v2(Bucket='{bucket}'): time.sleep(0.1)\n"
    )
    on_hosts(3, smkit, "whole", code)
    assert all_wait(smkit, "whole", 3)
    directory = next(smkit.home.jobs.glob("*.whole.*"))
    os.kill(jsonfile.read(directory / "status.json")["pid"], signal.SIGKILL)
    assert all_wait(smkit, "whole", 3, times=2)
    smkit.client("s3").put_object(Bucket=bucket, Key="go", Body=b"")
    assert finished(smkit, "whole")["ProcessingJobStatus"] == "Completed"
    assert wait_until(lambda: not processes_with(str(directory)), 10)


def test_a_stop_reaches_all_hosts(smkit: Any) -> None:
    client = smkit.client("sagemaker")
    on_hosts(3, smkit, "all-stop", HOST + WAITS)
    assert all_wait(smkit, "all-stop", 3)
    client.stop_processing_job(ProcessingJobName="all-stop")
    assert finished(smkit, "all-stop")["ProcessingJobStatus"] == "Stopped"


def test_hosts_are_stopped_while_they_start(smkit: Any) -> None:
    client = smkit.client("sagemaker")
    on_hosts(4, smkit, "early", HOST + WAITS)
    assert wait_until(lambda: any(smkit.home.jobs.glob("*.early.*/status.json")), 30)
    [directory] = smkit.home.jobs.glob("*.early.*")
    client.stop_processing_job(ProcessingJobName="early")
    assert finished(smkit, "early")["ProcessingJobStatus"] == "Stopped"
    assert wait_until(lambda: not processes_with(str(directory)), 10)


def test_more_hosts_than_a_machine_can_be_are_refused(smkit: Any) -> None:
    with pytest.raises(ClientError, match="all instances of a job share this machine"):
        on_hosts(21, smkit, "many", "pass")


def test_hosts_that_could_not_meet_are_refused(smkit: Any) -> None:
    with pytest.raises(ClientError, match="isolated hosts could not reach each other"):
        on_hosts(2, smkit, "apart", "pass", NetworkConfig={"EnableNetworkIsolation": True})


def test_one_host_knows_its_name(smkit: Any) -> None:
    code = "import socket; print('at', socket.gethostbyname(socket.gethostname()))"
    smkit.client("sagemaker").create_processing_job(**job(smkit, "named", code))
    assert finished(smkit, "named")["ProcessingJobStatus"] == "Completed"
    assert any(line.startswith("at 127.") for line in log_of(smkit, "named"))
