"""How the CSV files of a source are written: as it says, else as their bytes tell."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from jupyter_smkit.objects.delimited import (
    DELIMITERS,
    guessed_delimiter,
    guessed_encoding,
    spoken,
)
from jupyter_smkit.wrangler.flow import FlowError
from jupyter_smkit.wrangler.transcoding import BROKEN, is_packed, python_encoding, unpacked

LOOKED_BYTES = 64 << 20
"""So much of a source's files, each from its beginning, is looked at for their encoding."""
_LEAST_BYTES = 1 << 18
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Dialect:
    separator: str
    encodings: tuple[str, ...]
    """Python's names, by file."""
    skip: int
    notes: tuple[str, ...]
    """What was guessed, for a person; what is usual is not told."""


def dialect_of(files: Sequence[Path], context: Mapping[str, Any]) -> Dialect:
    """Raises FlowError where what the source says is no delimiter or encoding, or none is found."""
    skip = int(context.get("s3SkipLines") or 0)
    delimiter, encoding = context.get("s3FieldDelimiter"), context.get("s3CsvEncodingType")
    each = max(LOOKED_BYTES // len(files), _LEAST_BYTES)
    encodings = tuple(
        python_encoding(str(encoding)) if encoding else _encoding(path, each) for path in files
    )
    separator = separator_of(delimiter) if delimiter else _separator(files[0], encodings[0], skip)
    guessed = [] if delimiter or separator == "," else [f"{DELIMITERS[separator]} between fields"]
    if not encoding:
        unusual = sorted({spoken(name) for name in encodings if name != "utf-8"})
        guessed += [f"the encoding {name}" for name in unusual]
    note = f"guessed: {' and '.join(guessed)}; the source's form takes others"
    return Dialect(separator, encodings, skip, (note,) if guessed else ())


def separator_of(delimiter: Any) -> str:
    """What stands between two fields, by a source's or a destination's ``delimiter``."""
    written = str(delimiter or ",")
    separator = {"\\t": "\t", "tab": "\t", "TAB": "\t"}.get(written, written)
    if len(separator.encode()) != 1:
        raise FlowError(f"the delimiter {written!r} must be one ASCII character")
    return separator


def _separator(path: Path, encoding: str, skip: int) -> str:
    head = b"".join(_chunks(path, _LEAST_BYTES))
    text = head.decode(encoding, errors="replace").removeprefix("\ufeff")
    lines = list(io.StringIO(text, newline=""))
    return guessed_delimiter("".join(lines[skip:]), whole=len(head) < _LEAST_BYTES)


def _encoding(path: Path, most: int) -> str:
    status = path.stat()
    found = _looked_up(str(path), status.st_size, status.st_mtime_ns, most)
    if not found:
        raise FlowError(
            f"{path.name} is not UTF-8, and what it is cannot be guessed: set the source's "
            "encoding, e.g. ISO-8859-1 or Shift_JIS"
        )
    return found


@lru_cache(maxsize=1_000)
def _looked_up(path: str, size: int, modified: int, most: int) -> str:
    whole = size <= most and not is_packed(Path(path))
    return guessed_encoding(_chunks(Path(path), most), whole)


def _chunks(path: Path, most: int) -> Iterator[bytes]:
    """The file's first bytes, unpacked; of a broken gzip file as much as there is."""
    with unpacked(path) as file:
        while most > 0:
            try:
                chunk = file.read(min(most, _CHUNK_BYTES))
            except BROKEN:
                return
            if not chunk:
                return
            most -= len(chunk)
            yield chunk
