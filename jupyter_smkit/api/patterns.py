"""The service models' patterns, written for Java's ``Pattern``, as Python's ``re``."""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Callable, Iterable
from functools import cache

_POSIX = {
    "Alnum": "0-9A-Za-z",
    "Alpha": "A-Za-z",
    "ASCII": r"\x00-\x7f",
    "Digit": "0-9",
    "Lower": "a-z",
    "Print": r"\x20-\x7e",
    "Punct": r"!-/:-@\[-`{-~",
    "Space": r" \t\n\x0b\f\r",
    "Upper": "A-Z",
    "XDigit": "0-9A-Fa-f",
}
_TOKEN = re.compile(
    r"\\(?P<sign>[pP])\{(?P<name>\w+)\}"
    r"|\\u(?P<code>[0-9A-Fa-f]{4,6})"
    r"|(?P<end>\\z)"
    r"|(?P<dash>(?<=\\w)-(?=[^\]]))"
    r"|\\."
    r"|(?P<open>\[)"
    r"|(?P<close>\])"
)
LONGEST = 20_000
"""Characters of the longest text that is tried where a shape states no length."""
_SHORT = 200
# Python's re may take for ever over these; what replaces them matches the same texts.
_SLOW = {
    "([-a-z0-9]*[a-z0-9]){0,39}?": "([-a-z0-9]*[a-z0-9])?",
    r"([.\-_a-zA-Z0-9]+/?){3,1016}": r"([.\-_a-zA-Z0-9]/?){3,}",
}


def matches(pattern: str, value: str, longest: int = LONGEST) -> bool:
    """Whether the whole of ``value`` matches; True where Python cannot read the pattern.

    Nor is it tried where ``value`` is far longer than ``longest``, what its shape allows: that is
    wrong in any case, and some patterns take long over long texts.
    """
    if len(value) > max(longest, _SHORT):
        return True
    compiled = _compiled(pattern, value.isascii())
    return compiled is None or compiled.fullmatch(value) is not None


@cache
def _compiled(pattern: str, ascii_only: bool) -> re.Pattern[str] | None:
    """Unicode's categories are spelt out only where the value needs them: it takes 0.1 s."""
    try:
        return re.compile(_translated(pattern, ascii_only), re.ASCII)
    except re.error:
        return None


def _translated(pattern: str, ascii_only: bool) -> str:
    # "…)${1,128}" in the sagemaker model: a repeated end of text, which Python refuses.
    pattern = re.sub(r"\$\{\d+,\d*\}", "$", pattern)
    # A range of surrogate halves stands for the characters beyond the basic plane.
    pattern = pattern.replace(r"\uD800\uDC00-\uDBFF\uDFFF", r"\U00010000-\U0010FFFF")
    for slow, quick in _SLOW.items():
        pattern = pattern.replace(slow, quick)
    in_class = False

    def replace(found: re.Match[str]) -> str:
        nonlocal in_class
        match found.lastgroup:
            case "open":
                opening = r"\[" if in_class else "["
                in_class = True
                return opening
            case "close":
                in_class = False
            case "dash":
                return r"\-"
            case "end":
                return r"\Z"
            case "code":
                return f"\\U{int(found['code'], 16):08x}"
            case "name":
                inside = _members(found["name"], ascii_only)
                if in_class and found["sign"] == "p":
                    return inside
                return f"[{'^' if found['sign'] == 'P' else ''}{inside}]"
        return found.group()

    return _TOKEN.sub(replace, pattern)


def _members(name: str, ascii_only: bool) -> str:
    """The inside of a character class that stands for a Unicode category or a POSIX class."""
    if name in _POSIX:
        return _POSIX[name]
    return _category(name.removeprefix("Is"), 128 if ascii_only else sys.maxunicode + 1)


@cache
def _category(name: str, end: int) -> str:
    def belongs(code: int) -> bool:
        return unicodedata.category(chr(code)).startswith(name)

    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in _runs(range(end), belongs))


def _runs(codes: Iterable[int], belongs: Callable[[int], bool]) -> list[tuple[int, int]]:
    runs: list[tuple[int, int]] = []
    for code in filter(belongs, codes):
        if runs and runs[-1][1] == code - 1:
            runs[-1] = (runs[-1][0], code)
        else:
            runs.append((code, code))
    return runs
