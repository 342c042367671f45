"""Which rows of a source a preview is made from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl

SAMPLE_ROWS = 50_000
_SEED = 0


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
        wanted = min(limit, int(numbers[0]))
        total = frame.select(pl.len()).collect(engine="streaming").item()
        return collected_share(frame, min(1.0, wanted * 1.2 / max(total, 1))).head(wanted)
    return frame.head(limit).collect(engine="streaming")


def collected_share(frame: pl.LazyFrame, share: float) -> pl.DataFrame:
    """Each row by chance, the same rows every time."""
    chance = pl.col("_row").hash(_SEED) / 2**64
    chosen = frame.with_row_index("_row").filter(chance < share).drop("_row")
    return chosen.collect(engine="streaming")
