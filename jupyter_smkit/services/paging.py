"""Pages of a list that is sorted by a text."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterable
from itertools import islice
from typing import TypeVar

from jupyter_smkit.api.errors import ApiError

Item = TypeVar("Item")


def page(
    items: Iterable[Item], key: Callable[[Item], str], token: str | None, size: int
) -> tuple[list[Item], str | None]:
    """Up to ``size`` of the items, which come in the order of ``key``, and the next token."""
    after = decode(token) if token else None
    rest = (item for item in items if after is None or key(item) > after)
    found = list(islice(rest, size + 1))
    if len(found) <= size:
        return found, None
    return found[:size], encode(key(found[size - 1]))


def encode(position: str) -> str:
    return base64.urlsafe_b64encode(position.encode()).decode()


def decode(token: str) -> str:
    try:
        return base64.urlsafe_b64decode(token.encode()).decode()
    except (binascii.Error, ValueError):
        raise ApiError(
            "The specified nextToken is invalid.", code="InvalidParameterException", status=400
        ) from None
