"""What is known of a model's column: its kind, and the values that it had in training."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

NUMBER, BOOLEAN, TEXT, CATEGORY, DATETIME, UNKNOWN = (
    "number",
    "boolean",
    "text",
    "category",
    "datetime",
    "unknown",
)
BOOLEANS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
_KINDS = {
    **dict.fromkeys("iuf", NUMBER),
    **dict.fromkeys("US", TEXT),
    "b": BOOLEAN,
    "M": DATETIME,
}


@dataclass(frozen=True)
class Column:
    """``levels``: the values of a category in their order, or of text that is not all text."""

    kind: str = UNKNOWN
    levels: tuple[Any, ...] = ()


def kind_of(type_name: str) -> str:
    """The kind of column that a type's name (of pandas, polars or AutoGluon) stands for."""
    name = type_name.lower()
    if name.startswith(("int", "uint", "float", "double", "num", "decimal")):
        return NUMBER
    if name.startswith("bool"):
        return BOOLEAN
    if name.startswith(("date", "time")):
        return DATETIME
    if name.startswith(("cat", "enum")):
        return CATEGORY
    return TEXT if name.startswith(("str", "obj", "text", "utf8")) else UNKNOWN


def of_values(values: Sequence[Any] | np.ndarray[Any, Any]) -> Column:
    """The column that holds these values, such as an encoder's categories."""
    found = np.asarray(values)
    if found.dtype.kind in _KINDS:
        return Column(_KINDS[found.dtype.kind])
    cells = tuple(found.tolist())
    present = [cell for cell in cells if not is_missing(cell)]
    if not present:
        return Column()
    if all(isinstance(cell, Real) and not isinstance(cell, bool) for cell in present):
        return Column(NUMBER)
    if all(isinstance(cell, str) for cell in present) and None not in cells:
        return Column(TEXT)
    return Column(TEXT, cells)


def is_missing(cell: Any) -> bool:
    return cell is None or bool(cell != cell)


class Levels:
    """A column's values by the text that a request has for them."""

    def __init__(self, levels: Collection[Any]) -> None:
        present = [level for level in levels if not is_missing(level)]
        self.present = present
        self.missing = None if any(level is None for level in levels) else np.nan
        self._numeric = all(
            isinstance(level, Real) and not isinstance(level, bool) for level in present
        )
        self._known = {level if self._numeric else _text(level): level for level in present}

    def find(self, cell: Any, default: Any = None) -> Any:
        """The value that ``cell`` stands for; ``default`` where it is none of them."""
        if cell is None:
            return default
        if not self._numeric:
            return self._known.get(_text(cell), default)
        try:
            return self._known.get(float(cell), default)
        except ValueError:
            return default


def _text(cell: Any) -> str:
    text = str(cell)
    return text.lower() if text.lower() in ("true", "false") else text
