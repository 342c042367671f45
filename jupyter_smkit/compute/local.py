"""Programs on this machine: a detached supervisor for each, which outlives the daemon."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import subprocess
import sys
import time
from bisect import bisect_left
from collections.abc import Collection
from contextlib import suppress
from dataclasses import asdict
from itertools import islice, takewhile
from pathlib import Path

from jupyter_smkit.compute import jsonfile, sandbox
from jupyter_smkit.compute.executor import Launch, Observation, launch_from
from jupyter_smkit.config import Home

FORMAT = 1
"""Of job.json and status.json: a supervisor of another version is recognised by it."""
STOP = "stop"
"""The file by which a supervisor knows that its SIGTERM is a stop, and not the machine's end."""
_GONE = ".gone"
_GRAIN = 0.1


class LocalExecutor:
    def __init__(self, home: Home) -> None:
        self.home = home
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._ended: set[str] = set()
        self._running: set[str] = set()
        """Launches that ran when they were last polled."""
        self._listed: tuple[float, float, list[str]] = (0.0, 0.0, [])
        """When the directory was listed, its time then, and the names in order."""

    def launch(self, launch: Launch, attempt: int = 1) -> None:
        directory = self._directory(launch.id)
        if attempt > 1:
            _remove(directory)
        if (directory / "job.json").exists():
            return
        directory.mkdir(parents=True, mode=0o700, exist_ok=True)
        job = {**asdict(launch), "format": FORMAT, "attempt": attempt}
        try:
            level = sandbox.probe(self.home.settings.sandbox)
        except RuntimeError as error:
            reason = str(error)
            end = {"phase": "Done", "outcome": "Failed", "reason": reason, "ended": time.time()}
            jsonfile.write(directory / "status.json", end)
            jsonfile.write(directory / "job.json", job)
            return
        job |= {"level": level, "processes": sandbox.own_processes(level)}
        job["overlaid"] = sandbox.overlays(level)
        # The lock goes on to the supervisor and lives as long as it does: there is no instant at
        # which a started supervisor looks lost.
        lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            jsonfile.write(directory / "job.json", job)
            self._reap()
            self._children[launch.id] = self._start(directory, lock)
        finally:
            os.close(lock)

    def again(self, id: str) -> None:
        job = jsonfile.read(self._directory(id) / "job.json")
        self.launch(launch_from(job), attempt=job["attempt"] + 1)

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
        directory = self._directory(id)
        if not (directory / "job.json").exists():
            return Observation("missing")
        # Alive is asked before what it wrote: an end written in between is then seen.
        alive = _held(directory / "lock")
        status = jsonfile.read(directory / "status.json")
        known = {name: status[name] for name in Observation.__annotations__ if name in status}
        known |= {
            "report": jsonfile.read(directory / "report" / "report.json"),
            "metrics": jsonfile.read(directory / "metrics.json"),
            "attempt": jsonfile.read(directory / "job.json").get("attempt", 1),
        }
        if status.get("outcome"):
            self._running.discard(id)
            return Observation(**{**known, "state": "done"})
        (self._running.add if alive else self._running.discard)(id)
        return Observation(**{**known, "state": "running" if alive else "lost"})

    def stop(self, id: str) -> None:
        with suppress(FileNotFoundError):
            (self._directory(id) / STOP).touch()
        self._signal(id, signal.SIGTERM)

    def forget(self, id: str) -> None:
        directory = self._directory(id)
        ended = jsonfile.read(directory / "status.json").get("outcome")
        if not ended and _held(directory / "lock"):
            # SIGUSR1: end without the grace that a stop gives.
            self._signal(id, signal.SIGUSR1)
            return
        if socket := jsonfile.read(directory / "job.json").get("socket"):
            shutil.rmtree(Path(socket).parent, ignore_errors=True)
        _remove(directory)
        self._reap()

    def known(self, prefix: str = "") -> Collection[str]:
        now = time.time()
        try:
            stamp = self.home.jobs.stat().st_mtime
            listed, before, names = self._listed
            # A directory's time has the kernel's grain: one that has just changed may change again.
            if stamp != before or listed - stamp < _GRAIN:
                there = (directory.name for directory in self.home.jobs.iterdir())
                names = sorted(name for name in there if not name.endswith(_GONE))
                self._listed = (now, stamp, names)
        except FileNotFoundError:
            return ()
        first = bisect_left(names, prefix)
        return list(takewhile(lambda name: name.startswith(prefix), islice(names, first, None)))

    def ended(self) -> Collection[str]:
        self._reap()
        ended, self._ended = self._ended, set()
        return ended

    def lost(self) -> Collection[str]:
        followed = self._running - self._children.keys()
        gone = {id for id in followed if not _held(self._directory(id) / "lock")}
        self._running -= gone
        return gone

    def tidy(self, before: float) -> int:
        """Removes what is left of launches that ended before a time and that no record has asked
        for, and what was being removed when smkit was killed; answers how many."""
        old = [
            id
            for id in self.known()
            if 0 < jsonfile.read(self._directory(id) / "status.json").get("ended", 0) < before
        ]
        for id in old:
            self.forget(id)
        rest = list(self.home.jobs.glob(f".*{_GONE}"))
        for directory in rest:
            shutil.rmtree(directory, ignore_errors=True)
        return len(old) + len(rest)

    def _signal(self, id: str, sign: signal.Signals) -> None:
        directory = self._directory(id)
        pid = jsonfile.read(directory / "status.json").get("pid")
        if pid and _held(directory / "lock"):
            os.kill(pid, sign)

    def _reap(self) -> None:
        over = [id for id, one in self._children.items() if one.poll() is not None]
        for id in over:
            del self._children[id]
        self._ended.update(over)

    def _directory(self, id: str) -> Path:
        return self.home.jobs / id


def set_aside(path: Path, jobs: Path) -> Path:
    """Takes a directory away at once, so that its name is free; answers what is to be removed."""
    doomed = jobs / f".{path.name}.{os.getpid()}.{time.monotonic_ns()}{_GONE}"
    with suppress(FileNotFoundError):
        path.rename(doomed)
    return doomed


def _remove(directory: Path) -> None:
    shutil.rmtree(set_aside(directory, directory.parent), ignore_errors=True)


def _held(lock: Path) -> bool:
    """Whether a supervisor still has the lock open."""
    try:
        fd = os.open(lock, os.O_RDWR)
    except (FileNotFoundError, NotADirectoryError):
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        return False
    except BlockingIOError:
        return True
    finally:
        os.close(fd)
