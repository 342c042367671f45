"""A FailureReason: why a launch failed, in as many characters as SageMaker has for it."""

from __future__ import annotations

import re

LONGEST = 1024
_HEAD = 512
"""Characters that the reason itself may take before what the program said."""
_TRACEBACK = "Traceback (most recent call last):"
_RAISED = re.compile(r"^[^\W\d][\w.]*(?::|$)", re.MULTILINE)
"""The line in which Python names an exception; those above it are indented."""


def fitted(reason: str, told: str = "") -> str:
    """``reason`` with as much of what the program said as there is room for. The error stands at
    the end of that, so what comes before goes; of an exception that is too long itself, the
    beginning stays."""
    whole = f"{reason}\n{told}".strip()
    if len(whole) <= LONGEST:
        return whole
    head, rest = reason, told
    if len(head) > _HEAD:
        first = reason.partition("\n")[0][: _HEAD // 2]
        head, rest = first, whole[len(first) :].lstrip("\n")
    room = LONGEST - len(head) - 1
    error = rest[_raised(rest) :]
    return f"{head}\n{error[:room] if len(error) > room else rest[-room:]}".strip()


def _raised(text: str) -> int:
    """Where the last exception of the last traceback is named; the end where there is none."""
    at = text.rfind(_TRACEBACK)
    if at < 0:
        return len(text)
    found = _RAISED.search(text, at + len(_TRACEBACK))
    return found.start() if found else len(text)
