"""Data sets brought to this machine by address: s3:// through boto3, or local files."""

from __future__ import annotations

import tempfile
from pathlib import Path


def local_files(address: str, nested: bool = True) -> list[Path]:
    """The files of an s3:// object or prefix (copied to a temporary directory), or of a path."""
    if not address.startswith("s3://"):
        path = Path(address)
        found = path.rglob("*") if nested else path.glob("*")
        return sorted(one for one in found if one.is_file()) if path.is_dir() else [path]
    import boto3

    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    pages = (
        boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    )
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    folder = prefix if prefix.endswith("/") or not prefix else f"{prefix}/"
    below = [key for key in keys if key.startswith(folder) and not key.endswith("/")]
    chosen = (
        [prefix]
        if prefix in keys
        else [key for key in below if nested or "/" not in key[len(folder) :]]
    )
    directory = Path(tempfile.mkdtemp(prefix="flow-"))
    files = []
    for place, key in enumerate(chosen):
        files.append(directory / f"{place:05}-{Path(key).name}")
        boto3.client("s3").download_file(bucket, key, str(files[-1]))
    return files
