"""Processes that the daemon keeps beside itself, shown by one that a feature could declare."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_smkit.cli import checks
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, processes, running
from jupyter_smkit.control.helpers import Helper, Keeper
from jupyter_smkit.control.processes import wait_until
from tests.control.tiny import TINY


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Home]:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    home = Home(tmp_path / "home")
    home.prepare()
    yield home
    running.stop(home)


@pytest.fixture
def keeper(home: Home) -> Keeper:
    return Keeper(TINY, home, object())  # type: ignore[arg-type]


def pid(home: Home) -> int | None:
    return lease.holder(home.locks, "tiny")


def test_it_runs_while_it_is_needed_and_comes_back_when_killed(home: Home, keeper: Keeper) -> None:
    keeper.look()
    assert pid(home) is None
    (home.run / "tiny.wanted").touch()
    keeper.look()
    first = pid(home)
    assert first is not None
    assert processes.pids(home) == {"daemon": None, "api": None, "edge": None, "tiny": first}

    os.kill(first, signal.SIGKILL)

    def back() -> bool:
        keeper.look()
        return pid(home) not in (None, first)

    assert wait_until(back, 20)
    (home.run / "tiny.wanted").unlink()
    keeper.look()
    assert pid(home) is None
    assert "tiny" not in processes.pids(home)
    assert (home.run / "tiny.log").read_text().count("tiny works") == 2


def test_the_daemon_looks_after_it_and_stop_ends_both(home: Home) -> None:
    processes.start(home, "daemon", "tests.control.tiny")
    (home.run / "tiny.wanted").touch()
    assert wait_until(lambda: pid(home) is not None, 20)
    (home.run / "tiny.wanted").unlink()
    assert wait_until(lambda: pid(home) is None, 20)
    (home.run / "tiny.wanted").touch()
    assert wait_until(lambda: pid(home) is not None, 20)
    assert running.stop(home) == ["daemon", "tiny"]
    assert not any(processes.pids(home).values())


def test_doctor_says_why_one_does_not_start(home: Home, keeper: Keeper) -> None:
    (home.run / "tiny.wanted").touch()
    (home.run / "tiny.broken").touch()
    keeper.look()
    found = checks.processes(home)
    assert found.level == "warning"
    assert found.says.startswith("tiny: its tiny ended by ValueError: its file is broken.")
    assert str(home.run / "tiny.log") in found.mend


def test_one_that_dies_at_once_is_started_less_and_less_often(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, now, started = Home(tmp_path), [0.0], []
    home.prepare()
    monkeypatch.setattr(processes, "start", lambda *_: started.append(now[0]))
    keeper = Keeper(Helper("tiny", "tests.control.tiny"), home, None, lambda: now[0])
    for second in range(6 * 3600):
        now[0] = float(second)
        keeper.look()
    assert started[:5] == [0, 1, 3, 7, 15]
    assert started[-1] - started[-2] == 60
