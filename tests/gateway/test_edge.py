"""The edge's process: its port, its end, what it looks after."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from jupyter_smkit.config import Home
from jupyter_smkit.gateway import edge, port

from .conftest import House, environment, listens, until


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path)
    made.prepare()
    return made


def test_the_port_is_chosen_once_and_kept(home: Home) -> None:
    first = edge.listen(home)
    kept = first.getsockname()[1]
    assert int(home.port_file.read_text()) == kept
    first.close()
    again = edge.listen(home)
    assert again.getsockname() == ("127.0.0.1", kept)
    again.close()


def test_the_port_is_known_before_the_edge_starts(home: Home) -> None:
    told = port.address(home)
    with edge.listen(home) as listening:
        assert told == f"http://127.0.0.1:{listening.getsockname()[1]}" == home.base_url


def test_of_several_that_choose_a_port_one_wins(home: Home) -> None:
    with ThreadPoolExecutor(8) as pool:
        told = set(pool.map(port.address, [home] * 8))
    assert told == {home.base_url}


def test_two_homes_have_two_ports(home: Home, tmp_path: Path) -> None:
    other = Home(tmp_path / "other")
    other.prepare()
    with edge.listen(home) as one, edge.listen(other) as two:
        assert one.getsockname() != two.getsockname()


def test_a_port_from_the_settings(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    monkeypatch.setenv("SMKIT_PORT", str(port))
    with edge.listen(home) as listening:
        assert listening.getsockname()[1] == int(home.port_file.read_text()) == port


def test_a_kept_port_that_another_program_uses(home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        home.port_file.write_text(f"{other.getsockname()[1]}\n")
        ended = subprocess.run(
            [sys.executable, "-m", "jupyter_smkit.gateway.edge"],
            env=environment(SMKIT_HOME=str(home.path)),
            capture_output=True,
            timeout=30,
            check=False,
        )
    assert ended.returncode == 1
    assert b"uses it. Stop that program" in ended.stderr
    assert b"Traceback" not in ended.stderr


def test_a_killed_edge_comes_back_on_its_port(house: House) -> None:
    first = house.edge()
    port = house.port
    first.kill()
    first.wait()
    second = house.edge()
    assert house.port == port
    second.terminate()
    assert second.wait(10) == 0
    assert not listens(port)
    assert not (house.home.run / "wake" / "edge.sock").exists()


async def test_it_looks_after_the_daemon_even_if_that_fails(home: Home) -> None:
    calls: list[int] = []

    def keep_daemon() -> None:
        calls.append(1)
        if len(calls) > 1:
            os.kill(os.getpid(), signal.SIGTERM)
        raise RuntimeError("no daemon today")

    await asyncio.wait_for(edge.serve(home, keep_daemon), 10)
    assert len(calls) == 2


def test_idle_it_costs_little(house: House) -> None:
    process = house.edge()
    until(lambda: _pss(process.pid) > 5)
    assert _pss(process.pid) < 25
    process.terminate()
    process.wait(10)


def _pss(pid: int) -> float:
    """MiB"""
    rollup = Path(f"/proc/{pid}/smaps_rollup")
    if not rollup.exists():
        pytest.skip("no smaps_rollup here")
    for line in rollup.read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
