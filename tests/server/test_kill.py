"""Closing or killing JupyterLab ends nothing of smkit."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from jupyter_smkit import serve
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, processes
from jupyter_smkit.control.processes import wait_until


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=60) as answer:
            return bool(answer.status == 200)
    except urllib.error.URLError:
        return False


def test_smkit_outlives_the_jupyter_server_that_started_it(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    environment = {
        **os.environ,
        "SMKIT_HOME": str(home.path),
        "JUPYTER_RUNTIME_DIR": str(tmp_path / "runtime"),
        "JUPYTER_CONFIG_DIR": str(tmp_path / "config"),
    }
    command = [sys.executable, "-m", "jupyter_server", "--allow-root", "--no-browser"]
    command += ["--ServerApp.port=0", "--IdentityProvider.token=t", f"--notebook-dir={tmp_path}"]
    server = subprocess.Popen(
        command, env=environment, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        assert server.stderr is not None
        found = None
        for line in server.stderr:
            if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
                break
        assert found, "the server did not start"
        url = f"{found.group()}smkit/status?token=t"
        # The address is told a moment before the server listens.
        assert wait_until(lambda: answers(url), 30)
        before = [lease.holder(home.locks, role) for role in processes.ROLES]
        assert all(before)
        os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        assert wait_until(lambda: serve.up(home), 20)
        assert [lease.holder(home.locks, role) for role in processes.ROLES] == before
    finally:
        if server.poll() is None:
            os.killpg(server.pid, signal.SIGKILL)
        assert server.stderr is not None
        server.stderr.close()
        serve.stop(home)
