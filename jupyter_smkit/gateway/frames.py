"""Typed pandas frames out of a request's rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from jupyter_smkit.gateway.inference import Refusal
from jupyter_smkit.gateway.schema import (
    BOOLEAN,
    BOOLEANS,
    CATEGORY,
    DATETIME,
    MISSING,
    NUMBER,
    UNKNOWN,
    Schema,
    aligned,
    are_numbers,
    matrix,
    numbers,
)
from jupyter_smkit.gateway.tables import Table


def frame(table: Table, schema: Schema) -> pd.DataFrame:
    """The columns that ``schema`` names, with its types. Raises Refusal."""
    rows = aligned(table, schema.names)
    if all(kind == NUMBER for kind in schema.kinds):
        values = matrix(rows, schema.names)
        if schema.finite:
            values = np.where(np.isinf(values), np.nan, values)
        return pd.DataFrame(values, columns=list(schema.names), copy=False)
    columns = {
        name: _column(cells, kind, name, schema)
        for name, kind, cells in zip(
            schema.names, schema.kinds, zip(*rows, strict=True), strict=True
        )
    }
    return pd.DataFrame(columns)


def _column(cells: Sequence[Any], kind: str, name: str, schema: Schema) -> Any:
    missing = schema.missing
    match kind:
        case _ if kind == NUMBER:
            values = np.array(numbers(cells, name))
            return np.where(np.isinf(values), np.nan, values) if schema.finite else values
        case _ if kind == BOOLEAN:
            return _booleans(cells, name)
        case _ if kind == DATETIME:
            try:
                return pd.to_datetime(pd.Series([_text(cell, MISSING) for cell in cells]))
            except ValueError:
                raise Refusal(f"Column {name}: {cells[0]!r} is not a date") from None
        case _ if kind == UNKNOWN:
            return _guessed(cells, missing)
        case _ if kind == CATEGORY:
            return pd.Categorical([_text(cell, missing) for cell in cells])
    return pd.Series([_text(cell, missing) for cell in cells], dtype=object)


def _text(cell: Any, missing: Collection[str]) -> str | None:
    """A cell as the text that stood in the training file; None where it is missing."""
    if cell is None or cell != cell:
        return None
    text = cell if isinstance(cell, str) else str(cell)
    return None if text in missing else text


def _booleans(cells: Sequence[Any], name: str) -> Any:
    found: list[bool | None] = []
    for cell in cells:
        text = str(cell).strip()
        if cell is None or text in MISSING:
            found.append(None)
        elif text.lower() in BOOLEANS:
            found.append(BOOLEANS[text.lower()])
        else:
            raise Refusal(f"Column {name}: {cell!r} is neither true nor false")
    return np.array(found, dtype=object if None in found else bool)


def _guessed(cells: Sequence[Any], missing: Collection[str]) -> Any:
    """Numbers where all cells are numbers or missing, else text."""
    if not any(isinstance(cell, str) for cell in cells):
        return list(cells)
    if are_numbers(cells):
        return np.array(numbers(cells, ""))
    return pd.Series([_text(cell, missing) for cell in cells], dtype=object)
