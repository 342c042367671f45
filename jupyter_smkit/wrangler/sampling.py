"""Which rows of a source a preview is made from."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import polars as pl

SAMPLE_ROWS = 50_000
_METHODS = ("sample_by_limit", "sample_by_ratio", "sample_by_count")
_SEED = 0
_GRAIN = 1_000_000


def sample(
    frame: pl.LazyFrame, sampling: Mapping[str, Any], limit: int = SAMPLE_ROWS
) -> pl.DataFrame:
    """At most ``limit`` rows, by the source's ``sampling`` where it has one."""
    method, number = _method(sampling)
    if method == "sample_by_ratio":
        return collected_share(frame, number).head(limit)
    most = min(limit, number)
    if method == "sample_by_count":
        return collected_count(frame, int(most))
    return frame.head(int(most)).collect(engine="streaming")


def is_part(rows: int, sampling: Mapping[str, Any], limit: int = SAMPLE_ROWS) -> bool:
    """Whether a sample of so many rows may lack some of its source's."""
    method, number = _method(sampling)
    return (
        number < 1 or rows >= limit if method == "sample_by_ratio" else rows >= min(limit, number)
    )


def _method(sampling: Mapping[str, Any]) -> tuple[str, float]:
    """How, and how many rows or what share of them."""
    method = str(sampling.get("sampling_method"))
    numbers = [value for value in sampling.values() if isinstance(value, int | float)]
    return (method, numbers[0]) if method in _METHODS and numbers else ("", math.inf)


def collected_share(frame: pl.LazyFrame, share: float) -> pl.DataFrame:
    """Each row by chance, the same rows every time."""
    chance = pl.col("_row").hash(_SEED) % _GRAIN
    chosen = frame.with_row_index("_row").filter(chance < int(share * _GRAIN)).drop("_row")
    return chosen.collect(engine="streaming")


def collected_count(frame: pl.LazyFrame, count: int) -> pl.DataFrame:
    """So many rows by chance, in their order, the same rows every time."""
    chance = pl.col("_row").hash(_SEED)
    chosen = frame.with_row_index("_row").bottom_k(count, by=chance)
    return chosen.sort("_row").drop("_row").collect(engine="streaming")
