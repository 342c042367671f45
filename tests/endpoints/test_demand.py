"""Invocations while what answers them is killed: they wait for it to come back."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from jupyter_smkit import serve
from jupyter_smkit.compute import jsonfile
from jupyter_smkit.compute.local import LocalExecutor
from jupyter_smkit.control import lease
from jupyter_smkit.control.processes import wait_until
from jupyter_smkit.gateway import demand
from jupyter_smkit.gateway.demand import Use
from tests.conftest import Smkit, end_jobs, start

from .test_endpoints import archive, deploy

NAME = "awaited"
KEY = ("123456789012", "us-east-1", NAME, NAME)
CODE = b"""
import os

def model_fn(directory):
    if "BROKEN" in os.environ:
        os._exit(3)

def predict_fn(data, model):
    return 7

def output_fn(answer, accept):
    return str(answer)
"""


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smkit]:
    """A smkit of this module's own, with one endpoint."""
    running = start(tmp_path_factory.mktemp("smkit") / "home")
    described = deploy(running, NAME, archive(**{"code/inference.py": CODE}))
    assert described["EndpointStatus"] == "InService"
    yield running
    serve.stop(running.home)
    end_jobs(running.home)


def invoke(house: Smkit, attempts: int = 1) -> str:
    client = boto3.client(
        "sagemaker-runtime",
        "us-east-1",
        endpoint_url=house.url,
        aws_access_key_id=house.credential.access_key,
        aws_secret_access_key=house.credential.secret,
        config=Config(retries={"total_max_attempts": attempts, "mode": "standard"}),
    )
    answer = client.invoke_endpoint(EndpointName=NAME, Body=b"1", ContentType="text/csv")
    return str(answer["Body"].read().decode())


def launched(house: Smkit) -> Path:
    [directory] = house.home.jobs.glob(f"*.Worker.{NAME}.*")
    return directory


def kill_worker(house: Smkit) -> None:
    """And its supervisor."""
    supervisor = jsonfile.read(launched(house) / "status.json")["pid"]
    tree = [supervisor]
    for pid in tree:
        for children in Path(f"/proc/{pid}/task").glob("*/children"):
            tree += map(int, children.read_text().split())
    for pid in tree:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def change(house: Smkit, **environment: str) -> None:
    """What the worker finds in its environment when it is started again."""
    job = jsonfile.read(launched(house) / "job.json")
    job["environment"].pop("BROKEN", None)
    job["environment"] |= environment
    jsonfile.write(launched(house) / "job.json", job)


def send(house: Smkit, role: str, sign: signal.Signals) -> None:
    pid = lease.holder(house.home.locks, role)
    assert pid
    os.kill(pid, sign)


def use(house: Smkit) -> Use:
    return demand.read(house.home.demand).get(KEY, Use())


@pytest.fixture
def waiting(house: Smkit) -> Iterator[Future[str]]:
    """An invocation that waits for a worker, which the daemon, held up, does not bring."""
    send(house, "daemon", signal.SIGSTOP)
    kill_worker(house)
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(invoke, house, attempts=20)
        assert wait_until(lambda: use(house).queued == 1, 20)
        yield answer


def test_a_killed_worker_is_waited_for(house: Smkit) -> None:
    assert invoke(house) == "7"
    for _ in range(3):
        kill_worker(house)
        assert invoke(house) == "7"
    assert wait_until(lambda: use(house).used > 0 and use(house).in_flight == 0, 10)


def test_the_daemon_is_killed_while_it_is_asked(house: Smkit, waiting: Future[str]) -> None:
    send(house, "daemon", signal.SIGKILL)
    assert waiting.result(40) == "7"


def test_the_edge_is_killed_while_somebody_waits(house: Smkit, waiting: Future[str]) -> None:
    send(house, "edge", signal.SIGKILL)
    send(house, "daemon", signal.SIGCONT)
    assert waiting.result(40) == "7"
    assert wait_until(lambda: use(house).queued == 0, 10)


def test_one_that_cannot_come_back_is_told_and_asked_for_once(house: Smkit) -> None:
    executor, id = LocalExecutor(house.home), launched(house).name
    change(house, BROKEN="1")
    kill_worker(house)
    begun = time.monotonic()
    with pytest.raises(ClientError) as caught:
        invoke(house)
    assert time.monotonic() - begun < 60
    assert caught.value.response["Error"]["Code"] in ("ModelError", "ServiceUnavailable")
    assert f"/aws/sagemaker/Endpoints/{NAME}" in caught.value.response["Error"]["Message"]

    # By now it has died so often that it is left alone for a while, but for who asks for it.
    assert wait_until(lambda: executor.poll(id).state == "done", 20)
    seen = executor.poll(id)
    change(house)
    assert seen.attempt >= 7
    assert invoke(house) == "7"
    assert time.time() - (seen.ended or 0) < 2 ** (seen.attempt - 2)
