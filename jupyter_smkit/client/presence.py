"""Whether there is a smkit to send a request to."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from urllib.parse import urlsplit

from jupyter_smkit.client.side import Target, switch
from jupyter_smkit.control.lease import holder
from jupyter_smkit.control.starting import failure, under_way

_PATIENCE = 30.0
"""Seconds that a request waits for a smkit that is just being started."""


def missing(to: Target) -> str:
    """Why nothing can be sent to ``to``; nothing: its smkit listens.

    Waits for one that is being started, and for no other.
    """
    if to.refusal:
        return to.refusal
    locks = Path(to.home, "locks")
    if not to.home or not locks.is_dir():
        return _unseen(to)
    deadline = time.monotonic() + _PATIENCE
    while True:
        begun = under_way(locks) or holder(locks, "daemon") is not None
        if holder(locks, "edge") is not None:
            return _moved(to, locks.parent / "port")
        if why := failure(locks):
            return why
        if not begun:
            return "it does not run; `smkit serve` starts it"
        if time.monotonic() > deadline:
            return f"it is being started, and does not listen after {_PATIENCE:.0f} s"
        time.sleep(0.02)


def _moved(to: Target, port_file: Path) -> str:
    try:
        port = int(port_file.read_text())
    except (OSError, ValueError):
        return ""
    if port == urlsplit(to.base_url).port:
        return ""
    return f"it listens on port {port} now, and this process was pointed at {to.base_url}"


def _unseen(to: Target) -> str:
    """From within a sandbox, which shows no locks: what is there is waited for, once."""
    if switch.awaited:
        return ""
    parts = urlsplit(to.base_url)
    deadline = time.monotonic() + _PATIENCE
    while not (listens := _listens(parts.hostname or "", parts.port or 80)):
        if time.monotonic() > deadline:
            break
        time.sleep(0.05)
    switch.awaited = True
    return "" if listens else f"nothing listens at {to.base_url}"


def _listens(host: str, port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1.0)
        return probe.connect_ex((host, port)) == 0
