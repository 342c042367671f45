"""How many values the casts of a step lose: those of its input less those of its output."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import polars as pl


def values_before(frame: pl.LazyFrame, columns: Iterable[str]) -> pl.LazyFrame:
    """One row: how many values each column has; an empty text is none."""
    schema = frame.collect_schema()
    return frame.select(_is_value(name, schema[name]).sum().alias(name) for name in columns)


def _is_value(name: str, dtype: pl.DataType) -> pl.Expr:
    value = pl.col(name)
    if dtype == pl.String:
        return value != ""
    return value.is_not_null() & value.is_not_nan() if dtype.is_float() else value.is_not_null()


def values_after(frame: pl.LazyFrame, columns: Iterable[str]) -> pl.LazyFrame:
    return frame.select(pl.col(name).count() for name in columns)


def told(casts: Mapping[str, str], before: pl.DataFrame, after: pl.DataFrame) -> tuple[str, ...]:
    """``casts``: what is said of the values that a column lost; of one that lost none, nothing."""
    found = []
    for name, reason in casts.items():
        values, kept = before[name].item(), after[name].item()
        if lost := values - kept:
            were = "was" if lost == 1 else "were"
            found.append(f"column '{name}': {lost:,} of {values:,} values {were} {reason}")
    return tuple(found)
