"""Whether smkit runs, and seeing to it that it does: what every client begins with."""

from __future__ import annotations

import socket
import time

from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, processes

_PATIENCE = 60.0


def ensure_running(home: Home) -> str:
    """Starts smkit where it does not run; the address of its edge, ``http://127.0.0.1:<port>``.

    Blocks until it answers. Raises RuntimeError with the end of a log where it does not come up.
    """
    if (url := home.base_url) and up(home):
        return url
    home.prepare()
    processes.start(home, "daemon")
    if not processes.wait_until(lambda: home.base_url is not None and up(home), _PATIENCE):
        raise RuntimeError(f"smkit did not start within {_PATIENCE:.0f} s. {_last_words(home)}")
    url = home.base_url
    assert url is not None
    return url


def up(home: Home) -> bool:
    """Whether every process runs and the edge and the api take connections."""
    if any(lease.holder(home.locks, role) is None for role in processes.ROLES):
        return False
    if (url := home.base_url) is None:
        return False
    return _listens(socket.AF_UNIX, str(home.api_socket)) and _listens(
        socket.AF_INET, ("127.0.0.1", int(url.rpartition(":")[2]))
    )


def _listens(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(address) == 0


def _last_words(home: Home) -> str:
    for role in processes.ROLES:
        log = home.run / f"{role}.log"
        if lease.holder(home.locks, role) is None and log.exists():
            return f"The {role} said: {log.read_text()[-2000:]}"
    return f"See the logs in {home.run}"


def stop(home: Home) -> list[str]:
    """Ends smkit's processes; those that ran.

    Jobs and endpoints' workers go on: their supervisors do not depend on these processes.
    """
    if not home.run.exists():
        return []
    mark = home.run / "stopping"
    mark.touch()
    try:
        return [role for role in ("daemon", "edge", "api") if processes.stop(home, role)]
    finally:
        mark.unlink(missing_ok=True)


def stopping(home: Home) -> bool:
    """Whether somebody is stopping smkit just now: then nothing is started again."""
    try:
        return time.time() - (home.run / "stopping").stat().st_mtime < _PATIENCE
    except FileNotFoundError:
        return False
