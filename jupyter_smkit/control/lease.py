"""Which process holds a role: a lock that the kernel keeps, and drops when the holder dies.

POSIX record locks: not inherited by children, and F_GETLK tells who holds one.
"""

from __future__ import annotations

import fcntl
import os
import struct
from pathlib import Path

# struct flock: short type, short whence, off_t start, off_t len, pid_t pid (Linux, 64 bit);
# macOS puts the offsets first.
_LINUX = os.uname().sysname == "Linux"
_FLOCK = "hhqqi4x" if _LINUX else "qqihh"


class Taken(Exception):
    """Another process holds the role; ``pid`` says which."""

    def __init__(self, role: str, pid: int) -> None:
        super().__init__(f"{role} runs already, as process {pid}")
        self.pid = pid


def _file(locks: Path, role: str) -> Path:
    return locks / f"{role}.lock"


def roles(locks: Path) -> list[str]:
    """Those that a process holds or has held."""
    return sorted(file.stem for file in locks.glob("*.lock"))


def failure_file(locks: Path, role: str) -> Path:
    """Why the role's process ended when it was last started; gone once one holds the role."""
    return locks / f"{role}.failed"


def hold(locks: Path, role: str) -> int:
    """Takes the role until this process ends; raises Taken. Returns the open file, to be kept."""
    fd = os.open(_file(locks, role), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(fd)
        raise Taken(role, holder(locks, role) or 0) from None
    failure_file(locks, role).unlink(missing_ok=True)
    return fd


def holder(locks: Path, role: str) -> int | None:
    """The process that holds the role, or None. Must not be called by the holder itself:
    closing a file of a lock gives the lock up."""
    try:
        fd = os.open(_file(locks, role), os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        if _LINUX:
            asked = struct.pack(_FLOCK, fcntl.F_WRLCK, os.SEEK_SET, 0, 0, 0)
            kind, _, _, _, pid = struct.unpack(_FLOCK, fcntl.fcntl(fd, fcntl.F_GETLK, asked))
        else:
            asked = struct.pack(_FLOCK, 0, 0, 0, fcntl.F_WRLCK, os.SEEK_SET)
            _, _, pid, kind, _ = struct.unpack(_FLOCK, fcntl.fcntl(fd, fcntl.F_GETLK, asked))
        return int(pid) if kind != fcntl.F_UNLCK else None
    finally:
        os.close(fd)


def is_kept(fd: int, locks: Path, role: str) -> bool:
    """Whether the file that :func:`hold` locked is still the one that others look at.

    It is not once the home was deleted or moved: its holder then has to end.
    """
    try:
        there = _file(locks, role).stat()
    except FileNotFoundError:
        return False
    held = os.fstat(fd)
    return (there.st_dev, there.st_ino) == (held.st_dev, held.st_ino)
