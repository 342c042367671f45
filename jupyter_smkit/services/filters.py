"""CloudWatch Logs' filter patterns: terms, ``%regular expressions%`` and ``{ $.json = "x" }``."""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.api.numbers import whole

Matches = Callable[[str], bool]
Test = Callable[[Any], bool]
"""Of a JSON document."""
Part = Callable[[str, int], tuple[Test, int]]
"""Reads a pattern from an offset; answers the test and the offset behind it."""
LOOKED_AT = 4096
"""Characters of a message that a regular expression is given: on all of a line of 1 MB it may take
minutes. Terms are looked for in the whole message."""
_TERM = re.compile(r'([?-]?)(?:"((?:[^"\\]|\\.)*)"|%([^%]*)%|(\S+))')
_CONDITION = re.compile(
    r"""\s*\$\.(?P<path>[\w.\[\]-]+)\s*
    (?:(?P<compare>=|!=|<=|>=|<|>)\s*
       (?:"(?P<text>(?:[^"\\]|\\.)*)"|(?P<plain>[^\s"&|(){}]+))
     |(?P<word>IS\s+(?:NULL|TRUE|FALSE)|NOT\s+EXISTS))\s*""",
    re.VERBOSE | re.IGNORECASE,
)
_OPENED, _CLOSED = re.compile(r"\s*\(\s*"), re.compile(r"\s*\)\s*")
_ABSENT = object()


def compile_pattern(pattern: str) -> Matches:
    """Raises InvalidParameterException where the pattern cannot be read."""
    text = pattern.strip()
    if not text:
        return lambda message: True
    if text.startswith("{"):
        return _json_filter(text)
    if text.startswith("["):
        raise _invalid(pattern, "patterns in [brackets] are not supported by smkit yet")
    return _terms(text)


def _terms(text: str) -> Matches:
    wanted: list[Matches] = []
    optional: list[Matches] = []
    for found in _TERM.finditer(text):
        sign, quoted, expression, plain = found.groups()
        test = _regex(expression) if expression is not None else _contains(quoted, plain)
        if sign == "?":
            optional.append(test)
        elif sign == "-":
            wanted.append(lambda message, test=test: not test(message))  # type: ignore[misc]
        else:
            wanted.append(test)
    return lambda message: (
        all(test(message) for test in wanted)
        and (not optional or any(test(message) for test in optional))
    )


def _contains(quoted: str | None, plain: str | None) -> Matches:
    term = _unquoted(quoted) if quoted is not None else plain or ""
    return lambda message: term in message


def _regex(expression: str) -> Matches:
    if "(" in expression:
        # As in CloudWatch, where expressions have no groups; without them none takes for ever.
        raise _invalid(expression, "regular expressions have no parentheses here")
    try:
        compiled = re.compile(expression)
    except re.error as wrong:
        raise _invalid(expression, str(wrong)) from None
    return lambda message: compiled.search(message, 0, LOOKED_AT) is not None


def _json_filter(text: str) -> Matches:
    if not text.endswith("}"):
        raise _invalid(text, "the closing brace is missing")
    test, end = _either(text, 1)
    if text[end:] != "}":
        raise _invalid(text, f"cannot read {text[end:-1].strip()!r:.100}")

    def matches(message: str) -> bool:
        try:
            document = json.loads(message)
        except (ValueError, RecursionError):
            return False
        return test(document)

    return matches


def _joined(
    sign: re.Pattern[str], combine: Callable[[Iterable[bool]], bool], part: Part, text: str, at: int
) -> tuple[Test, int]:
    test, at = part(text, at)
    tests = [test]
    while found := sign.match(text, at):
        test, at = part(text, found.end())
        tests.append(test)
    return lambda document: combine(test(document) for test in tests), at


def _one(text: str, at: int) -> tuple[Test, int]:
    """A condition, or several in parentheses."""
    if opened := _OPENED.match(text, at):
        test, at = _either(text, opened.end())
        closed = _CLOSED.match(text, at)
        if closed is None:
            raise _invalid(text, "a closing parenthesis is missing")
        return test, closed.end()
    found = _CONDITION.match(text, at)
    if found is None:
        raise _invalid(text, f"cannot read the condition {text[at:-1].strip()!r:.100}")
    return _condition(found, text), found.end()


_every: Part = partial(_joined, re.compile("&&"), all, _one)
_either: Part = partial(_joined, re.compile(r"\|\|"), any, _every)


def _condition(found: re.Match[str], pattern: str) -> Test:
    path, word = found["path"], (found["word"] or "").upper().split()
    if word:
        states = {"NULL": None, "TRUE": True, "FALSE": False, "EXISTS": _ABSENT}
        state = states[word[-1]]
        return lambda document: _at(document, path) is state
    compare, quoted, plain = found["compare"], found["text"], found["plain"]
    number = _number(plain) if plain is not None else None
    if number is not None:
        return lambda document: _compare_numbers(_at(document, path), compare, number)
    if compare not in ("=", "!="):
        raise _invalid(pattern, f"{compare} compares with a number")
    glob = _unquoted(quoted) if quoted is not None else plain

    def equals(document: Any) -> bool:
        value = _at(document, path)
        same = isinstance(value, str) and fnmatch.fnmatchcase(value, _only_stars(glob))
        return same == (compare == "=") and value is not _ABSENT

    return equals


def _compare_numbers(value: Any, compare: str, number: float) -> bool:
    if not isinstance(value, int | float) or isinstance(value, bool):
        return False
    return {
        "=": value == number,
        "!=": value != number,
        "<": value < number,
        ">": value > number,
        "<=": value <= number,
        ">=": value >= number,
    }[compare]


def _at(document: Any, path: str) -> Any:
    for step in re.findall(r"[\w-]+", path):
        if isinstance(document, dict) and step in document:
            document = document[step]
        elif isinstance(document, list) and (at := whole(step)) is not None and at < len(document):
            document = document[at]
        else:
            return _ABSENT
    return document


def _only_stars(glob: str) -> str:
    return re.sub(r"[?\[]", lambda found: f"[{found.group()}]", glob)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)


def _invalid(pattern: str, why: str) -> ApiError:
    return ApiError(
        f"Invalid filter pattern {pattern!r:.200}: {why}",
        code="InvalidParameterException",
        status=400,
    )
