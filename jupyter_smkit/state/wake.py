"""Datagrams that tell the other processes of this home that something has changed.

One that is lost costs a slow poll. ``COMMIT`` stands for a commit: the events say of what. Any
other text begins with what changed, ``<account>.<region>.<kind>.<key>``, as a launch's id does.
"""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path

COMMIT = "!"
_LONGEST = 512
"""Bytes of a datagram that are read."""


def listen(directory: Path, name: str) -> socket.socket:
    """A socket that becomes readable at each change; read it with :func:`drain`."""
    path = directory / f"{name}.sock"
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bound.setblocking(False)
    bound.bind(str(path))
    return bound


def drain(bound: socket.socket) -> set[str]:
    """What was said since, commits apart."""
    heard = set()
    with contextlib.suppress(BlockingIOError):
        while message := bound.recv(_LONGEST):
            heard.add(message.decode(errors="replace"))
    return heard - {COMMIT}


def ring(directory: Path, message: str = COMMIT, to: str = "*") -> bool:
    """Wakes every listener, or one; who is gone or whose queue is full is passed over. False:
    nobody was woken."""
    heard = False
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        for path in directory.glob(f"{to}.sock"):
            with contextlib.suppress(OSError):
                sender.sendto(message.encode(), str(path))
                heard = True
    return heard
