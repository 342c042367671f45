"""Whole numbers that come as text."""

from __future__ import annotations

import re

_WHOLE = re.compile("[0-9]{1,18}")


def whole(text: str) -> int | None:
    """The number that 1 to 18 plain digits make; None for any other text.

    ``str.isdigit`` takes digits that ``int`` does not (²), and ``int`` refuses very long ones.
    """
    return int(text) if _WHOLE.fullmatch(text) else None
