"""A log file read by seeking, against the same file read whole."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_smkit.services import logfiles

LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), max_size=40))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("logs")


@settings(deadline=None, max_examples=60)
@given(lines=LINES, unfinished=st.booleans(), block=st.integers(1, 50))
def test_both_ways_read_the_same(
    folder: Path, lines: list[str], unfinished: bool, block: int
) -> None:
    file = folder / "a.log"
    text = "".join(f"{number} {line}\n" for number, line in enumerate(lines))
    file.write_text(text + ("9 half" if unfinished else ""), newline="")
    expected = list(enumerate(lines))

    found = list(logfiles.forward(file, 0, block))
    assert [(each.at, each.message) for each in found] == expected
    again = list(logfiles.backward(file, logfiles.size_of(file)))
    assert again == found[::-1]
    for each in found:
        assert next(logfiles.forward(file, each.start, block)) == each
        assert logfiles.is_boundary(file, each.start)


def test_a_time_is_found_in_a_large_file_without_reading_it(folder: Path) -> None:
    file = folder / "large.log"
    with file.open("w") as out:
        out.writelines(f"{at * 10} line {at} {'x' * 50}\n" for at in range(100_000))
    for at in (0, 5, 499_990, 999_990, 2_000_000):
        offset = logfiles.offset_of(file, at)
        assert logfiles.is_boundary(file, offset)
        rest = [line.at for line in logfiles.forward(file, offset)]
        assert [each for each in rest if each >= at] == list(
            range((at + 9) // 10 * 10, 1_000_000, 10)
        )
        read = logfiles.size_of(file) - offset
        needed = logfiles.size_of(file) * max(0, 1_000_000 - at) / 1_000_000
        assert read <= needed + 256 * 1024


def test_lines_longer_than_a_block(folder: Path) -> None:
    file = folder / "long.log"
    long = "y" * 200_000
    file.write_text(f"1 a\n2 {long}\n3 b\n")
    assert [line.message for line in logfiles.forward(file, 0)] == ["a", long, "b"]
    backward = logfiles.backward(file, logfiles.size_of(file))
    assert [line.message for line in backward] == ["b", long, "a"]


def test_a_file_that_is_not_there(folder: Path) -> None:
    assert list(logfiles.forward(folder / "none.log", 0)) == []
    assert logfiles.last_time(folder / "none.log") is None
