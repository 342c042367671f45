"""An operation's cost in the api process, and a page of a long listing.

Prints CPU of the server a call through boto3, for CreateModel and DescribeModel, beside the same
call of moto's server (where moto is installed), and the time of a page over 100,000 records.
"""

from __future__ import annotations

import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

from jupyter_smkit import serve
from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease
from jupyter_smkit.state.engine import connect, url_of
from jupyter_smkit.state.schema import records

CALLS = 300
RECORDS = 100_000
ROLE = "arn:aws:iam::123456789012:role/SmkitExecutionRole"
TICK = os.sysconf("SC_CLK_TCK")


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used (proc(5): fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def client(url: str, key: str, secret: str) -> Any:
    return boto3.client(
        "sagemaker",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id=key,
        aws_secret_access_key=secret,
    )


def calls(sagemaker: Any, pids: list[int], label: str) -> None:
    def create(number: int) -> None:
        sagemaker.create_model(
            ModelName=f"m-{number}", ExecutionRoleArn=ROLE, PrimaryContainer={"Image": "python"}
        )

    def describe(number: int) -> None:
        sagemaker.describe_model(ModelName=f"m-{number}")

    for name, call in (("CreateModel", create), ("DescribeModel", describe)):
        before = sum(map(cpu, pids))
        for number in range(CALLS):
            call(number)
        used = (sum(map(cpu, pids)) - before) / CALLS
        print(f"{label:12} {name:15} {1000 * used:6.2f} ms of server CPU a call")


def moto() -> None:
    if not shutil.which("moto_server"):
        print("moto         is not installed: pip install 'moto[server]' to compare")
        return
    with subprocess.Popen(
        ["moto_server", "-p", "5055"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        sagemaker = client("http://127.0.0.1:5055", "a", "b")
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            try:
                sagemaker.list_models()
                break
            except Exception:
                time.sleep(0.2)
        calls(sagemaker, [server.pid], "moto")
        server.terminate()


def fill(home: Home) -> None:
    engine = connect(url_of(home))
    rows = [
        {
            "account": "123456789012",
            "region": "us-east-1",
            "kind": "Experiment",
            "key": f"experiment-{number:06}",
            "name": f"experiment-{number:06}",
            "arn": f"arn:aws:sagemaker:us-east-1:123456789012:experiment/{number}",
            "status": "InService",
            "version": 1,
            "request": {"ExperimentName": f"experiment-{number:06}"},
            "observed": {},
            "created": float(number),
            "modified": float(number),
        }
        for number in range(RECORDS)
    ]
    with engine.begin() as connection:
        connection.execute(records.insert(), rows)


def page(title: str, list_page: Callable[[], Any]) -> None:
    times = []
    for _ in range(20):
        began = time.perf_counter()
        list_page()
        times.append(time.perf_counter() - began)
    print(f"ListExperiments over {RECORDS:,}, {title}: {1000 * statistics.median(times):.1f} ms")


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory) / "home")
        url = serve.ensure_running(home)
        try:
            key = Credentials(home.credentials).default()
            sagemaker = client(url, key.access_key, key.secret)
            pids = [lease.holder(home.locks, role) or 0 for role in ("api", "edge")]
            sagemaker.list_models()
            calls(sagemaker, pids, "smkit")
            moto()
            fill(home)
            page("first page", lambda: sagemaker.list_experiments(MaxResults=100))
            token = sagemaker.list_experiments(MaxResults=100)["NextToken"]
            page("next page", lambda: sagemaker.list_experiments(MaxResults=100, NextToken=token))
            page("by name", lambda: sagemaker.list_experiments(MaxResults=100, SortBy="Name"))
        finally:
            serve.stop(home)


if __name__ == "__main__":
    sys.exit(main())
