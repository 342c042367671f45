"""What a column header shows: type, missing, distinct, and how the values are spread."""

from __future__ import annotations

import datetime
import math
from typing import Any

import polars as pl

from jupyter_smkit.wrangler.casting import type_name

BINS = 20
TOP_VALUES = 10
_LONGEST_CELL = 200
_EXACT_IN_JSON = 1 << 53


def profile(frame: pl.DataFrame) -> list[dict[str, Any]]:
    """One entry a column: ``name``, ``type``, ``missing``, ``distinct``, then for numbers and times
    ``min``, ``max``, ``mean`` and ``bins`` ([from, to, count]), else ``top`` ([value, count])."""
    return [_column(series) for series in frame.iter_columns()]


def _column(series: pl.Series) -> dict[str, Any]:
    dtype = series.dtype
    present = series.drop_nulls()
    if dtype.is_float():
        present = present.drop_nans()
    entry: dict[str, Any] = {
        "name": series.name,
        "type": type_name(dtype),
        "missing": len(series) - len(present),
    }
    if dtype.is_nested() or dtype == pl.Binary:
        return {**entry, "distinct": None}
    entry["distinct"] = present.n_unique()
    if present.is_empty():
        return entry
    if dtype.is_numeric() or dtype.is_temporal():
        entry |= {"min": cell(present.min()), "max": cell(present.max())}
        numbers = present.to_physical() if dtype.is_temporal() else present
        if dtype.is_numeric():
            mean = present.mean()
            entry["mean"] = cell(mean) if isinstance(mean, float) else None
        return entry | {"bins": _bins(numbers.cast(pl.Float64), dtype)}
    return entry | {"top": _top(present)}


def _bins(numbers: pl.Series, dtype: pl.DataType) -> list[list[Any]]:
    finite = numbers.filter(numbers.is_finite())
    if finite.is_empty():
        return []
    low, high = float(finite.min()), float(finite.max())  # type: ignore[arg-type]
    if low == high:
        return [[low, high, len(finite)]]
    if dtype.is_integer() and finite.n_unique() <= BINS:
        return [
            [value, value, count]
            for value, count in finite.alias("v").value_counts().sort("v").iter_rows()
        ]
    width = (high - low) / BINS
    places = ((finite - low) / width).floor().clip(0, BINS - 1).cast(pl.Int64)
    counts = dict(places.value_counts().iter_rows())
    return [[low + i * width, low + (i + 1) * width, counts.get(i, 0)] for i in range(BINS)]


def _top(present: pl.Series) -> list[list[Any]]:
    counted = present.alias("v").value_counts(sort=True, name="n")
    ranked = counted.sort(["n", "v"], descending=[True, False]).head(TOP_VALUES)
    return [[cell(value), count] for value, count in ranked.iter_rows()]


def cells(frame: pl.DataFrame) -> list[list[Any]]:
    """Rows as JSON values for a grid."""
    return [[cell(value) for value in row] for row in frame.iter_rows()]


def cell(value: Any) -> Any:
    """A value as JSON: what JSON cannot hold exactly becomes text, long text is cut."""
    if isinstance(value, float):
        return value if math.isfinite(value) else str(value).replace("nan", "NaN")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        return value if abs(value) < _EXACT_IN_JSON else str(value)
    if isinstance(value, datetime.datetime):
        return value.isoformat(sep=" ")
    text = str(value)
    return text if len(text) <= _LONGEST_CELL else text[: _LONGEST_CELL - 1] + "…"
