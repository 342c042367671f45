"""Jobs that wait for room: where they stand, and that they can be stopped there."""

from __future__ import annotations

import os
import subprocess
import sys
from typing import Any

from jupyter_smkit.client.calls import Client
from jupyter_smkit.control.processes import wait_until
from tests.jobs.conftest import finished, job


def test_a_job_that_waits_has_a_place_in_line(smkit: Any) -> None:
    client = smkit.client("sagemaker")
    runs = [f"line-runs-{number}" for number in range(os.cpu_count() or 1)]
    waits = [f"line-waits-{number}" for number in range(3)]
    for name in (*runs, *waits):
        client.create_processing_job(**job(smkit, name, "import time; time.sleep(60)"))
    own = Client.of(smkit.home, smkit.url)

    def line() -> list[str]:
        return [each["key"] for each in own.get("/_smkit/status")["queue"]]

    assert wait_until(lambda: line() == waits, 20)
    said = subprocess.run(
        [sys.executable, "-c", "from jupyter_smkit.cli import main; main()", "status"],
        env={**os.environ, "SMKIT_HOME": str(smkit.home.path)},
        capture_output=True,
        text=True,
    )
    assert "  2 in line: ProcessingJob line-waits-1\n" in said.stdout
    client.stop_processing_job(ProcessingJobName=waits[1])
    assert finished(smkit, waits[1])["ProcessingJobStatus"] == "Stopped"
    assert wait_until(lambda: line() == [waits[0], waits[2]], 20)
    for name in (*waits[::2], *runs):
        client.stop_processing_job(ProcessingJobName=name)
    assert wait_until(lambda: line() == [], 20)
    assert "Queue" not in own.get("/_smkit/status")["counts"]
