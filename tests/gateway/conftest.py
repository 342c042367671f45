"""A home with an edge and model workers, each a process of its own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from jupyter_smkit.api.credentials import Credential, Credentials
from jupyter_smkit.config import Home

ACCOUNT, REGION = "123456789012", "us-east-1"


def until(holds: Callable[[], Any], seconds: float = 20.0) -> Any:
    """Waits for a condition, and returns what it gave."""
    deadline = time.monotonic() + seconds
    while not (found := holds()):
        assert time.monotonic() < deadline, f"waited {seconds} s in vain"
        time.sleep(0.01)
    return found


def environment(**more: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SMKIT_")}
    kept.pop("PYTHONDONTWRITEBYTECODE", None)
    return {**kept, "OMP_NUM_THREADS": "1", **more}


@dataclass
class House:
    """A home, and the processes started in it."""

    home: Home
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, module: str, **environ: str) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            [sys.executable, "-m", module],
            env=environment(SMKIT_HOME=str(self.home.path), **environ),
        )
        self.processes.append(process)
        return process

    def edge(self) -> subprocess.Popen[bytes]:
        process = self.start("jupyter_smkit.gateway.edge")
        until(lambda: (self.home.run / "wake" / "edge.sock").exists())
        until(lambda: listens(self.port))
        return process

    def worker(self, name: str, model: Path, **environ: str) -> subprocess.Popen[bytes]:
        path = self.socket(name)
        process = self.start(
            "jupyter_smkit.serving.worker", SMKIT_BIND=path, SM_MODEL_DIR=str(model), **environ
        )
        until(lambda: listens(path) or process.poll() is not None)
        return process

    def socket(self, name: str) -> str:
        return str(self.home.run / "workers" / f"{name}.sock")

    @property
    def port(self) -> int:
        return int(self.home.port_file.read_text())

    @property
    def credential(self) -> Credential:
        return Credentials(self.home.credentials).default()

    def route(self, endpoint: str, *variants: Mapping[str, Any]) -> None:
        """Adds an endpoint to the routes; a variant is a name, a weight and workers."""
        content: dict[str, Any] = {"endpoints": {}}
        if self.home.routes.exists():
            content = json.loads(self.home.routes.read_text())
        content["endpoints"][f"{ACCOUNT}/{REGION}/{endpoint}"] = {"variants": list(variants)}
        temporary = self.home.routes.with_suffix(".new")
        temporary.write_text(json.dumps(content))
        temporary.replace(self.home.routes)

    def client(self, service: str = "sagemaker-runtime", **config: Any) -> Any:
        settings = {"retries": {"total_max_attempts": 1}, "read_timeout": 30, **config}
        return boto3.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            region_name=REGION,
            aws_access_key_id=self.credential.access_key,
            aws_secret_access_key=self.credential.secret,
            config=Config(**settings),
        )

    def stop(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def listens(address: int | str) -> bool:
    """``address``: a port, or a unix socket's path, which is there before anybody listens."""
    import socket

    if isinstance(address, str):
        with socket.socket(socket.AF_UNIX) as probe:
            return probe.connect_ex(address) == 0
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", address)) == 0


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    made = House(Home(tmp_path_factory.mktemp("home")))
    made.home.prepare()
    _ = made.credential
    yield made
    made.stop()


@pytest.fixture(scope="session")
def script(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model directory whose inference.py does what the request's text says."""
    directory = tmp_path_factory.mktemp("script-model")
    (directory / "code").mkdir()
    (directory / "code" / "inference.py").write_text(
        """
import os, time
from pathlib import Path

def model_fn(model_dir):
    return os.getpid()

def input_fn(body, content_type):
    if content_type != "text/plain":
        raise ValueError(f"no {content_type} here")
    return body

def predict_fn(text, pid):
    verb, _, rest = text.partition(" ")
    if verb == "hang":
        while not Path(rest).exists():
            time.sleep(0.01)
    if verb == "die":
        marker = Path(rest)
        if not marker.exists():
            marker.touch()
            os.kill(pid, 9)
    if len(text) > 1000:
        return f"{len(text)} characters"
    if verb == "long":
        return "x" * int(rest)
    return f"{pid} {text}"

def output_fn(prediction, accept):
    return prediction, "text/plain"
"""
    )
    return directory
