from __future__ import annotations

import fcntl
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx

from jupyter_smkit import serve
from jupyter_smkit.config import Home
from jupyter_smkit.control import starting
from jupyter_smkit.control.processes import wait_until
from tests.server.lab import end, start_lab


def test_the_server_ends_while_smkit_is_being_started(tmp_path: Path) -> None:
    """Its start takes as long as another one is at it."""
    home = Home(tmp_path / "home")
    home.prepare()
    with open(home.run / "daemon.starting", "w") as turn, ThreadPoolExecutor(1) as pool:
        fcntl.flock(turn, fcntl.LOCK_EX)
        lab = start_lab(tmp_path, home)
        try:

            def ask() -> None:
                with suppress(httpx.HTTPError):
                    lab.api("GET", "/smkit/status")

            pool.submit(ask)
            assert wait_until(lambda: starting.under_way(home.locks), 30)
            lab.process.terminate()
            assert lab.process.wait(15) == 0
        finally:
            end(lab)
    serve.stop(home)
