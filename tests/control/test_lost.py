"""A supervisor that is killed: its daemon hears of it at once, a later daemon within seconds."""

from __future__ import annotations

import os
import signal
import time
from typing import Any

from jupyter_smkit.compute import jsonfile
from jupyter_smkit.control import lease
from jupyter_smkit.control.processes import wait_until
from tests.jobs.conftest import job

CODE = "import time; print('begins', flush=True); time.sleep(60)"


def supervisor(smkit: Any, name: str) -> int:
    """Its process, once the program runs."""
    found: dict[str, Any] = {}

    def runs() -> bool:
        for directory in smkit.home.jobs.glob(f"*.{name}.*"):
            found.update(jsonfile.read(directory / "status.json"))
        return found.get("phase") == "Running"

    assert wait_until(runs, 30)
    return int(found["pid"])


def killed(smkit: Any, name: str) -> float:
    """Seconds until another supervisor runs the job in place of one that was killed."""
    before = supervisor(smkit, name)
    began = time.monotonic()
    os.kill(before, signal.SIGKILL)
    assert wait_until(lambda: supervisor(smkit, name) != before, 30)
    return time.monotonic() - began


def test_a_killed_supervisor_is_missed_by_whoever_is_the_daemon(fresh_smkit: Any) -> None:
    client = fresh_smkit.client("sagemaker")
    client.create_processing_job(**job(fresh_smkit, "lost", CODE))
    assert killed(fresh_smkit, "lost") < 3
    daemon = lease.holder(fresh_smkit.home.locks, "daemon")
    assert daemon is not None
    os.kill(daemon, signal.SIGKILL)
    assert wait_until(
        lambda: lease.holder(fresh_smkit.home.locks, "daemon") not in (None, daemon), 20
    )
    assert killed(fresh_smkit, "lost") < 12

    def begun() -> bool:
        (log,) = fresh_smkit.home.logs.rglob("lost/*.log")
        return "begins" in log.read_text().rpartition("Started again (3 of 3)")[2]

    assert wait_until(begun, 20)
    client.stop_processing_job(ProcessingJobName="lost")
    assert wait_until(
        lambda: (
            client.describe_processing_job(ProcessingJobName="lost")["ProcessingJobStatus"]
            == "Stopped"
        ),
        20,
    )
