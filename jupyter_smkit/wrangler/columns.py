"""What operators share: expressions over polars columns with Spark's meaning."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl


def is_missing(frame: pl.LazyFrame, column: str) -> pl.Expr:
    """Null, and NaN too where a column is a float: Spark's ``na`` functions hold both for missing."""
    named = pl.col(column)
    if frame.collect_schema()[column].is_float():
        return named.is_null() | named.is_nan()
    return named.is_null()


def output_names(inputs: Sequence[str], output: str | None) -> list[str]:
    """Where a step writes: over its inputs, to ``output``, or to ``output_<input>`` for several."""
    if not output:
        return list(inputs)
    return [output] if len(inputs) == 1 else [f"{output}_{name}" for name in inputs]


def collected(frame: pl.LazyFrame) -> pl.DataFrame:
    return frame.collect(engine="streaming")
