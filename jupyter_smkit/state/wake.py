"""Datagrams that tell the other processes of this home that something was committed.

A datagram carries nothing: the state says what changed. One that is lost costs a slow poll.
"""

from __future__ import annotations

import contextlib
import socket
from pathlib import Path


def listen(directory: Path, name: str) -> socket.socket:
    """A socket that becomes readable at each commit; read it with :func:`drain`."""
    path = directory / f"{name}.sock"
    path.unlink(missing_ok=True)
    bound = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    bound.setblocking(False)
    bound.bind(str(path))
    return bound


def drain(bound: socket.socket) -> None:
    with contextlib.suppress(BlockingIOError):
        while bound.recv(64):
            pass


def ring(directory: Path) -> None:
    """Wakes every listener; one that is gone or whose queue is full is passed over."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sender:
        sender.setblocking(False)
        for path in directory.glob("*.sock"):
            with contextlib.suppress(OSError):
                sender.sendto(b"!", str(path))
