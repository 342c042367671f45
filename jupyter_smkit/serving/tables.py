"""Rows as they come from a request, before a model's types are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

Cell = str | float | int | bool | None
Rows = list[list[Any]] | np.ndarray[Any, Any]


@dataclass(frozen=True)
class Table:
    """``rows`` of equal length, and the columns' names where the request told them.

    Cells are text where they come from CSV, else what JSON, numpy or Parquet make of them.
    """

    rows: Rows
    names: tuple[str, ...] | None = None
    plain: bool = False
    """Cells are text whatever they stand for."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def width(self) -> int:
        return len(self.rows[0]) if len(self.rows) else 0


def stack(tables: Sequence[Table]) -> Table:
    """One table of all rows, in order; the tables have the same columns."""
    if len(tables) == 1:
        return tables[0]
    arrays = [table.rows for table in tables if isinstance(table.rows, np.ndarray)]
    if len(arrays) == len(tables):
        return replace(tables[0], rows=np.concatenate(arrays))
    return replace(tables[0], rows=[list(row) for table in tables for row in table.rows])
