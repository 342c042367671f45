from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest
from tornado.httputil import HTTPMessageDelegate

from jupyter_smkit.config import Home
from jupyter_smkit.server.backend import Backend, BackendUnavailable, NotRunning, Outgoing

ASKED = Outgoing("smkit", "GET", "/_smkit/status")


async def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    (tmp_path / "config.toml").write_text("region: us-east-1")
    with pytest.raises(BackendUnavailable, match=r"did not start: .*config\.toml: .* line 1"):
        await Backend(home).send(ASKED)
    # Whoever listens on meanwhile is told, too.
    with pytest.raises(BackendUnavailable, match=r"did not start: .*config\.toml: .* line 1"):
        await Backend(home).follow(ASKED, HTTPMessageDelegate())


async def test_a_stranger_on_smkits_port_is_told_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        home.port_file.write_text(str(stranger.getsockname()[1]))
        with pytest.raises(NotRunning):
            await Backend(home).follow(ASKED, HTTPMessageDelegate())
        with pytest.raises(BackendUnavailable, match=rf"\(process {os.getpid()}\) uses it"):
            await Backend(home).send(ASKED)
        said = b""
        stranger.settimeout(0)
        while True:
            try:
                said += stranger.accept()[0].recv(100)
            except BlockingIOError:
                break
    assert said == b""


async def test_what_nobody_asked_for_just_now_starts_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    backend = Backend(home)
    asked = Outgoing("smkit", "GET", "/_smkit/status", starts=False)
    with pytest.raises(NotRunning, match="smkit does not run"):
        await backend.send(asked)
    home.prepare()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        home.port_file.write_text(str(taken.getsockname()[1]))
    with pytest.raises(NotRunning, match="smkit does not run"):
        await backend.send(asked)
    assert not backend.is_starting
