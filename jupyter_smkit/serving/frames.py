"""Typed pandas frames out of a request's rows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np
import pandas as pd

from jupyter_smkit.serving.columns import BOOLEAN, BOOLEANS, CATEGORY, DATETIME, NUMBER, UNKNOWN
from jupyter_smkit.serving.inference import Refusal
from jupyter_smkit.serving.schema import MISSING, Schema, aligned, matrix, numbers
from jupyter_smkit.serving.tables import Table


def frame(table: Table, schema: Schema) -> pd.DataFrame:
    """The columns that ``schema`` names, with its types. Raises Refusal."""
    rows = aligned(table, schema.names)
    if all(kind == NUMBER for kind in schema.kinds):
        values = matrix(rows, schema.names)
        if schema.finite:
            values = np.where(np.isinf(values), np.nan, values)
        return pd.DataFrame(values, columns=list(schema.names), copy=False)
    columns = {
        name: _untold(cells, name, table.plain)
        if kind == UNKNOWN
        else _column(cells, kind, name, schema)
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
            return pd.Series([_date(cell, name) for cell in cells])
        case _ if kind == CATEGORY and name in schema.values:
            levels = schema.values[name]
            found = [levels.find(_text(cell, missing)) for cell in cells]
            return pd.Categorical(found, categories=levels.present)
        case _ if kind == CATEGORY:
            return pd.Categorical([_text(cell, missing) for cell in cells])
    texts = [_text(cell, missing) for cell in cells]
    if name in schema.values:
        levels = schema.values[name]
        found = [levels.missing if text is None else levels.find(text, text) for text in texts]
        return pd.Series(found, dtype=object)
    # As pandas reads a missing cell: encoders and imputers tell NaN from None.
    return pd.Series([np.nan if text is None else text for text in texts], dtype=object)


def _date(cell: Any, name: str) -> Any:
    """Each cell by itself: the form of one would otherwise decide how another is read."""
    text = _text(cell, MISSING)
    try:
        return pd.NaT if text is None else pd.Timestamp(text)
    except ValueError:
        raise Refusal(f"Column {name}: {cell!r} is not a date") from None


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


def _untold(cells: Sequence[Any], name: str, plain: bool) -> Any:
    """Where nobody says what the column holds: what JSON and the like say of it, else numbers."""
    if any(isinstance(cell, str) for cell in cells) and not plain:
        return pd.Series(cells, dtype=object)
    try:
        return np.array(numbers(cells, name))
    except Refusal as refusal:
        raise Refusal(
            f"{refusal.message}, and neither the model nor smkit-model.json says that it holds "
            "text: deploy the model with an example of its rows, or send JSON"
        ) from None
