"""Bodies of requests as XGBoost's matrices."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from typing import Any

import numpy as np
import xgboost as xgb

from sagemaker_containers.errors import UnsupportedFormatError
from sagemaker_xgboost_container import libsvm

_DELIMITERS = ",;|\t "


def csv_to_dmatrix(input: str | bytes, dtype: Any = None) -> Any:
    """Rows of features without a header; an empty field is missing."""
    text = _text(input).strip("\r\n")
    first = text.partition("\n")[0]
    try:
        delimiter = csv.Sniffer().sniff(first[:512], _DELIMITERS).delimiter
    except csv.Error:
        delimiter = ","
    rows = [
        [float(field) if field.strip() else np.nan for field in row]
        for row in csv.reader(text.splitlines(), delimiter=delimiter)
    ]
    return xgb.DMatrix(np.array(rows, dtype=dtype or np.float32))


def libsvm_to_dmatrix(string_like: str | bytes) -> Any:
    return libsvm.dmatrix(_text(string_like).splitlines(), labels=False)


def recordio_protobuf_to_dmatrix(string_like: bytes) -> Any:
    raise UnsupportedFormatError("application/x-recordio-protobuf")


_READ: dict[str, Callable[..., Any]] = {
    "text/csv": csv_to_dmatrix,
    "text/libsvm": libsvm_to_dmatrix,
    "text/x-libsvm": libsvm_to_dmatrix,
    "application/x-recordio-protobuf": recordio_protobuf_to_dmatrix,
}


def decode(obj: str | bytes, content_type: str) -> Any:
    """Raises UnsupportedFormatError."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type not in _READ:
        raise UnsupportedFormatError(content_type)
    return _READ[media_type](obj)


def json_to_jsonlines(json_data: str | bytes | dict[str, Any]) -> bytes:
    """``{"predictions": […]}`` as a line for each. Raises ValueError for several members."""
    given = json_data if isinstance(json_data, dict) else json.loads(json_data)
    if len(given) != 1:
        raise ValueError("JSON response is not compatible for conversion to jsonlines.")
    [entries] = given.values()
    return "".join(f"{json.dumps(entry)}\n" for entry in entries).encode()


def _text(body: str | bytes | bytearray) -> str:
    return body if isinstance(body, str) else body.decode()
