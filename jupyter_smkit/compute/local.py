"""Programs on this machine: a detached supervisor for each, which outlives the daemon."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from jupyter_smkit.compute import sandbox
from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.config import Home

FORMAT = 1
"""Of job.json and status.json: a supervisor of another version is recognised by it."""


class LocalExecutor:
    def __init__(self, home: Home) -> None:
        self.home = home
        self._children: dict[str, subprocess.Popen[bytes]] = {}

    def launch(self, launch: Launch, attempt: int = 1) -> None:
        directory = self._directory(launch.id)
        if attempt > 1:
            shutil.rmtree(directory, ignore_errors=True)
        if (directory / "job.json").exists():
            return
        directory.mkdir(parents=True, mode=0o700, exist_ok=True)
        # The lock goes on to the supervisor and lives as long as it does: there is no instant at
        # which a started supervisor looks lost.
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            level = sandbox.probe(self.home.settings.sandbox)
            job = {**asdict(launch), "format": FORMAT, "attempt": attempt, "level": level}
            _write(directory / "job.json", job)
            self._children[launch.id] = self._start(directory, lock)
        finally:
            os.close(lock)

    def _start(self, directory: Path, lock: int) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "SMKIT_HOME": str(self.home.path)}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        with open(directory / "supervisor.log", "ab") as out:
            return subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "jupyter_smkit.compute.supervisor",
                    str(directory),
                    str(lock),
                ],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
                pass_fds=(lock,),
                env=environment,
                cwd=directory,
            )

    def poll(self, id: str) -> Observation:
        self._reap(id)
        directory = self._directory(id)
        if not (directory / "job.json").exists():
            return Observation("missing")
        # Alive is asked before what it wrote: an end written in between is then seen.
        alive = _held(directory / "lock")
        status = _read(directory / "status.json")
        report = _read(directory / "report" / "report.json")
        known = {name: status[name] for name in Observation.__annotations__ if name in status}
        known |= {"report": report, "attempt": _read(directory / "job.json").get("attempt", 1)}
        if status.get("outcome"):
            return Observation(**{**known, "state": "done"})
        return Observation(**{**known, "state": "running" if alive else "lost"})

    def stop(self, id: str) -> None:
        self._signal(id, signal.SIGTERM)

    def forget(self, id: str) -> None:
        directory = self._directory(id)
        if not directory.exists():
            return
        if _held(directory / "lock"):
            # SIGUSR1: end without the grace that a stop gives.
            self._signal(id, signal.SIGUSR1)
            return
        self._reap(id)
        doomed = directory.with_name(f".{directory.name}.gone")
        shutil.rmtree(doomed, ignore_errors=True)
        directory.rename(doomed)
        shutil.rmtree(doomed, ignore_errors=True)

    def running(self) -> int:
        if not self.home.jobs.exists():
            return 0
        return sum(
            1
            for directory in self.home.jobs.iterdir()
            if (directory / "job.json").exists()
            and not _read(directory / "job.json").get("socket")
            and not _read(directory / "status.json").get("outcome")
            and _held(directory / "lock")
        )

    def _signal(self, id: str, sign: signal.Signals) -> None:
        directory = self._directory(id)
        pid = _read(directory / "status.json").get("pid")
        if pid and _held(directory / "lock"):
            os.kill(pid, sign)

    def _reap(self, id: str) -> None:
        if (child := self._children.get(id)) and child.poll() is not None:
            del self._children[id]

    def _directory(self, id: str) -> Path:
        return self.home.jobs / id


def _held(lock: Path) -> bool:
    """Whether a supervisor still has the lock open."""
    try:
        fd = os.open(lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(fd)


def _read(file: Path) -> dict[str, Any]:
    try:
        content = json.loads(file.read_bytes())
    except (FileNotFoundError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _write(file: Path, content: dict[str, Any]) -> None:
    temporary = file.with_suffix(".new")
    with open(temporary, "w") as out:
        json.dump(content, out)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)
