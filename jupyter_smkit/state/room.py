"""Room for SQLite's log on a disk that is full: what was asked for then can still be written."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from jupyter_smkit.config import Home

_ROOM = 8 << 20
"""Bytes: twice what SQLite's log holds before it is written back and begun anew."""


def keep(home: Home) -> None:
    """Lengthens the log of the state with zeros, which SQLite takes for the end of it. To be done
    while a connection is open: the log goes with the last one."""
    log = Path(f"{home.state}-wal")
    # A disk that is full now is asked again later; macOS has no posix_fallocate.
    with contextlib.suppress(OSError, AttributeError):
        fd = os.open(log, os.O_WRONLY | os.O_CLOEXEC)
        try:
            if os.fstat(fd).st_size < _ROOM:
                os.posix_fallocate(fd, 0, _ROOM)
        finally:
            os.close(fd)
