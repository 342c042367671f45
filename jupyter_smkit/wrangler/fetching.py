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
    directory = Path(tempfile.mkdtemp(prefix="flow-"))
    files = []
    for place, entry in enumerate(one for page in pages for one in page.get("Contents", ())):
        rest = entry["Key"][len(prefix) :].lstrip("/")
        if entry["Key"].endswith("/") or ("/" in rest and not nested):
            continue
        files.append(directory / f"{place:05}-{Path(entry['Key']).name}")
        boto3.client("s3").download_file(bucket, entry["Key"], str(files[-1]))
    return files
