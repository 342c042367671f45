from __future__ import annotations

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import httpx

from jupyter_smkit import serve
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease
from jupyter_smkit.control.processes import wait_until
from tests.server.lab import end, start_lab


def test_the_server_ends_while_smkit_is_being_started(tmp_path: Path) -> None:
    """Its start takes as long as another program holds smkit's port."""
    home = Home(tmp_path / "home")
    home.path.mkdir()
    with socket.socket() as other, ThreadPoolExecutor(1) as pool:
        other.bind(("127.0.0.1", 0))
        home.port_file.write_text(str(other.getsockname()[1]))
        lab = start_lab(tmp_path, home)
        try:

            def ask() -> None:
                with suppress(httpx.HTTPError):
                    lab.api("GET", "/smkit/status")

            pool.submit(ask)
            assert wait_until(lambda: lease.holder(home.locks, "api") is not None, 30)
            lab.process.terminate()
            assert lab.process.wait(15) == 0
        finally:
            end(lab)
            serve.stop(home)
