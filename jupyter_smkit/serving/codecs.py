"""Content types: a request's body to a table, and predictions to a body."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import numpy as np

from jupyter_smkit.serving.inference import Refusal, Reply, media_type
from jupyter_smkit.serving.predictions import Values
from jupyter_smkit.serving.tables import Table

CSV, JSON, JSON_LINES = "text/csv", "application/json", "application/jsonlines"
NPY, PARQUET = "application/x-npy", "application/x-parquet"
_SPELLINGS = {
    "application/csv": CSV,
    "application/x-jsonlines": JSON_LINES,
    "application/jsonl": JSON_LINES,
    "application/x-ndjson": JSON_LINES,
    "application/vnd.apache.parquet": PARQUET,
}
_ANY = ("", "*/*", "application/octet-stream", "text/*", "application/*")


def content_type(value: str, default: str = CSV) -> str:
    """The content type that a header means. Raises Refusal (415) for one not known."""
    found = media_type(value)
    found = _SPELLINGS.get(found, found)
    if found in _ANY:
        return default
    if found not in _DECODERS:
        raise Refusal(
            f"Content type {found!r} is not supported; send one of {', '.join(_DECODERS)}", 415
        )
    return found


def accepted(value: str, default: str) -> str:
    """The content type to answer with. Raises Refusal (406) where none of ours is accepted."""
    for choice in value.split(",") if value else ():
        found = media_type(choice)
        found = _SPELLINGS.get(found, found)
        if found in _ENCODERS:
            return found
        if found in _ANY:
            return default
    if not value:
        return default
    raise Refusal(f"Accept {value!r}: the model answers with one of {', '.join(_ENCODERS)}", 406)


def answer_type(request: str) -> str:
    """What a request of type ``request`` is answered with where it accepts anything."""
    return request if request in _ENCODERS else JSON


_UNREADABLE = (
    *(ValueError, KeyError, TypeError, OSError, EOFError, csv.Error),
    # JSON that is nested too deeply, an array's header that tells of more than there can be.
    *(RecursionError, MemoryError, OverflowError),
)


def decode(body: bytes, header: str, default: str = CSV) -> Table:
    """The table in ``body``; ``header`` is the Content-Type. Raises Refusal."""
    kind = content_type(header, default)
    if not body.strip():
        raise Refusal("The request has no body; send at least one row")
    try:
        table = _DECODERS[kind](body)
    except UnicodeDecodeError as error:
        raise Refusal(f"The body is not UTF-8 at byte {error.start}") from None
    except _UNREADABLE as error:
        raise Refusal(f"The body is not {kind}: {error}") from None
    if not len(table):
        raise Refusal("The request has no rows")
    if kind == CSV and "header=present" in header.replace(" ", "").lower():
        if len(table) == 1:
            raise Refusal("The request has a header line but no row")
        return replace(table, rows=table.rows[1:], names=tuple(map(str, table.rows[0])))
    return table


def encode(columns: Mapping[str, Values], accept: str) -> Reply:
    """Predictions as ``accept`` (one of ours). One column named '' is the plain answer."""
    return Reply(_ENCODERS[accept](columns), _CHARSETS.get(accept, accept))


def _csv(body: bytes) -> Table:
    text = body.decode("utf-8-sig")
    rows = [row for row in csv.reader(io.StringIO(text, newline=""), strict=True) if row]
    return Table(_even(rows, "Line"), plain=True)


def _even(rows: list[list[Any]], what: str = "Row") -> list[list[Any]]:
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise Refusal(
                f"{what} {number} has {len(row)} columns, {what.lower()} 1 has {len(rows[0])}"
            )
    return rows


def _json(body: bytes) -> Table:
    content = json.loads(body)
    if isinstance(content, dict):
        for name in ("instances", "inputs", "predictions", "rows"):
            if name in content and isinstance(content[name], list):
                return _rows(content[name])
        if "columns" in content and "data" in content:
            names = tuple(str(name) for name in content["columns"])
            rows = _even([list(row) for row in content["data"]])
            if rows and len(rows[0]) != len(names):
                raise Refusal(f"{len(names)} columns are named, a row has {len(rows[0])}")
            return Table(rows, names)
        return _rows([content])
    if isinstance(content, list):
        # A flat list is one row.
        flat = bool(content) and not any(isinstance(item, list | dict) for item in content)
        return _rows([content] if flat else content)
    raise Refusal(f"The body holds a {type(content).__name__}; send rows")


def _rows(items: Sequence[Any]) -> Table:
    rows = [_features(item) for item in items]
    if any(isinstance(row, dict) for row in rows):
        if not all(isinstance(row, dict) for row in rows):
            raise Refusal("Some rows are records and some are lists; send one kind")
        names = tuple(dict.fromkeys(str(name) for row in rows for name in row))
        return Table([[row.get(name) for name in names] for row in rows], names)
    return Table(_even([row if isinstance(row, list) else [row] for row in rows]))


def _features(item: Any) -> Any:
    """A row out of the shapes in which SageMaker's containers take one."""
    if isinstance(item, dict):
        if isinstance(item.get("features"), list):
            return item["features"]
        match item:
            case {"data": {"features": {"values": [*values]}}}:
                return values
    return item


def _json_lines(body: bytes) -> Table:
    # Text splits at more than line feeds: U+2028 may stand in a string of JSON.
    lines = body.decode("utf-8-sig").split("\n")
    return _rows([json.loads(line) for line in lines if line.strip()])


def _npy(body: bytes) -> Table:
    # Unlike np.load(), for this format alone: not for archives of several arrays.
    array = np.lib.format.read_array(io.BytesIO(body), allow_pickle=False)
    if array.ndim == 0 or array.dtype.names:
        raise Refusal("The array should have one dimension (a row) or two (rows)")
    return Table(np.atleast_2d(array).reshape(array.shape[0] if array.ndim > 1 else 1, -1))


def _parquet(body: bytes) -> Table:
    try:
        from pyarrow import ArrowInvalid, BufferReader
        from pyarrow.parquet import read_table
    except ImportError:
        raise Refusal("The model's environment has no pyarrow: send another type", 415) from None
    try:
        found = read_table(BufferReader(body))
    except ArrowInvalid as error:
        raise ValueError(str(error)) from None
    columns = [column.to_pylist() for column in found.columns]
    return Table([list(row) for row in zip(*columns, strict=True)], tuple(found.column_names))


def _plain(value: Any) -> Any:
    """numpy's values as Python's."""
    return value.tolist() if isinstance(value, np.generic | np.ndarray) else value


def _records(columns: Mapping[str, Values]) -> list[Any]:
    plain = {name: [_plain(value) for value in column] for name, column in columns.items()}
    if set(plain) == {""}:
        return plain[""]
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]


def _to_csv(columns: Mapping[str, Values]) -> bytes:
    lines: list[str] = []
    # With "\n" for its line's end the writer would leave a cell's "\r" unquoted.
    writer = csv.writer(SimpleNamespace(write=lines.append), lineterminator="\r\n")
    is_plain = set(columns) == {""}
    for row in zip(*columns.values(), strict=True):
        cells: list[Any] = []
        for cell in map(_plain, row):
            if isinstance(cell, list) and is_plain:
                cells += cell
            else:
                cells.append(json.dumps(cell) if isinstance(cell, list) else cell)
        writer.writerow(cells)
    return "".join([line[:-2] + "\n" for line in lines]).encode()


def _to_json(columns: Mapping[str, Values]) -> bytes:
    return json.dumps({"predictions": _records(columns)}).encode()


def _to_json_lines(columns: Mapping[str, Values]) -> bytes:
    return "".join(f"{json.dumps(record)}\n" for record in _records(columns)).encode()


def _to_npy(columns: Mapping[str, Values]) -> bytes:
    arrays = [np.asarray([_plain(value) for value in column]) for column in columns.values()]
    if any(array.dtype == object for array in arrays):
        arrays = [array.astype(str) for array in arrays]
    whole = arrays[0] if len(arrays) == 1 else np.column_stack(arrays)
    out = io.BytesIO()
    np.save(out, whole, allow_pickle=False)
    return out.getvalue()


_DECODERS: dict[str, Callable[[bytes], Table]] = {
    CSV: _csv,
    JSON: _json,
    JSON_LINES: _json_lines,
    NPY: _npy,
    PARQUET: _parquet,
}
_ENCODERS: dict[str, Callable[[Mapping[str, Values]], bytes]] = {
    CSV: _to_csv,
    JSON: _to_json,
    JSON_LINES: _to_json_lines,
    NPY: _to_npy,
}
_CHARSETS = {CSV: "text/csv; charset=utf-8"}
