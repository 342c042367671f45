"""Whether smkit runs, and seeing to it that it does: what every client begins with."""

from __future__ import annotations

import os
import socket
import time

from jupyter_smkit.config import CannotStart, Home
from jupyter_smkit.control import lease, processes, starting
from jupyter_smkit.gateway.port import HOST, kept_port, taken

_PATIENCE = 60.0
_STOPPED = ("daemon", "edge", "api")
"""The order in which none is started again by another."""


def ensure_running(home: Home) -> str:
    """Starts smkit where it does not run; the address of its edge, ``http://127.0.0.1:<port>``.

    Blocks until it answers. Raises CannotStart where it does not come up.
    """
    if (url := home.base_url) and up(home):
        return url
    home.prepare()
    mark = starting.begin(home.locks)
    try:
        _refuse_strangers(home)
        _start(home)
    except CannotStart as error:
        if not starting.failure(home.locks):
            starting.fail(home.locks, "edge", str(error))
        raise
    finally:
        os.close(mark)
    url = home.base_url
    assert url is not None
    return url


def _refuse_strangers(home: Home) -> None:
    """Raises PortTaken where another program listens on the kept port."""
    port = kept_port(home)
    if port == 0 or _edge_runs(home) or not _listens(socket.AF_INET, (HOST, port)):
        return
    # An edge that starts just now listens a moment before it takes its role.
    if not processes.wait_until(lambda: _edge_runs(home), 0.5):
        raise taken(home, port)


def _edge_runs(home: Home) -> bool:
    return lease.holder(home.locks, "edge") is not None


def _start(home: Home) -> None:
    ran = lease.holder(home.locks, "daemon") is not None
    processes.start(home, "daemon")
    if ran:
        # The daemon takes its time with one that has failed before.
        processes.start(home, "edge")
    elif lease.holder(home.locks, "daemon") is None:
        raise CannotStart(starting.failure(home.locks) or _last_words(home, "daemon"))
    processes.wait_until(lambda: up(home) or starting.failure(home.locks) != "", _PATIENCE)
    if up(home):
        return
    if why := starting.failure(home.locks):
        raise CannotStart(why)
    missing = [role for role in processes.ROLES if lease.holder(home.locks, role) is None]
    raise CannotStart(
        f"smkit did not start within {_PATIENCE:.0f} s. "
        f"{_last_words(home, missing[0]) if missing else f'See the logs in {home.run}'}"
    )


def up(home: Home) -> bool:
    """Whether every process runs and the edge and the api take connections."""
    if any(lease.holder(home.locks, role) is None for role in processes.ROLES):
        return False
    if (url := home.base_url) is None:
        return False
    return _listens(socket.AF_UNIX, str(home.api_socket)) and _listens(
        socket.AF_INET, (HOST, int(url.rpartition(":")[2]))
    )


def _listens(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(address) == 0


def _last_words(home: Home, role: str) -> str:
    log = home.run / f"{role}.log"
    said = log.read_text(errors="replace")[-2000:].strip() if log.exists() else ""
    return f"The {role} said: {said}" if said else f"The {role} ended, and {log} does not say why"


def stop(home: Home) -> list[str]:
    """Ends smkit's processes; those that ran.

    Jobs and endpoints' workers go on: their supervisors do not depend on these processes.
    """
    if not home.run.exists():
        return []
    mark = home.run / "stopping"
    mark.touch()
    try:
        ran = [role for role in _stopped(home) if processes.stop(home, role)]
        # The edge may have begun to start the daemon before it saw the mark.
        while any(processes.stop(home, role) for role in _stopped(home)):
            pass
        return ran
    finally:
        mark.unlink(missing_ok=True)


def _stopped(home: Home) -> list[str]:
    """All there are: the helpers of features last."""
    return list(dict.fromkeys((*_STOPPED, *lease.roles(home.locks))))


def stopping(home: Home) -> bool:
    """Whether somebody is stopping smkit just now: then nothing is started again."""
    try:
        return time.time() - (home.run / "stopping").stat().st_mtime < _PATIENCE
    except FileNotFoundError:
        return False
