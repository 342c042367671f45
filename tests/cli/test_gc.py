"""What ``smkit gc`` takes for over."""

from __future__ import annotations

import json
import os
import time
from argparse import Namespace
from pathlib import Path

import pytest

from jupyter_smkit.cli.gc import ended_jobs, old_logs, run
from jupyter_smkit.compute.logfile import path as log_path
from jupyter_smkit.config import Home


def launched(home: Home, name: str, status: dict[str, str]) -> Path:
    """A process of long ago; its log."""
    directory = home.jobs / name
    directory.mkdir(parents=True)
    place = {"account": "123456789012", "region": "us-east-1", "log_group": "/aws/sagemaker/Jobs"}
    (directory / "job.json").write_text(json.dumps({**place, "log_stream": f"{name}/1"}))
    (directory / "status.json").write_text(json.dumps(status))
    log = log_path(home, place["account"], place["region"], place["log_group"], f"{name}/1")
    log.parent.mkdir(parents=True)
    log.write_text("1 said long ago\n")
    for file in (directory / "status.json", log):
        os.utime(file, (1, 1))
    return log


def test_the_log_of_what_still_runs_stays_however_quiet(tmp_path: Path) -> None:
    home, now = Home(tmp_path), time.time()
    ended = launched(home, "ended", {"outcome": "Completed"})
    launched(home, "quiet", {"state": "running"})
    assert list(old_logs(home, now)) == [ended]
    assert list(ended_jobs(home, now)) == [home.jobs / "ended"]
    assert list(old_logs(home, 0)) == [] and list(ended_jobs(home, 0)) == []


def test_what_no_daemon_has_seen_end_stays(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path)
    home.prepare()
    log = launched(home, "ended", {"outcome": "Completed"})
    assert run(Namespace(days=7, dry_run=False), home) == 0
    assert (home.jobs / "ended" / "status.json").exists() and not log.exists()
    assert "smkit does not run" in capsys.readouterr().out
