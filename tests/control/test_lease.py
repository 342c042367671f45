"""Who holds a role, and what happens to holders whose home is gone."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit.control import lease, processes
from jupyter_smkit.control.processes import wait_until

HOLD = """
import sys, signal
from pathlib import Path
from jupyter_smkit.control import lease
held = lease.hold(Path(sys.argv[1]), "daemon")
print("held", flush=True)
signal.pause()
"""


def test_a_role_is_held_once_and_freed_by_death(tmp_path: Path) -> None:
    assert lease.holder(tmp_path, "daemon") is None
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None and other.stdout.readline() == b"held\n"
        assert lease.holder(tmp_path, "daemon") == other.pid
        with pytest.raises(lease.Taken) as taken:
            lease.hold(tmp_path, "daemon")
        assert taken.value.pid == other.pid
        other.kill()
        other.wait()
        assert lease.holder(tmp_path, "daemon") is None


def runs(pid: int | None) -> bool:
    """Not counting one that has ended and that its parent, this test, has not waited for."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except FileNotFoundError:
        return False


def test_processes_end_when_their_home_is_deleted(fresh_smkit: Any) -> None:
    locks = fresh_smkit.home.locks
    pids = [lease.holder(locks, role) for role in processes.ROLES]
    shutil.rmtree(fresh_smkit.home.path)

    def gone() -> bool:
        return not any(runs(pid) for pid in pids)

    assert wait_until(gone, 20)


def test_a_killed_process_comes_back(fresh_smkit: Any) -> None:
    locks = fresh_smkit.home.locks
    for role in processes.ROLES:
        before = lease.holder(locks, role)
        assert before is not None
        os.kill(before, signal.SIGKILL)
        assert wait_until(
            lambda old=before, of=role: lease.holder(locks, of) not in (None, old), 20
        )
    client = fresh_smkit.client("sagemaker")

    def answers() -> bool:
        try:
            return client.list_models()["Models"] == []
        except Exception:
            return False

    assert wait_until(answers, 20)
