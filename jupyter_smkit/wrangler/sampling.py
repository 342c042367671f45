"""Which rows of a source a preview is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

SAMPLE_ROWS = 50_000
_SEED = 0
_GRAIN = 1_000_000


def sample(
    frame: pl.LazyFrame, sampling: Mapping[str, Any], limit: int = SAMPLE_ROWS
) -> pl.DataFrame:
    """At most ``limit`` rows, by the source's ``sampling`` where it has one."""
    method = sampling.get("sampling_method")
    numbers = [value for value in sampling.values() if isinstance(value, int | float)]
    if method == "sample_by_ratio" and numbers:
        return collected_share(frame, float(numbers[0])).head(limit)
    if method == "sample_by_limit" and numbers:
        limit = min(limit, int(numbers[0]))
    if method == "sample_by_count" and numbers:
        return collected_count(frame, min(limit, int(numbers[0])))
    return frame.head(limit).collect(engine="streaming")


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
