"""Lines of ``label index:value …``, by which column ``index`` is the one of that number, from 0."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import xgboost as xgb
from scipy.sparse import csr_matrix


def dmatrix(lines: Iterable[str], *, labels: bool) -> Any:
    """``labels``: whether the first word may be ``label`` or ``label:weight``; else it is passed
    over where it has no colon."""
    values: list[float] = []
    columns: list[int] = []
    starts, targets, weights = [0], [], []
    for line in lines:
        words = line.partition("#")[0].split()
        if not words:
            continue
        if labels or ":" not in words[0]:
            label, _, weight = words.pop(0).partition(":")
            targets.append(float(label))
            weights.append(float(weight or 1.0))
        for word in words:
            index, _, value = word.partition(":")
            if index != "qid":
                columns.append(int(index))
                values.append(float(value))
        starts.append(len(values))
    width = max(columns, default=-1) + 1
    rows = csr_matrix(
        (np.array(values, dtype=np.float32), columns, starts), shape=(len(starts) - 1, width)
    )
    if not labels:
        return xgb.DMatrix(rows)
    weighted = weights if any(weight != 1.0 for weight in weights) else None
    return xgb.DMatrix(rows, label=targets, weight=weighted)
