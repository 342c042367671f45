"""Closing or killing JupyterLab ends nothing of smkit, and loses nothing."""

from __future__ import annotations

import json
import os
import signal
from pathlib import Path
from typing import Any

import websocket

from jupyter_smkit import serve
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, processes
from jupyter_smkit.control.processes import wait_until
from tests.conftest import end_jobs, start
from tests.server.conftest import TOKEN
from tests.server.lab import Lab, end, start_lab

TRAIN = """
import os, time, boto3, joblib
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

fitted = LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True))
s3 = boto3.client("s3")
s3.put_object(Bucket="kill", Key="fitted", Body=b"")
while not s3.list_objects_v2(Bucket="kill", Prefix="gate").get("Contents"):
    time.sleep(0.1)
joblib.dump(fitted, os.environ["SM_MODEL_DIR"] + "/model.joblib")
"""
"""Trains, and ends only when the test lets it: it is under way when JupyterLab is killed."""

BEGIN = f"""
import boto3, io, tarfile
s3, sm = boto3.client("s3"), boto3.client("sagemaker")
s3.create_bucket(Bucket="kill")
code, packed = {TRAIN!r}.encode(), io.BytesIO()
with tarfile.open(fileobj=packed, mode="w:gz") as archive:
    member = tarfile.TarInfo("train.py")
    member.size = len(code)
    archive.addfile(member, io.BytesIO(code))
s3.put_object(Bucket="kill", Key="source.tar.gz", Body=packed.getvalue())
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1"
ROLE = "arn:aws:iam::123456789012:role/SmkitExecutionRole"
"""
BEGIN_TRAINING = """
sm.create_training_job(
    TrainingJobName="survivor", RoleArn=ROLE,
    AlgorithmSpecification={"TrainingImage": IMAGE, "TrainingInputMode": "File"},
    HyperParameters={
        "sagemaker_program": "train.py",
        "sagemaker_submit_directory": "s3://kill/source.tar.gz",
    },
    OutputDataConfig={"S3OutputPath": "s3://kill/out"},
    ResourceConfig={"InstanceType": "ml.m5.large", "InstanceCount": 1, "VolumeSizeInGB": 1},
    StoppingCondition={"MaxRuntimeInSeconds": 600},
)
number = 0
while True:
    s3.put_object(Bucket="kill", Key=f"written/{number}", Body=str(number).encode())
    print(number, flush=True)
    number += 1
"""
DEPLOY = """
import boto3
sm = boto3.client("sagemaker")
job = sm.describe_training_job(TrainingJobName="survivor")
sm.create_model(
    ModelName="survivor", ExecutionRoleArn=job["RoleArn"],
    PrimaryContainer={
        "Image": job["AlgorithmSpecification"]["TrainingImage"],
        "ModelDataUrl": job["ModelArtifacts"]["S3ModelArtifacts"],
    },
)
variant = {
    "VariantName": "all", "ModelName": "survivor", "InitialInstanceCount": 1,
    "InstanceType": "ml.m5.large",
}
sm.create_endpoint_config(EndpointConfigName="survivor", ProductionVariants=[variant])
sm.create_endpoint(EndpointName="survivor", EndpointConfigName="survivor")
print(sm.describe_endpoint(EndpointName="survivor")["EndpointStatus"])
"""
INVOKE = """
import boto3
answer = boto3.client("sagemaker-runtime").invoke_endpoint(
    EndpointName="survivor", ContentType="text/csv", Body="5.1,3.5,1.4,0.2\\n6.7,3.0,5.2,2.3\\n"
)
print(answer["Body"].read().decode().split())
"""


def listen(lab: Lab, first: dict[str, Any]) -> websocket.WebSocket:
    """The events, as a browser that has seen those up to ``after`` asks for them."""
    url = f"{lab.url.replace('http', 'ws', 1)}/smkit/events"
    socket = websocket.create_connection(url, header=[f"Authorization: token {TOKEN}"], timeout=30)
    socket.send(json.dumps(first))
    return socket


def until(socket: websocket.WebSocket, **wanted: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = json.loads(socket.recv())
        if wanted.items() <= message.items():
            return message


def kill(lab: Lab) -> None:
    """As when the machine runs out of memory; the kernels notice and end."""
    lab.process.send_signal(signal.SIGKILL)
    lab.process.wait()


def gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False


def test_the_main_job_survives_kill_9_of_jupyterlab(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    lab = start_lab(tmp_path, home)
    (lab.root / "smkit.toml").touch()
    try:
        browser = listen(lab, {})
        until(browser, type="asleep")
        assert not home.locks.exists()
        kernel = lab.kernel("project")
        pid = int(kernel.run("import os; print(os.getpid())"))
        assert kernel.run(BEGIN) == ""
        until(browser, type="online")
        before = [lease.holder(home.locks, role) for role in processes.ROLES]
        assert all(before)

        smkit = start(home.path)
        s3, sagemaker = smkit.client("s3"), smkit.client("sagemaker")
        acknowledged = kernel.said(BEGIN_TRAINING)
        seen = until(browser, kind="TrainingJob", key="survivor")["seq"]
        assert wait_until(
            lambda: "Contents" in s3.list_objects_v2(Bucket="kill", Prefix="fitted"), 60
        )
        written = [int(word) for _ in range(20) for word in next(acknowledged).split()]
        kill(lab)
        assert wait_until(lambda: gone(pid), 20)
        s3.put_object(Bucket="kill", Key="gate", Body=b"")
        job = smkit.settled(
            lambda: sagemaker.describe_training_job(TrainingJobName="survivor"), "TrainingJobStatus"
        )
        assert job["TrainingJobStatus"] == "Completed"
        for number in written:
            body = s3.get_object(Bucket="kill", Key=f"written/{number}")["Body"].read()
            assert body == str(number).encode()

        lab = start_lab(tmp_path, home)
        # What came while no JupyterLab was there is told to the browser that comes back.
        until(listen(lab, {"after": seen}), kind="TrainingJob", status="Completed")
        assert lab.kernel("project").run(DEPLOY) == "Creating"
        kill(lab)
        endpoint = smkit.settled(
            lambda: sagemaker.describe_endpoint(EndpointName="survivor"), "EndpointStatus"
        )
        assert endpoint["EndpointStatus"] == "InService"

        lab = start_lab(tmp_path, home)
        assert lab.kernel("project").run(INVOKE) == "['0', '2']"
        assert [lease.holder(home.locks, role) for role in processes.ROLES] == before
    finally:
        end(lab)
        serve.stop(home)
        end_jobs(home)
