"""Long faults: minutes each, for `make chaos`. CHAOS multiplies how long they go on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config

from jupyter_smkit.control import lease, processes
from tests.conftest import Smkit

CHAOS = float(os.environ.get("CHAOS", "1"))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.chaos)


def times(number: int) -> int:
    return max(2, round(number * CHAOS))


def megabytes(smkit: Smkit) -> dict[str, float]:
    """What each process of smkit holds in memory (VmRSS)."""
    found = {}
    for role in processes.ROLES:
        status = Path(f"/proc/{lease.holder(smkit.home.locks, role)}/status").read_text()
        found[role] = int(status.partition("VmRSS:")[2].split()[0]) / 1024
    return found


@pytest.fixture
def patient(fresh_smkit: Smkit) -> Callable[[str], Any]:
    """Clients that try again as AWS's own do, while whatever answers them is killed."""

    def client(service: str) -> Any:
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=fresh_smkit.url,
            aws_access_key_id=fresh_smkit.credential.access_key,
            aws_secret_access_key=fresh_smkit.credential.secret,
            config=Config(retries={"mode": "standard", "total_max_attempts": 20}),
        )

    return client
