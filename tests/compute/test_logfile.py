"""A log stream's file on a disk that fills up."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from jupyter_smkit.compute.logfile import LogFile


@contextmanager
def largest_file(size: int) -> Iterator[None]:
    """Stands for a full disk: a write beyond ``size`` bytes fails."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_lines_come_whole_and_are_returned(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log")
    assert log.feed(b"one\ntw") == ["one"]
    assert log.feed(b"o\n10 %\r20 %\nthr") == ["two", "20 %"]
    assert log.rest() == ["thr"]
    log.close()
    written = (tmp_path / "log").read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in written] == ["one", "two", "20 %", "thr"]


def test_a_full_disk_loses_whole_lines_and_the_log_says_so(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "log")
    log.feed(b"first\n")
    with largest_file((tmp_path / "log").stat().st_size + 5):
        log.feed(b"lost\nlost too\n")
    log.feed(b"last\n")
    log.close()
    written = (tmp_path / "log").read_text().splitlines()
    assert [line.split(" ", 1)[1] for line in written] == [
        "first",
        "smkit: 2 lines are missing here: they could not be written",
        "last",
    ]
    assert list(log.tail) == ["first", "lost", "lost too", "last"]
