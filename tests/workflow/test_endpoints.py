"""What an endpoint answered, as Python values."""

from __future__ import annotations

import pytest

from jupyter_smkit.workflow.endpoints import parse


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1.5\n-2\n1e-07\n", [1.5, -2.0, 1e-07]),
        ('late\n"on, time"\n', ["late", "on, time"]),
        ("007\n1_000\n0\n0.5\n", ["007", "1_000", 0.0, 0.5]),
        ("yes,0.9\nno,0.1\n", [["yes", 0.9], ["no", 0.1]]),
    ],
)
def test_numbers_are_numbers_and_labels_stay(body: str, expected: list[object]) -> None:
    assert parse(body.encode(), "text/csv") == expected
