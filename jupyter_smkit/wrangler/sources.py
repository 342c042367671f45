"""The data sets that a flow reads: which files, and how they are scanned."""

from __future__ import annotations

import codecs
import csv
import gzip
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import polars as pl

from jupyter_smkit.wrangler.dialect import dialect_of
from jupyter_smkit.wrangler.flow import FlowError
from jupyter_smkit.wrangler.transcoding import BROKEN, as_utf8, opened

MAX_COLUMNS = 1_000
FILENAME_COLUMN = "filename"
_HEAD_BYTES = 1 << 18
_HEAD_ROWS = 1_000
csv.field_size_limit(1 << 30)
_MAGIC = ((b"PAR1", "Parquet"), (b"PK\x03\x04", "a zip archive"), (b"%PDF", "a PDF"))


def scan(files: Sequence[Path], context: Mapping[str, Any]) -> pl.LazyFrame:
    """The rows of the files, lazily; of a CSV every column is text."""
    if not files:
        raise FlowError(f"there is no object under {context.get('s3Uri')}")
    name = FILENAME_COLUMN if context.get("s3AddsFilenameColumn") else None
    kind = str(context.get("s3ContentType") or "csv").lower()
    if kind == "parquet":
        _check_parquet(files)
        return _named(
            pl.scan_parquet(list(files), include_file_paths=name, missing_columns="insert"),
            name,
            files,
            files,
        )
    if kind in ("json", "jsonl"):
        return _named(pl.scan_ndjson(list(files), include_file_paths=name), name, files, files)
    return _scan_csv(files, context, name)


def _named(
    frame: pl.LazyFrame, column: str | None, read: Sequence[Path], files: Sequence[Path]
) -> pl.LazyFrame:
    """The file's name in place of where it was read: a preview, a job and a script agree."""
    if column is None:
        return frame
    names = {str(path): file.name for path, file in zip(read, files, strict=True)}
    return frame.with_columns(pl.col(column).replace_strict(names))


def _check_parquet(files: Sequence[Path]) -> None:
    for path in files:
        with path.open("rb") as file:
            if file.read(4) != b"PAR1":
                raise FlowError(f"{path.name} is no Parquet file")


def _scan_csv(files: Sequence[Path], context: Mapping[str, Any], name: str | None) -> pl.LazyFrame:
    for path in files:
        _check_kind(path)
    dialect = dialect_of(files, context)
    separator, skip = dialect.separator, dialect.skip
    has_header = context.get("s3HasHeader") is not False
    encoded = list(zip(files, dialect.encodings, strict=True))
    headers = [_check_head(path, encoding, separator, skip) for path, encoding in encoded]
    for path, header in zip(files, headers, strict=True):
        if header != headers[0] if has_header else len(header) != len(headers[0]):
            raise FlowError(
                f"{path.name} has other columns than {files[0].name}: "
                f"{', '.join(header[:5])}… and {', '.join(headers[0][:5])}…"
            )
    read = [as_utf8(path, encoding) for path, encoding in encoded]
    scanned = pl.scan_csv(
        read,
        has_header=has_header,
        separator=separator,
        skip_lines=skip,
        infer_schema=False,
        include_file_paths=name,
        # polars leaves the quotes in a quoted name doubled.
        with_column_names=lambda names: [
            name.replace('""', '"') if has_header else f"_c{place}"
            for place, name in enumerate(names)
        ],
    )
    return _named(scanned, name, read, files)


def guesses(files: Sequence[Path], context: Mapping[str, Any]) -> tuple[str, ...]:
    """What of the files' writing is guessed, for a person."""
    is_csv = str(context.get("s3ContentType") or "csv").lower() == "csv"
    return dialect_of(files, context).notes if is_csv else ()


def _check_kind(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if not head.strip():
        raise FlowError(f"{path.name} is empty")
    for magic, what in _MAGIC:
        if head.startswith(magic):
            raise FlowError(f"{path.name} is {what}, not CSV")


def _check_head(path: Path, encoding: str, separator: str, skip: int) -> list[str]:
    """The first row; FlowError says what of the file's head is no CSV, and in which line."""
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        whole = len(head) < _HEAD_BYTES
    if head.startswith(b"\x1f\x8b"):
        return _first_row_of_gzip(path, encoding, separator, skip)
    text = _decoded(path, head, encoding, whole)
    # Not splitlines(): a field may hold what Unicode, but not CSV, takes for the end of a line.
    lines = list(io.StringIO(text, newline=""))
    if "\r" in text and "\n" not in text:
        raise FlowError(f"{path.name}: its lines end in CR alone; save it with LF or CR LF")
    header = next(_rows(lines[skip:], separator), None)
    if header is None:
        raise FlowError(f"{path.name} has no line after the {skip} to skip")
    width = len(header)
    if width > MAX_COLUMNS:
        raise FlowError(f"{path.name} has {width:,} columns; at most {MAX_COLUMNS:,} are read")
    if "\x00" in text:
        raise FlowError(f"{path.name} holds NUL bytes: it is no CSV in {encoding}")
    _check_width(path, lines[skip:], separator, skip, width, whole)
    return header


def _check_width(
    path: Path, lines: Sequence[str], separator: str, skip: int, width: int, whole: bool
) -> None:
    """``whole``: else the head may end in the middle of its last row."""
    reader = csv.reader(lines, delimiter=separator)
    try:
        for row in islice(reader, _HEAD_ROWS):
            if row and len(row) != width and (whole or reader.line_num < len(lines)):
                raise FlowError(_ragged(path, reader.line_num + skip, len(row), width))
    except csv.Error as error:
        raise FlowError(f"{path.name}, line {reader.line_num + skip}: {error}") from None


def _ragged(path: Path, line: int, found: int, width: int) -> str:
    return f"{path.name}, line {line}: {found} fields where the first row has {width}"


def _rows(lines: Iterable[str], separator: str) -> Iterator[list[str]]:
    return (row for row in csv.reader(lines, delimiter=separator) if row)


def _first_row_of_gzip(path: Path, encoding: str, separator: str, skip: int) -> list[str]:
    try:
        with gzip.open(path, "rt", encoding=encoding, errors="replace", newline="") as file:
            header = next(_rows(islice(file, skip, None), separator), None)
    except BROKEN as error:
        raise FlowError(f"{path.name} is no whole gzip file: {error}") from None
    if header is None:
        raise FlowError(f"{path.name} is empty")
    return header


def _decoded(path: Path, head: bytes, encoding: str, whole: bool) -> str:
    try:
        text = codecs.getincrementaldecoder(encoding)().decode(head, final=whole)
        return text.removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        line = head[: error.start].count(b"\n") + 1
        raise FlowError(
            f"{path.name} is not {encoding}: byte {error.start}, in line {line}; "
            "set the source's encoding, e.g. Windows-1252"
        ) from None


def explain(
    error: Exception, files: Sequence[Path], context: Mapping[str, Any]
) -> FlowError | None:
    """What is wrong in the files past their heads, where polars could not read them."""
    if str(context.get("s3ContentType") or "csv").lower() != "csv":
        return None
    dialect = dialect_of(files, context)
    separator, skip = dialect.separator, dialect.skip
    for path, encoding in zip(files, dialect.encodings, strict=True):
        with opened(path, encoding) as file:
            reader = csv.reader(file, delimiter=separator)
            width = 0
            try:
                for row in reader:
                    if reader.line_num <= skip or not row:
                        continue
                    width = width or len(row)
                    if len(row) > width:
                        return FlowError(_ragged(path, reader.line_num, len(row), width))
            except UnicodeDecodeError:
                return FlowError(
                    f"{path.name} is not {encoding}: after line {reader.line_num}; "
                    "set the source's encoding, e.g. Windows-1252"
                )
            except BROKEN as wrong:
                return FlowError(f"{path.name} is no whole gzip file: {wrong}")
            except csv.Error as wrong:
                return FlowError(f"{path.name}, line {reader.line_num}: {wrong}")
    return None
