"""Clients of the services beside SageMaker, and the log files that they read."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from jupyter_smkit.compute.logfile import LogFile, path


@pytest.fixture
def unique() -> Callable[[str], str]:
    """Names of this test's own: the running smkit is shared."""
    suffix = uuid.uuid4().hex[:8]
    return lambda name: f"{name}-{suffix}"


@pytest.fixture
def logs(api: Any) -> Any:
    return api.client("logs")


@pytest.fixture
def iam(api: Any) -> Any:
    return api.client("iam")


@pytest.fixture
def cloudwatch(api: Any) -> Any:
    return api.client("cloudwatch")


@pytest.fixture
def job_log(api: Any) -> Callable[[str, list[str]], int]:
    """Writes lines as a supervisor does, into TrainingJobs; gives the milliseconds before."""

    def write(stream: str, lines: list[str]) -> int:
        before = time.time_ns() // 1_000_000
        file = path(api.home, "123456789012", "us-east-1", "/aws/sagemaker/TrainingJobs", stream)
        log = LogFile(file)
        log.feed("".join(f"{line}\n" for line in lines).encode())
        log.close()
        return before

    return write
