"""Reads the channels of a job into data frames, and says precisely what is wrong with a file."""

from __future__ import annotations

import codecs
import gzip
import zlib
from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet

from jupyter_smkit.automl.task import PARQUET, Source
from jupyter_smkit.objects.delimited import DELIMITERS, guessed_delimiter, guessed_encoding

# It would take SIGTERM for itself, and answer it with an error of its own.
pa.enable_signal_handlers(False)

MAX_COLUMNS = 1000
NULLS = ("", "#N/A", "#NA", "-NaN", "-nan", "N/A", "NA", "NULL", "NaN", "n/a", "nan", "null")
"""Cells of a CSV that are missing values."""
_CHUNK = 1 << 20
_HEAD = 1 << 18
USUAL = (",", "utf-8")
"""The delimiter and the encoding that need no word."""


class DataError(Exception):
    """The data cannot be trained on; the message says what to do."""


Dialects = dict[str, tuple[str, str]]
"""By a CSV file's name its delimiter and its encoding, which are guessed."""


def read(
    *channels: Sequence[Source], texts: Collection[str] = (), dialects: Dialects | None = None
) -> list[pd.DataFrame]:
    """Of each channel all files one below the other; the columns ``texts`` stay as they are written.

    A column of different kinds in different files is text in all. ``dialects`` is filled in.
    Raises DataError.
    """
    dialects = {} if dialects is None else dialects
    tables = [_read_files(channel, texts, dialects) for channel in channels]
    if mixed := _mixed(table for found in tables for table in found):
        return read(*channels, texts={*texts, *mixed}, dialects=dialects)
    return [_frame(tables.pop(0)) for _ in channels]


def _read_files(
    channel: Iterable[Source], texts: Collection[str], dialects: Dialects
) -> list[pa.Table]:
    found: list[pa.Table] = []
    first = ""
    for source in channel:
        for path in _files(source):
            table = _read_file(path, source, texts, dialects)
            if found and table.column_names != found[0].column_names:
                raise DataError(
                    f"{path.name} has other columns than {first}: "
                    f"{_difference(found[0].column_names, table.column_names)}. "
                    "Every file of a data set needs the same header."
                )
            first = first or path.name
            found.append(table)
    return found


def _mixed(tables: Iterable[pa.Table]) -> set[str]:
    kinds: dict[str, set[str]] = {}
    for table in tables:
        for name, kind in zip(table.column_names, table.schema.types, strict=True):
            if not pa.types.is_null(kind):
                number = pa.types.is_integer(kind) or pa.types.is_floating(kind)
                kinds.setdefault(name, set()).add("number" if number else str(kind))
    return {name for name, found in kinds.items() if len(found) > 1}


def _frame(tables: list[pa.Table]) -> pd.DataFrame:
    """The tables are used up: the memory holds the data once."""
    table = pa.concat_tables(tables, promote_options="permissive")
    tables.clear()
    return table.to_pandas(
        date_as_object=False, ignore_metadata=True, split_blocks=True, self_destruct=True
    )


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


def _read_file(path: Path, source: Source, texts: Collection[str], dialects: Dialects) -> pa.Table:
    if source.content_type == PARQUET:
        table = _parquet(path, texts)
    else:
        table = _csv(path, source.compression, texts, dialects)
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
        if pa.types.is_nested(field.type) or pa.types.is_binary(field.type):
            raise DataError(
                f"{path.name}: column '{field.name}' holds {field.type} values; "
                "AutoML takes flat columns."
            )
    return _nanoseconds(table)


def _nanoseconds(table: pa.Table) -> pa.Table:
    """All times in the unit of those in requests; a year beyond its range is missing."""
    for place, field in enumerate(table.schema):
        if pa.types.is_timestamp(field.type) or pa.types.is_date(field.type):
            zone = getattr(field.type, "tz", None)
            micros = table[place].cast(pa.timestamp("us", zone), safe=False)
            within = pc.less(pc.abs(micros.cast(pa.int64())), 2**63 // 1000)
            known = pc.if_else(within, micros, pa.scalar(None, micros.type))
            table = table.set_column(place, field.name, known.cast(pa.timestamp("ns", zone)))
    return table


def _parquet(path: Path, texts: Collection[str]) -> pa.Table:
    try:
        table = pyarrow.parquet.read_table(path)
    except (pa.ArrowInvalid, OSError) as error:
        raise DataError(f"{path.name} is not a Parquet file: {error}") from None
    kinds = [_plain_type(field, texts) for field in table.schema]
    return table.cast(pa.schema(kinds)) if kinds != list(table.schema) else table


def _plain_type(field: pa.Field, texts: Collection[str]) -> pa.Field:
    """As a request to the model can say it."""
    kind = field.type
    if pa.types.is_dictionary(kind):
        kind = kind.value_type
    if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) or pa.types.is_time(kind):
        kind = pa.string()
    if field.name in texts and not pa.types.is_nested(kind):
        kind = pa.string()
    if pa.types.is_decimal(kind):
        kind = pa.float64()
    if pa.types.is_duration(kind):
        kind = pa.int64()
    return field.with_type(kind)


def _csv(path: Path, compression: str, texts: Collection[str], dialects: Dialects) -> pa.Table:
    content = _content(path, compression)
    encoding = guessed_encoding(_chunks(content))
    if not encoding:
        raise _no_text(path, content)
    if encoding != "utf-8":
        content = pa.py_buffer(str(memoryview(content), encoding).encode())
    if all(not chunk.strip() for chunk in _chunks(content)):
        raise DataError(f"{path.name} is empty.")
    head = (
        content.slice(0, min(_HEAD, content.size))
        .to_pybytes()
        .decode(errors="replace")
        .removeprefix("\ufeff")
    )
    delimiter = guessed_delimiter(head, whole=content.size <= _HEAD)
    dialects[path.name] = delimiter, encoding
    try:
        table = _parse_csv(content, texts, delimiter, threads=True)
    except pa.ArrowInvalid:
        table = _parse_slowly(path, content, texts, delimiter)
    # A time of day stays the text that requests to the model will hold.
    times = [field.name for field in table.schema if pa.types.is_time(field.type)]
    return _parse_csv(content, {*texts, *times}, delimiter, threads=False) if times else table


def _parse_slowly(
    path: Path, content: pa.Buffer, texts: Collection[str], delimiter: str
) -> pa.Table:
    """On one thread, which names the line that is wrong."""
    try:
        return _parse_csv(content, texts, delimiter, threads=False)
    except pa.ArrowInvalid as error:
        reason = str(error).removeprefix("CSV parse error: ").strip()
        raise DataError(
            f"{path.name} is not a proper CSV file: {reason}. Every row needs as many values as "
            f"the header has names; quote values that hold {DELIMITERS[delimiter]}."
        ) from None


def _parse_csv(
    content: pa.Buffer, texts: Collection[str], delimiter: str, *, threads: bool
) -> pa.Table:
    return pyarrow.csv.read_csv(
        pa.BufferReader(content),
        read_options=pyarrow.csv.ReadOptions(use_threads=threads),
        parse_options=pyarrow.csv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
        # Words such as "true" stay words, as they will be in the requests to the model.
        convert_options=pyarrow.csv.ConvertOptions(
            strings_can_be_null=True,
            null_values=NULLS,
            true_values=[],
            false_values=[],
            column_types=dict.fromkeys(texts, pa.string()),
        ),
    )


def _content(path: Path, compression: str) -> pa.Buffer:
    """The file's bytes: mapped, not copied, where they are not packed."""
    if path.stat().st_size == 0:
        raise DataError(f"{path.name} is empty.")
    content = pa.memory_map(str(path)).read_buffer()
    if compression != "Gzip" and content.slice(0, 2).to_pybytes() != b"\x1f\x8b":
        return content
    try:
        return pa.py_buffer(gzip.decompress(content))
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise DataError(f"{path.name} is not a whole gzip file: {error}") from None


def _chunks(content: pa.Buffer) -> Iterator[bytes]:
    view = memoryview(content).cast("B")
    return (bytes(view[start : start + _CHUNK]) for start in range(0, len(view), _CHUNK))


def _no_text(path: Path, content: pa.Buffer) -> DataError:
    """Where it stops to be UTF-8."""
    decoder, before = codecs.getincrementaldecoder("utf-8")(), 0
    try:
        for chunk in _chunks(content):
            decoder.decode(chunk)
            before += len(chunk)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as error:
        at = before + error.start - (len(error.object) - len(chunk))
    view = memoryview(content).cast("B")
    line = bytes(view[:at]).count(b"\n") + 1
    return DataError(
        f"{path.name} is not UTF-8 text: line {line} holds the byte 0x{view[at]:02x}. What else it "
        "is cannot be guessed: save the file as UTF-8."
    )


def missing_column(name: str, columns: Iterable[Any], what: str) -> DataError:
    names = [str(column) for column in columns]
    shown = _quoted(names[:20]) + (", …" if len(names) > 20 else "")
    return DataError(f"There is no {what} '{name}'; the columns are {shown}.")


def _difference(expected: Iterable[Any], found: Iterable[Any]) -> str:
    expected, found = list(expected), list(found)
    missing = [name for name in expected if name not in found]
    further = [name for name in found if name not in expected]
    parts = [f"without {_quoted(missing)}"] if missing else []
    parts += [f"with {_quoted(further)}"] if further else []
    return ", ".join(parts) or "in another order"


def _quoted(names: Iterable[Any]) -> str:
    return ", ".join(f"'{name}'" for name in names)
