"""A team's state on PostgreSQL: two homes, one daemon at a time, jobs that go on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit import serve
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease
from jupyter_smkit.control.processes import wait_until

ROLE = "arn:aws:iam::123456789012:role/SmkitExecutionRole"


@pytest.fixture
def homes(postgresql: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Home]]:
    monkeypatch.setenv("SMKIT_STATE_URL", postgresql)
    made = [Home(tmp_path / name) for name in ("one", "two")]
    for home in made:
        serve.ensure_running(home)
    yield made
    for home in made:
        serve.stop(home)


def run(smkit_of: Any, home: Home, name: str) -> str:
    client = smkit_of(home).client("sagemaker")
    client.create_processing_job(
        ProcessingJobName=name,
        RoleArn=ROLE,
        AppSpecification={"ImageUri": "python", "ContainerEntrypoint": ["python", "-c", "pass"]},
        ProcessingResources={
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            }
        },
    )

    def status() -> str:
        found = client.describe_processing_job(ProcessingJobName=name)
        return str(found["ProcessingJobStatus"])

    assert wait_until(lambda: status() != "InProgress", 30)
    return status()


def test_one_daemon_works_for_both_and_the_other_takes_over(
    homes: list[Home], smkit_of: Any
) -> None:
    first, second = homes
    assert run(smkit_of, second, "from-the-second") == "Completed"
    ran_here = list(first.jobs.parent.glob("logs/*/*/aws/sagemaker/ProcessingJobs/*"))
    assert [path.name for path in ran_here] == ["from-the-second"]

    daemon = lease.holder(first.locks, "daemon")
    assert daemon is not None
    os.kill(daemon, signal.SIGKILL)
    assert run(smkit_of, second, "after-the-kill") == "Completed"
