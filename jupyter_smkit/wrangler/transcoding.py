"""CSV files in other encodings, as UTF-8 files that can be scanned."""

from __future__ import annotations

import codecs
import gzip
import hashlib
import io
import shutil
import tempfile
import uuid
import zlib
from pathlib import Path
from typing import IO, BinaryIO, cast

from jupyter_smkit.wrangler.flow import FlowError

BROKEN = (gzip.BadGzipFile, EOFError, zlib.error)
"""What reading a gzipped file raises that is none, or not whole."""


def python_encoding(name: str) -> str:
    """``UTF_8``, ``ISO-8859-1``, … as Python's codecs call it."""
    try:
        return codecs.lookup(name.replace("_", "-")).name
    except LookupError:
        raise FlowError(f"smkit does not know the encoding {name}") from None


def is_packed(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(2) == b"\x1f\x8b"


def unpacked(path: Path) -> BinaryIO:
    """The file's bytes, unpacked where it is gzipped."""
    return cast(BinaryIO, gzip.open(path)) if is_packed(path) else path.open("rb")


def opened(path: Path, encoding: str) -> IO[str]:
    """The file's text, unpacked where it is gzipped; line ends as they are."""
    return io.TextIOWrapper(unpacked(path), encoding=encoding, newline="")


def as_utf8(path: Path, encoding: str) -> Path:
    """The file itself, or a UTF-8 copy in the temporary directory, made once."""
    if encoding in ("utf-8", "ascii"):
        return path
    status = path.stat()
    identity = f"{path.absolute()}\0{status.st_mtime_ns}\0{status.st_size}\0{encoding}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:24]
    copy = Path(tempfile.gettempdir()) / f"smkit-utf8-{digest}.csv"
    if copy.exists():
        return copy
    # Two flows may read the same file at the same time.
    beside = copy.with_suffix(f".{uuid.uuid4().hex}")
    try:
        with (
            opened(path, encoding) as source,
            beside.open("w", encoding="utf-8", newline="") as target,
        ):
            shutil.copyfileobj(source, target, 1 << 20)
    except UnicodeDecodeError as error:
        beside.unlink(missing_ok=True)
        raise FlowError(f"{path.name} is not {encoding}: {error.reason}") from None
    except BROKEN as error:
        beside.unlink(missing_ok=True)
        raise FlowError(f"{path.name} is no whole gzip file: {error}") from None
    beside.replace(copy)
    return copy
