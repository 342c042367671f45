"""Moving whole prefixes between s3:// and directories, as SageMaker's data channels do."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Protocol

from jupyter_smkit.objects.content import Content, Range
from jupyter_smkit.objects.errors import InvalidRequest
from jupyter_smkit.objects.model import (
    ALWAYS,
    NO_ATTRIBUTES,
    Attributes,
    Condition,
    ObjectInfo,
)
from jupyter_smkit.objects.names import split_uri


class Objects(Protocol):
    """s3:// as supervisors and flows use it: the store in the home, or a real service."""

    def ensure_bucket(self, name: str, account: str, region: str) -> None: ...
    def put(
        self,
        bucket: str,
        key: str,
        data: bytes | Path | BinaryIO,
        attributes: Attributes = NO_ATTRIBUTES,
        condition: Condition = ALWAYS,
    ) -> ObjectInfo: ...
    def head(self, bucket: str, key: str) -> ObjectInfo: ...
    def get(self, bucket: str, key: str, wanted: Range | None = None) -> Content: ...
    def fetch(self, bucket: str, key: str, target: Path) -> ObjectInfo: ...
    def keys(self, bucket: str, prefix: str = "") -> Iterator[ObjectInfo]: ...
    def delete(self, bucket: str, key: str) -> None: ...


def download(
    objects: Objects,
    uri: str,
    directory: Path,
    manifest: bool = False,
    shard: tuple[int, int] = (0, 1),
) -> list[Path]:
    """Copies objects into a directory; answers the files, in the order of their keys.

    ``uri`` is a prefix of keys, as in S3Prefix (``s3://b/train`` is ``train``, ``train/a.csv`` and
    ``train.csv``), or with ``manifest`` the address of a manifest file. ``shard`` is this
    instance's number, from 0, and how many there are (ShardedByS3Key): each takes every n-th key.
    """
    if manifest:
        prefix, names = read_manifest(objects, uri)
        bucket, start = split_uri(prefix)
        found = [(start + name, name) for name in names]
    else:
        bucket, prefix = split_uri(uri)
        found = [
            (info.key, relative_name(info.key, prefix)) for info in objects.keys(bucket, prefix)
        ]
    number, count = shard
    mine = sorted(found, key=lambda entry: entry[0].encode())[number::count]
    return _fetch(objects, bucket, mine, directory)


def read_manifest(objects: Objects, uri: str) -> tuple[str, list[str]]:
    """The prefix and the names of a manifest file."""
    bucket, key = split_uri(uri)
    with objects.get(bucket, key) as content:
        text = content.read()
    try:
        head, *names = json.loads(text)
        prefix = head["prefix"]
    except (ValueError, TypeError, KeyError):
        prefix, names = None, []
    if not isinstance(prefix, str) or not all(isinstance(name, str) for name in names):
        raise InvalidRequest(
            f'{uri} is not a manifest: write [{{"prefix": "s3://bucket/path/"}}, "name", …]'
        )
    return prefix, names


def upload(objects: Objects, source: Path, uri: str) -> list[ObjectInfo]:
    """Puts a file at an address, or every file below a directory under a prefix.

    Links are left out, not followed: what a job linked to is not its own.
    """
    bucket, prefix = split_uri(uri)
    if source.is_file():
        key = prefix + source.name if not prefix or prefix.endswith("/") else prefix
        return [objects.put(bucket, key, source)]
    start = prefix if not prefix or prefix.endswith("/") else f"{prefix}/"
    return [
        objects.put(bucket, start + file.relative_to(source).as_posix(), file)
        for file in sorted(plain_files(source))
    ]


def relative_name(key: str, prefix: str) -> str:
    """The file that a key below a prefix becomes in a channel; it may end in ``/``: a directory."""
    rest = key[len(prefix) :]
    if prefix.endswith("/") or not prefix:
        return rest
    return rest[1:] if rest.startswith("/") else prefix.rpartition("/")[2] + rest


def plain_files(directory: Path) -> Iterator[Path]:
    """Those below a directory; links are left out, and what is removed meanwhile."""
    for parent, _, names in os.walk(directory):
        for name in names:
            file = Path(parent, name)
            with suppress(FileNotFoundError):
                if stat.S_ISREG(file.lstat().st_mode):
                    yield file


def _fetch(
    objects: Objects, bucket: str, found: Iterable[tuple[str, str]], directory: Path
) -> list[Path]:
    directory.mkdir(parents=True, exist_ok=True)
    files = []
    for key, name in found:
        target = directory / _checked(name, bucket, key)
        try:
            if not name or name.endswith("/"):
                target.mkdir(parents=True, exist_ok=True)
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            objects.fetch(bucket, key, target)
        except (FileExistsError, NotADirectoryError, IsADirectoryError):
            raise InvalidRequest(
                f"s3://{bucket}/{key} cannot become a file: another key below the prefix is a file "
                "where this one needs a directory, or the other way round"
            ) from None
        files.append(target)
    return files


def _checked(name: str, bucket: str, key: str) -> str:
    segments = name.removesuffix("/").split("/")
    if "\0" in name or (name and not {"", ".", ".."}.isdisjoint(segments)):
        raise InvalidRequest(
            f"s3://{bucket}/{key} cannot become a file: its name has an empty segment, '.', '..' "
            "or a null character"
        )
    if any(len(segment.encode()) > 255 for segment in segments):
        raise InvalidRequest(f"s3://{bucket}/{key} cannot become a file: a name is over 255 bytes")
    return name
