"""Starting smkit's own processes, detached, so that they outlive whoever asked for them."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from jupyter_smkit.client.environment import unborn
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, starting

ROLES = starting.ROLES
MODULE = "jupyter_smkit.serve"
_LOG_LIMIT = 4 * 1024 * 1024


def start(home: Home, role: str, module: str = MODULE) -> None:
    """Starts the process of a role unless it runs; waits until it holds its role.

    Makes no home: one that was deleted while its processes ran must not come back.
    """
    if not home.locks.exists():
        return
    with _turn(home, role):
        if lease.holder(home.locks, role) is not None:
            return
        started = spawn(home, [sys.executable, "-m", module, role], home.run / f"{role}.log")
        wait_until(
            lambda: lease.holder(home.locks, role) is not None or started.poll() is not None, 20
        )


def pids(home: Home) -> dict[str, int | None]:
    """Of the processes that always run, and of the helpers that run now. Not to be asked by one of
    them: see :func:`lease.holder`."""
    others = [role for role in lease.roles(home.locks) if role not in ROLES]
    found = {role: lease.holder(home.locks, role) for role in (*ROLES, *others)}
    return {role: pid for role, pid in found.items() if pid is not None or role in ROLES}


@contextlib.contextmanager
def _turn(home: Home, role: str) -> Iterator[None]:
    """Whoever else is about to start or stop the role waits, and then finds what came of it."""
    with open(home.run / f"{role}.starting", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def spawn(home: Home, argv: list[str], log: Path) -> subprocess.Popen[bytes]:
    """A process in a session of its own, with ``SMKIT_HOME`` set; its output goes to ``log``."""
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".old.log"))
    # What a kernel is told about smkit is not for smkit itself.
    environment = unborn(os.environ) | {"SMKIT_HOME": str(home.path)}
    # It would make every start of our own processes and of users' jobs 3 to 5 times slower.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    # Started from a shell of `smkit env`, smkit must not be led to itself where s3:// is AWS's.
    environment.pop("SMKIT_ENDPOINT_URL", None)
    with open(log, "ab") as out:
        return subprocess.Popen(
            argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            start_new_session=True,
            cwd=home.path,
            env=environment,
        )


def stop(home: Home, role: str, patience: float = 15.0) -> bool:
    """Ends a role's process, by force after ``patience`` seconds; False: it did not run.

    Raises RuntimeError where it runs out of reach.
    """
    with _turn(home, role):
        pid = lease.holder(home.locks, role)
    if pid is None:
        return False
    if pid <= 0:
        # A signal for 0 or -1 would be one for many others.
        raise RuntimeError(f"the {role} of {home.path} runs in another container; stop it there")
    for sign in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.kill(pid, sign)
        except ProcessLookupError:
            break
        if wait_until(lambda: lease.holder(home.locks, role) != pid, patience):
            break
    return True


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Whether ``condition`` became true within ``seconds``."""
    deadline = time.monotonic() + seconds
    pause = 0.002
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(pause)
        pause = min(pause * 1.5, 0.1)
    return True
