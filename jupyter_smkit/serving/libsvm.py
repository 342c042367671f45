"""Rows in libsvm's form: ``<label> <index>:<value> …``, a line each."""

from __future__ import annotations

from typing import Any

import numpy as np

from jupyter_smkit.serving.inference import Refusal

TYPES = ("text/libsvm", "text/x-libsvm")


def matrix(body: bytes, width: int) -> np.ndarray[Any, Any]:
    """Of ``width`` columns, counted from 0 as XGBoost's own reader counts; what a line leaves out
    is missing (NaN). Labels, and what follows a ``#``, are passed over. Raises Refusal."""
    try:
        lines = [line.partition("#")[0].split() for line in body.decode().splitlines()]
    except UnicodeDecodeError as error:
        raise Refusal(f"The body is not UTF-8 at byte {error.start}") from None
    rows = [line for line in lines if line]
    if not rows:
        raise Refusal("The request has no rows")
    found = np.full((len(rows), width), np.nan)
    for number, row in enumerate(rows):
        for pair in row if ":" in row[0] else row[1:]:
            index, _, value = pair.partition(":")
            if index == "qid":
                continue
            try:
                column, cell = int(index), float(value)
            except ValueError:
                raise Refusal(f"Row {number + 1}: {pair!r} is not <index>:<value>") from None
            if not 0 <= column < width:
                raise Refusal(
                    f"Row {number + 1}: index {column}, but the model has {width} columns, "
                    f"counted from 0 to {width - 1}"
                )
            found[number, column] = cell
    return found
