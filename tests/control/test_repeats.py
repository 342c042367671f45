"""What a process's log keeps of lines that repeat."""

from __future__ import annotations

import io
import logging
import subprocess
import sys
from collections.abc import Iterator

import pytest

from jupyter_smkit.control import repeats


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


class Log:
    def __init__(self) -> None:
        self.clock, self.stream = Clock(), io.StringIO()
        self.handler = repeats.CountingHandler(self.stream, self.clock)
        self.logger = logging.Logger("smkit")
        self.logger.addHandler(self.handler)

    @property
    def lines(self) -> list[str]:
        return self.stream.getvalue().splitlines()


@pytest.fixture
def log() -> Iterator[Log]:
    made = Log()
    yield made
    made.handler.close()


def test_lines_that_repeat_are_counted_also_by_turns(log: Log) -> None:
    for _ in range(1000):
        log.logger.warning("no %s", "room")
        log.logger.warning("no way")
    assert log.lines == ["no room", "no way"]
    log.clock.now += 61
    log.logger.warning("no %s", "room")
    assert log.lines[2:] == [
        "repeated 999 times in 61 s: no room",
        "repeated 999 times in 61 s: no way",
        "no room",
    ]


def test_the_end_tells_what_was_counted(log: Log) -> None:
    for _ in range(3):
        log.logger.info("ready")
    log.handler.close()
    assert log.lines == ["ready", "repeated 2 times in 0 s: ready"]


def test_one_fault_at_two_places_is_two_lines(log: Log) -> None:
    for key in ("a", "b", "a"):
        try:
            raise KeyError(key)
        except KeyError:
            log.logger.exception("Endpoint e")
    assert log.stream.getvalue().count("Traceback") == 2
    assert log.stream.getvalue().count("KeyError: 'a'") == 1


def test_only_so_many_are_remembered(log: Log, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repeats, "KEPT", 2)
    for word in ("one", "one", "two", "three", "one"):
        log.clock.now += 1
        log.logger.info(word)
    assert log.lines == ["one", "two", "three", "repeated 1 times in 3 s: one", "one"]


def test_processes_log_so() -> None:
    code = (
        "import logging, sys; sys.argv = ['serve', 'nobody']\n"
        "from jupyter_smkit import serve\n"
        "serve.main()\n"
        "for _ in range(9): logging.getLogger('smkit').info('again')\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert ran.stderr.count("again") == 2
    assert "repeated 8 times" in ran.stderr
