"""Who listens on a port of this machine, as far as the kernel tells."""

from __future__ import annotations

import contextlib
from pathlib import Path

_LISTENING = "0A"
"""TCP_LISTEN in the fourth column of ``/proc/net/tcp``."""
_PROCESSES = Path("/proc")


def who(port: int) -> str:
    """``nginx (process 4711)``; empty where it is another user's, or where there is no /proc."""
    wanted = {f"socket:[{inode}]" for inode in _inodes(port)}
    if not wanted:
        return ""
    for process in _PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError):
            for open_file in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    if str(open_file.readlink()) in wanted:
                        name = (process / "comm").read_text().strip()
                        return f"{name} (process {process.name})"
    return ""


def _inodes(port: int) -> set[str]:
    found = set()
    for table in ("tcp", "tcp6"):
        with contextlib.suppress(OSError):
            for line in (_PROCESSES / "net" / table).read_text().splitlines()[1:]:
                fields = line.split()
                if fields[3] == _LISTENING and int(fields[1].rpartition(":")[2], 16) == port:
                    found.add(fields[9])
    return found
