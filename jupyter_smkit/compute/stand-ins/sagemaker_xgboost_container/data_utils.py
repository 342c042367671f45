"""Files of a channel as XGBoost's matrices. The label is the first column, and nothing has a header."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import xgboost as xgb

from sagemaker_containers.errors import UnsupportedFormatError
from sagemaker_xgboost_container import libsvm

CSV = "csv"
LIBSVM = "libsvm"
PARQUET = "parquet"
_KINDS = {
    "csv": CSV,
    "text/csv": CSV,
    "libsvm": LIBSVM,
    "text/libsvm": LIBSVM,
    "text/x-libsvm": LIBSVM,
    "parquet": PARQUET,
    "application/x-parquet": PARQUET,
}


def get_content_type(content_type_cfg_val: str | None) -> str:
    """``csv``, ``libsvm`` (also of nothing) or ``parquet``. Raises UnsupportedFormatError."""
    kind = (content_type_cfg_val or LIBSVM).partition(";")[0].strip().lower()
    if kind not in _KINDS:
        raise UnsupportedFormatError(kind)
    return _KINDS[kind]


def get_size(data_path: str | None, is_pipe: bool = False) -> int:
    """Bytes in a file or folder; 0 where there is none."""
    return sum(file.stat().st_size for file in _files(data_path))


def get_dmatrix(
    data_path: str | None, content_type: str, csv_weights: int = 0, is_pipe: bool = False
) -> Any:
    """None where there are no files. ``csv_weights`` 1: the second column of CSV holds weights."""
    kind = get_content_type(content_type)
    files = _files(data_path)
    if not files:
        return None
    if kind == LIBSVM:
        lines = itertools.chain.from_iterable(file.read_text().splitlines() for file in files)
        return libsvm.dmatrix(lines, labels=True)
    import pandas as pd

    if kind == CSV:
        read = (pd.read_csv(file, header=None, sep=None, engine="python") for file in files)
    else:
        read = (pd.read_parquet(file) for file in files)
    rows = pd.concat(list(read), ignore_index=True).to_numpy(dtype="float32")
    weights = rows[:, 1] if kind == CSV and csv_weights else None
    return xgb.DMatrix(rows[:, 2 if weights is not None else 1 :], label=rows[:, 0], weight=weights)


def _files(data_path: str | None) -> list[Path]:
    top = Path(data_path) if data_path else None
    if top is None or not top.exists():
        return []
    found = [top] if top.is_file() else sorted(top.rglob("*"))
    return [file for file in found if file.is_file() and not file.name.startswith((".", "_"))]
