"""Data frames and files into s3:// and back."""

from __future__ import annotations

import hashlib
import io
import logging
import os.path
import platform
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from jupyter_smkit.workflow import session

if TYPE_CHECKING:
    import pandas as pd

log = logging.getLogger(__name__)
_DIGEST = "sha256"
"""The metadata of an object that tells its content: an ETag does so of small ones alone."""


def put_dataframe(df: Any, to: str) -> str:
    """Writes a pandas or polars frame; its ``s3://`` address.

    ``to`` is an address, or a name: ``flights.csv`` comes to ``data/flights.csv`` in the default
    bucket. The ending says the format: ``.csv`` or ``.parquet``. Other content at the address is
    replaced, and a warning in the log says so.
    """
    uri = to if to.startswith("s3://") else f"s3://{session.default_bucket()}/data/{to}"
    out = io.BytesIO()
    is_polars = type(df).__module__.startswith("polars")
    if uri.endswith(".parquet"):
        df.write_parquet(out) if is_polars else df.to_parquet(out, index=False)
    elif uri.endswith(".csv"):
        df.write_csv(out) if is_polars else df.to_csv(out, index=False)
    else:
        raise ValueError(f"{to!r} must end in .csv or .parquet")
    put(uri, out.getvalue())
    return uri


def put(uri: str, body: bytes) -> None:
    """Writes an object; where that replaces another content, the log says so."""
    bucket, key = split(uri)
    s3 = session.client("s3")
    told = {_DIGEST: hashlib.sha256(body).hexdigest()}
    _replace(s3, uri, told, lambda: s3.put_object(Bucket=bucket, Key=key, Body=body, Metadata=told))


def read_dataframe(uri: str) -> pd.DataFrame:
    """A pandas frame of a CSV or Parquet file, or of all such files below an address."""
    import pandas as pd

    s3 = session.client("s3")
    frames = []
    for key in _tables(uri):
        body = io.BytesIO(s3.get_object(Bucket=split(uri)[0], Key=key)["Body"].read())
        frames.append(pd.read_parquet(body) if key.endswith(".parquet") else pd.read_csv(body))
    if not frames:
        raise FileNotFoundError(f"{uri}: no .csv or .parquet file")
    return pd.concat(frames, ignore_index=True)


def is_parquet(uri: str) -> bool:
    """Whether the table at an address, or the first one below it, is in Parquet."""
    return next(iter(_tables(uri)), "").endswith(".parquet")


def _tables(uri: str) -> list[str]:
    """The keys of the CSV and Parquet files at an address, or below it."""
    bucket, prefix = split(uri)
    pages = session.client("s3").get_paginator("list_objects_v2")
    found = pages.paginate(Bucket=bucket, Prefix=prefix).search("Contents[].Key")
    keys = [key for key in found if key]
    folder = _folder(prefix)
    chosen = [prefix] if prefix in keys else [key for key in keys if key.startswith(folder)]
    return [key for key in chosen if key.endswith((".csv", ".parquet"))]


def upload(path: Path, uri: str) -> str:
    """A file, or what lies in a folder, to an address; the address of the file or the folder.

    Under an address that ends in a slash a file keeps its name. Other content at the address is
    replaced, and a warning in the log says so.
    """
    bucket, key = split(uri)
    s3 = session.client("s3")
    if path.is_file():
        key = f"{key}{path.name}" if key == _folder(key) else key
        _send(s3, path, bucket, key)
        return f"s3://{bucket}/{key}"
    if not path.is_dir():
        raise FileNotFoundError(f"{path}: no such file or folder")
    for file in sorted(path.rglob("*")):
        if file.is_file():
            _send(s3, file, bucket, f"{_folder(key)}{file.relative_to(path)}")
    return uri


def own_address(path: Path) -> str:
    """Where a file or folder of this machine goes in the default bucket: nothing of another place
    goes there, and it itself always does."""
    where = Path(os.path.abspath(path))  # noqa: PTH100 - a link has a name of its own
    digest = hashlib.sha256(f"{platform.node()}:{where.parent}".encode()).hexdigest()[:8]
    folder = re.sub(r"[^\w.-]+", "-", where.parent.name, flags=re.ASCII)
    return f"s3://{session.default_bucket()}/data/{folder}-{digest}/{where.name}"


def _send(s3: Any, file: Path, bucket: str, key: str) -> None:
    with open(file, "rb") as content:
        told = {_DIGEST: hashlib.file_digest(content, "sha256").hexdigest()}
    more = {"Metadata": told}
    uri = f"s3://{bucket}/{key}"
    _replace(s3, uri, told, lambda: s3.upload_file(str(file), bucket, key, ExtraArgs=more))


def _replace(s3: Any, uri: str, told: dict[str, str], write: Callable[[], Any]) -> None:
    """Writes what is not there already, and says when something else was."""
    from botocore.exceptions import ClientError

    bucket, key = split(uri)
    try:
        before = s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        # On AWS 403 is the answer for a missing key to whoever may not list the bucket.
        if error.response["ResponseMetadata"]["HTTPStatusCode"] not in (403, 404):
            raise
        before = None
    if before and before["Metadata"].get(_DIGEST) == told[_DIGEST]:
        return
    write()
    if before:
        log.warning("%s: what stood there was another content, and is replaced", uri)


def _folder(key: str) -> str:
    return key if not key or key.endswith("/") else f"{key}/"


def split(uri: str) -> tuple[str, str]:
    parts = urlsplit(uri)
    if parts.scheme != "s3" or not parts.netloc:
        raise ValueError(f"{uri!r} is not an s3:// address")
    return parts.netloc, uri.removeprefix(f"s3://{parts.netloc}").lstrip("/")
