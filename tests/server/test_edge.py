from __future__ import annotations

import socket
from pathlib import Path

import pytest
from tornado.httputil import HTTPMessageDelegate

from jupyter_smkit.config import Home
from jupyter_smkit.server.edge import Edge, EdgeUnavailable, NotRunning, Outgoing


async def test_settings_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.prepare()
    (tmp_path / "config.toml").write_text("region: us-east-1")
    asked = Outgoing("smkit", "GET", "/_smkit/status")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        home.port_file.write_text(str(listening.getsockname()[1]))
        with pytest.raises(EdgeUnavailable, match=r"config\.toml cannot be read: .* line 1"):
            await Edge(home).send(asked)
        with pytest.raises(EdgeUnavailable, match=r"config\.toml cannot be read"):
            await Edge(home).follow(asked, HTTPMessageDelegate())


async def test_what_nobody_asked_for_just_now_starts_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    edge = Edge(home)
    asked = Outgoing("smkit", "GET", "/_smkit/status", starts=False)
    with pytest.raises(NotRunning, match="smkit does not run"):
        await edge.send(asked)
    home.prepare()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        home.port_file.write_text(str(taken.getsockname()[1]))
    with pytest.raises(NotRunning, match="smkit does not run"):
        await edge.send(asked)
    assert not edge.is_starting
