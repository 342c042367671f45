"""CloudWatch Logs' filter patterns, by AWS's documented examples' kind."""

from __future__ import annotations

import json
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.services.filters import LOOKED_AT, compile_pattern

EVENT = json.dumps(
    {"level": "ERROR", "took": 12.5, "user": {"name": "Ada"}, "tags": ["a", "b"], "gone": None}
)


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        ("", "anything", True),
        ("ERROR", "an ERROR here", True),
        ("error", "an ERROR here", False),
        ("ERROR disk", "disk ERROR", True),
        ("ERROR disk", "ERROR", False),
        ('"out of memory"', "ran out of memory", True),
        ('"out of memory"', "memory is out of", False),
        ("ERROR -disk", "ERROR disk", False),
        ("?ERROR ?WARN", "WARN", True),
        ("?ERROR ?WARN", "INFO", False),
        ("%loss=[0-9.]+%", "loss=0.25", True),
        ("%^loss%", "the loss", False),
        ('{ $.level = "ERROR" }', EVENT, True),
        ('{ $.level = "E*" }', EVENT, True),
        ('{ $.level != "ERROR" }', EVENT, False),
        ("{ $.took > 12 }", EVENT, True),
        ("{ $.took <= 12 }", EVENT, False),
        ('{ $.level = "ERROR" && $.took > 20 }', EVENT, False),
        ('{ ($.level = "WARN") || ($.user.name = "Ada") }', EVENT, True),
        ('{ $.took > 20 && ($.level = "WARN" || $.user.name = "Ada") }', EVENT, False),
        ('{ $.took < 20 && ($.level = "WARN" || $.user.name = "Ada") }', EVENT, True),
        ('{ $.took > 20 && $.took > 30 || $.level = "ERROR" }', EVENT, True),
        ('{ $.text = "a && (b || c)" }', '{"text": "a && (b || c)"}', True),
        ('{ $.tags[1] = "b" }', EVENT, True),
        ("{ $.gone IS NULL }", EVENT, True),
        ("{ $.nothing NOT EXISTS }", EVENT, True),
        ('{ $.level = "ERROR" }', "no JSON", False),
    ],
)
def test_patterns(pattern: str, message: str, expected: bool) -> None:
    assert compile_pattern(pattern)(message) is expected


@pytest.mark.parametrize(
    "pattern",
    [
        "[a, b]",
        "%(a+)+%",
        "%[%",
        '{ $.a = "b"',
        "{ a }",
        '{ $.a > "b" }',
        "{ ($.a = 1 }",
        "{ $.a = 1 $.b = 2 }",
    ],
)
def test_a_pattern_that_cannot_be_read(pattern: str) -> None:
    with pytest.raises(ApiError, match="Invalid filter pattern") as refused:
        compile_pattern(pattern)
    assert refused.value.status == 400


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_pattern_breaks_the_search(pattern: str, message: str) -> None:
    try:
        assert compile_pattern(pattern)(message) in (True, False)
    except ApiError as refused:
        assert refused.status == 400


def test_an_expression_sees_the_beginning_of_a_long_line() -> None:
    line = "a" * 1_000_000
    began = time.process_time()
    assert not compile_pattern("%[a-z]+[0-9]%")(line)
    assert time.process_time() - began < 5
    assert compile_pattern("%a7%")("a" * (LOOKED_AT - 2) + "a7" + line)
    assert not compile_pattern("%a7%")(line + "a7")
    assert compile_pattern("a7")(line + "a7")
