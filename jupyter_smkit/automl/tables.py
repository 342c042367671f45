"""Reads the channels of a job into data frames, and says precisely what is wrong with a file."""

from __future__ import annotations

import gzip
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet

from jupyter_smkit.automl.task import PARQUET, Source

MAX_COLUMNS = 1000
_SEPARATORS = {";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}


class DataError(Exception):
    """The data cannot be trained on; the message says what to do."""


def read(sources: Iterable[Source]) -> pd.DataFrame:
    """All files of the sources one below the other. Raises DataError."""
    frames: list[pd.DataFrame] = []
    first = ""
    for source in sources:
        for path in _files(source):
            frame = _read_file(path, source)
            if frames and list(frame.columns) != list(frames[0].columns):
                raise DataError(
                    f"{path.name} has other columns than {first}: "
                    f"{_difference(frames[0].columns, frame.columns)}. "
                    "Every file of a data set needs the same header."
                )
            first = first or path.name
            frames.append(frame)
    return frames[0] if len(frames) == 1 else pd.concat(frames, ignore_index=True)


def _files(source: Source) -> list[Path]:
    if source.path.is_file():
        return [source.path]
    files = sorted(
        path
        for path in source.path.rglob("*")
        if path.is_file() and not path.name.startswith((".", "_"))
    )
    if not files:
        raise DataError(f"The {source.channel} channel holds no file.")
    return files


def _read_file(path: Path, source: Source) -> pd.DataFrame:
    table = _parquet(path) if source.content_type == PARQUET else _csv(path, source.compression)
    names = table.column_names
    if len(names) > MAX_COLUMNS:
        raise DataError(f"{path.name} has {len(names):,} columns; AutoML takes {MAX_COLUMNS:,}.")
    if repeated := sorted({name for name in names if names.count(name) > 1}):
        raise DataError(f"{path.name} has more than one column named {_quoted(repeated)}.")
    if empty := [str(index + 1) for index, name in enumerate(names) if not name.strip()]:
        raise DataError(f"{path.name}: column {', '.join(empty)} has no name in the header.")
    if table.num_rows == 0:
        raise DataError(f"{path.name} has a header but no rows.")
    for field in table.schema:
        if pa.types.is_nested(field.type):
            raise DataError(
                f"{path.name}: column '{field.name}' holds {field.type} values; "
                "AutoML takes flat columns."
            )
    return table.to_pandas(date_as_object=False, ignore_metadata=True)


def _parquet(path: Path) -> pa.Table:
    try:
        return pyarrow.parquet.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path.name} is not a Parquet file: {error}") from None


def _csv(path: Path, compression: str) -> pa.Table:
    content = _content(path, compression)
    if not content.strip():
        raise DataError(f"{path.name} is empty.")
    _check_encoding(path, content)
    try:
        return _parse_csv(content, threads=True)
    except pa.ArrowInvalid:
        pass
    try:
        return _parse_csv(content, threads=False)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("CSV parse error: ").strip()
        raise DataError(
            f"{path.name} is not a proper CSV file: {reason}. Every row needs as many values as "
            "the header has names; quote values that hold commas."
        ) from None


def _parse_csv(content: bytes, *, threads: bool) -> pa.Table:
    return pyarrow.csv.read_csv(
        pa.BufferReader(content),
        read_options=pyarrow.csv.ReadOptions(use_threads=threads),
        parse_options=pyarrow.csv.ParseOptions(newlines_in_values=True),
        # Words such as "true" stay words, as they will be in the requests to the model.
        convert_options=pyarrow.csv.ConvertOptions(
            strings_can_be_null=True, true_values=[], false_values=[]
        ),
    )


def _content(path: Path, compression: str) -> bytes:
    content = path.read_bytes()
    if compression != "Gzip" and not content.startswith(b"\x1f\x8b"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError) as error:
        raise DataError(f"{path.name} is not a whole gzip file: {error}") from None


def _check_encoding(path: Path, content: bytes) -> None:
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(
            f"{path.name} is not UTF-8 text: line {line} holds the byte "
            f"0x{content[error.start]:02x}. Save the file as UTF-8."
        ) from None


def missing_column(name: str, columns: Iterable[Any], what: str) -> DataError:
    names = [str(column) for column in columns]
    hint = ""
    if len(names) == 1:
        for separator, called in _SEPARATORS.items():
            if separator in names[0]:
                hint = f" The file seems to be separated by {called}: save it with commas."
    shown = _quoted(names[:20]) + (", …" if len(names) > 20 else "")
    return DataError(f"There is no {what} '{name}'; the columns are {shown}.{hint}")


def _difference(expected: Iterable[Any], found: Iterable[Any]) -> str:
    expected, found = list(expected), list(found)
    missing = [name for name in expected if name not in found]
    further = [name for name in found if name not in expected]
    parts = [f"without {_quoted(missing)}"] if missing else []
    parts += [f"with {_quoted(further)}"] if further else []
    return ", ".join(parts) or "in another order"


def _quoted(names: Iterable[Any]) -> str:
    return ", ".join(f"'{name}'" for name in names)
