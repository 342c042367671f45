"""Arrays as bodies of requests and answers, and back."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any, TypeVar

import numpy as np

from sagemaker_containers import content_types
from sagemaker_containers.errors import UnsupportedFormatError

Known = TypeVar("Known")
Array = np.ndarray[Any, Any]


def array_to_json(array_like: Any) -> str:
    return json.dumps(array_like, default=_listed)


def json_to_numpy(text: str | bytes, dtype: Any = None) -> Array:
    return np.array(json.loads(text), dtype=dtype)


def array_to_csv(array_like: Any) -> str:
    out = io.StringIO()
    np.savetxt(out, np.asarray(array_like), delimiter=",", fmt="%s")
    return out.getvalue()


def csv_to_numpy(text: str | bytes, dtype: Any = None) -> Array:
    lines = io.StringIO(text.decode() if isinstance(text, bytes) else text)
    found: Array = np.genfromtxt(lines, dtype=dtype, delimiter=",", encoding="utf-8")
    return found


def array_to_npy(array_like: Any) -> bytes:
    out = io.BytesIO()
    np.save(out, np.asarray(array_like), allow_pickle=False)
    return out.getvalue()


def npy_to_numpy(body: bytes) -> Array:
    found: Array = np.load(io.BytesIO(body), allow_pickle=False)
    return found


_WRITE: dict[str, Callable[[Any], str | bytes]] = {
    content_types.NPY: array_to_npy,
    content_types.CSV: array_to_csv,
    content_types.JSON: array_to_json,
}
_READ: dict[str, Callable[[Any], Array]] = {
    content_types.NPY: npy_to_numpy,
    content_types.CSV: csv_to_numpy,
    content_types.JSON: json_to_numpy,
}


def encode(array_like: Any, content_type: str) -> str | bytes:
    """Raises UnsupportedFormatError."""
    return _of(_WRITE, content_type)(array_like)


def decode(obj: str | bytes, content_type: str) -> Array:
    """Raises UnsupportedFormatError."""
    return _of(_READ, content_type)(obj)


def _of(known: dict[str, Known], content_type: str) -> Known:
    try:
        return known[content_type.partition(";")[0].strip().lower()]
    except KeyError:
        raise UnsupportedFormatError(content_type) from None


def _listed(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"a {type(value).__name__} cannot be written as JSON")
