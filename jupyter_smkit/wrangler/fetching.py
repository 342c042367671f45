"""Data sets brought to this machine by address: s3:// through boto3, or local files."""

from __future__ import annotations

import tempfile
from pathlib import Path

from jupyter_smkit.objects.staging import relative_name
from jupyter_smkit.wrangler.dataset import chosen


def local_files(address: str, nested: bool = True) -> list[Path]:
    """The files of an s3:// object or prefix (copied to a temporary directory), or of a path."""
    if not address.startswith("s3://"):
        path = Path(address)
        if not path.is_dir():
            return [path]
        names = [one.relative_to(path).as_posix() for one in path.rglob("*") if one.is_file()]
        return [path / name for name in chosen(names, "", nested)]
    import boto3

    bucket, _, prefix = address.removeprefix("s3://").partition("/")
    pages = (
        boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=bucket, Prefix=prefix)
    )
    keys = [entry["Key"] for page in pages for entry in page.get("Contents", ())]
    found = {relative_name(key, prefix): key for key in keys}
    directory = Path(tempfile.mkdtemp(prefix="flow-"))
    files = []
    for place, name in enumerate(chosen(filter(None, found), address, nested)):
        files.append(directory / f"{place:05}" / Path(name).name)
        files[-1].parent.mkdir()
        boto3.client("s3").download_file(bucket, found[name], str(files[-1]))
    return files
