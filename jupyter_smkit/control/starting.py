"""Whether somebody is starting smkit, and why that failed: what clients are told meanwhile.

Needs only the standard library: the client hook loads it where there is no smkit.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from pathlib import Path

from jupyter_smkit.control.lease import failure_file

ROLES = ("daemon", "api", "edge")
"""The processes without which there is no smkit."""


def begin(locks: Path) -> int:
    """Says that smkit is being started from here, until the file that this returns is closed.

    Why it failed before is forgotten: whoever begins will find out.
    """
    fd = os.open(locks / "starting", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    fcntl.flock(fd, fcntl.LOCK_SH)
    for file in locks.glob("*.failed"):
        file.unlink(missing_ok=True)
    return fd


def under_way(locks: Path) -> bool:
    try:
        fd = os.open(locks / "starting", os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return True
    finally:
        os.close(fd)
    return False


def fail(locks: Path, role: str, why: str) -> None:
    """Leaves word, for :func:`failure`, of why a role's process does not run."""
    with contextlib.suppress(OSError):  # The home may have been deleted.
        failure_file(locks, role).write_text(why)


def failure(locks: Path) -> str:
    """Why smkit does not run although it was started; nothing: nothing is known."""
    for role in ROLES:
        with contextlib.suppress(FileNotFoundError):
            return failure_file(locks, role).read_text()
    return ""
