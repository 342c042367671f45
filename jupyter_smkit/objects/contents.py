"""The buckets as a drive in JupyterLab's file browser: Jupyter's contents model over S3.

A path is ``bucket/key``; a directory is a common prefix, or a key that ends in ``/``. After
"Contents API" in the documentation of Jupyter Server.
"""

from __future__ import annotations

import base64
import binascii
import json
import mimetypes
import tempfile
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import chain, count
from typing import Any, BinaryIO, Protocol

from jupyter_smkit.objects.errors import (
    BucketNotEmpty,
    EntityTooLarge,
    InvalidRequest,
    NoSuchKey,
    PreconditionFailed,
)

MAX_ENTRIES = 5000
"""Entries of a directory that are shown; Jupyter has no pages."""
MAX_CONTENT = 64 << 20
"""Bytes of the largest file that opens in the browser."""
Model = dict[str, Any]


@dataclass(frozen=True)
class Entry:
    key: str
    size: int
    modified: float
    """Unix seconds."""


@dataclass(frozen=True)
class Listing:
    entries: Sequence[Entry]
    prefixes: Sequence[str]
    next: str | None = None
    """What to give as ``after`` for the next page."""


class Client(Protocol):
    """S3, as the file browser needs it; errors are ApiErrors with S3's codes."""

    async def buckets(self) -> Sequence[str]: ...
    async def create_bucket(self, bucket: str) -> None: ...
    async def delete_bucket(self, bucket: str) -> None: ...
    async def list(
        self, bucket: str, prefix: str, delimiter: str, after: str | None, limit: int
    ) -> Listing: ...
    async def head(self, bucket: str, key: str) -> Entry | None: ...
    async def get(self, bucket: str, key: str) -> bytes: ...
    async def put(
        self, bucket: str, key: str, data: bytes | BinaryIO, content_type: str
    ) -> None: ...
    async def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> None: ...
    async def delete(self, bucket: str, keys: Sequence[str]) -> None: ...


class BucketContents:
    """The methods of Jupyter's AsyncContentsManager that its handlers call."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._chunks: dict[str, BinaryIO] = {}

    async def get(
        self,
        path: str,
        content: bool = True,
        type: str | None = None,
        format: str | None = None,
    ) -> Model:
        bucket, key = _split(path)
        if not bucket:
            return await self._root(content)
        entry = await self._client.head(bucket, key) if key and type != "directory" else None
        if entry is None:
            if type in ("file", "notebook"):
                raise NoSuchKey(f"No such file: {path}")
            return await self._directory(bucket, key, content)
        model = _file(bucket, entry)
        return await self._filled(model, bucket, entry, type, format) if content else model

    async def save(self, model: Model, path: str) -> Model:
        """Writes a file, or one chunk of it: chunks come numbered from 1, the last is -1."""
        bucket, key = _split(path)
        if model.get("type") == "directory":
            return await self._make_directory(bucket, key)
        if not key:
            raise InvalidRequest("Files lie in buckets: choose a bucket first")
        data = _bytes_of(model)
        mimetype = _mimetype(key)
        if (chunk := model.get("chunk")) is None:
            await self._client.put(bucket, key, data, mimetype)
        elif (whole := self._gather(path, chunk, data)) is not None:
            with whole:
                await self._client.put(bucket, key, whole, mimetype)
        else:
            return {**_model(path, "file"), "size": None}
        return await self.get(path, content=False, type="file")

    async def new(self, model: Model | None, path: str) -> Model:
        """Makes an untitled file, notebook or directory in the directory ``path``."""
        wanted = model or {}
        kind = wanted.get("type", "file")
        extension = wanted.get("ext") or {"notebook": ".ipynb", "file": ".txt"}.get(kind, "")
        stem = {"directory": "untitled-folder", "notebook": "Untitled"}.get(kind, "untitled")
        names = (f"{stem}{number or ''}{extension}" for number in count())
        target = await self._free(path, names)
        content: Any = ""
        if kind == "notebook":
            content = {"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
        made = {"type": kind, "format": "json" if kind == "notebook" else "text"}
        return await self.save({**made, "content": wanted.get("content", content)}, target)

    async def copy(self, source: str, directory: str) -> Model:
        """Copies a file into a directory, as ``name-Copy1.ext`` where the name is taken."""
        bucket, key = _split(source)
        name = key.rpartition("/")[2]
        stem, dot, extension = name.partition(".")
        numbered = (f"{stem}-Copy{number}{dot}{extension}" for number in count(1))
        target = await self._free(directory, chain([name], numbered))
        to_bucket, to_key = _split(target)
        await self._client.copy(bucket, key, to_bucket, to_key)
        return await self.get(target, content=False, type="file")

    async def delete(self, path: str) -> None:
        """Deletes a file, or a directory or bucket that is empty."""
        bucket, key = _split(path)
        if not key:
            await self._client.delete_bucket(bucket)
            return
        if await self._client.head(bucket, key) is not None:
            await self._client.delete(bucket, [key])
            return
        marker = f"{key}/"
        found = await self._client.list(bucket, marker, "", None, 2)
        keys = [entry.key for entry in found.entries]
        if not keys:
            raise NoSuchKey(f"No such file or directory: {path}")
        if keys != [marker]:
            raise BucketNotEmpty(f"The directory {path} is not empty: delete its files first")
        await self._client.delete(bucket, [marker])

    async def rename(self, path: str, new_path: str) -> Model:
        bucket, key = _split(path)
        to_bucket, to_key = _split(new_path)
        if not key or not to_key:
            raise InvalidRequest("A bucket keeps its name: make another and move the files")
        if await self._exists(to_bucket, to_key):
            raise PreconditionFailed(f"There is a {new_path} already")
        if await self._client.head(bucket, key) is not None:
            await self._client.copy(bucket, key, to_bucket, to_key)
            await self._client.delete(bucket, [key])
            return await self.get(new_path, content=False, type="file")
        moved = [entry.key async for entry in self._below(bucket, f"{key}/")]
        if not moved:
            raise NoSuchKey(f"No such file or directory: {path}")
        for old in moved:
            await self._client.copy(bucket, old, to_bucket, to_key + old[len(key) :])
        for at in range(0, len(moved), 1000):
            await self._client.delete(bucket, moved[at : at + 1000])
        return await self.get(new_path, content=False, type="directory")

    async def _root(self, content: bool) -> Model:
        model = _model("", "directory")
        if content:
            model["format"] = "json"
            model["content"] = [
                _model(bucket, "directory") for bucket in await self._client.buckets()
            ]
        return model

    async def _directory(self, bucket: str, key: str, content: bool) -> Model:
        prefix = f"{key}/" if key else ""
        model = _model(f"{bucket}/{key}" if key else bucket, "directory")
        found = await self._client.list(bucket, prefix, "/", None, MAX_ENTRIES if content else 1)
        if key and not found.entries and not found.prefixes:
            raise NoSuchKey(f"No such directory: {model['path']}")
        if content:
            model["format"] = "json"
            model["content"] = [
                _model(f"{bucket}/{folded.removesuffix('/')}", "directory")
                for folded in found.prefixes
                if folded[len(prefix) :] != "/"
            ] + [_file(bucket, entry) for entry in found.entries if entry.key != prefix]
        return model

    async def _make_directory(self, bucket: str, key: str) -> Model:
        if not key:
            await self._client.create_bucket(bucket)
            return _model(bucket, "directory")
        await self._client.put(bucket, f"{key}/", b"", "application/x-directory")
        return _model(f"{bucket}/{key}", "directory")

    async def _filled(
        self, model: Model, bucket: str, entry: Entry, kind: str | None, form: str | None
    ) -> Model:
        if entry.size > MAX_CONTENT:
            raise EntityTooLarge(
                f"{model['path']} has {entry.size:,} bytes, more than a browser should hold: "
                "download it, or read it from a notebook"
            )
        data = await self._client.get(bucket, entry.key)
        if model["type"] == "notebook" and kind != "file":
            try:
                return {**model, "format": "json", "content": json.loads(data), "mimetype": None}
            except ValueError:
                raise InvalidRequest(f"{model['path']} is not a notebook: it is not JSON") from None
        text = None
        if form != "base64":
            try:
                text = data.decode()
            except UnicodeDecodeError:
                if form == "text":
                    raise InvalidRequest(f"{model['path']} is not UTF-8 text") from None
        if text is not None:
            plain = model["mimetype"] or "text/plain"
            return {**model, "type": "file", "format": "text", "content": text, "mimetype": plain}
        encoded = base64.b64encode(data).decode()
        return {**model, "type": "file", "format": "base64", "content": encoded}

    async def _free(self, directory: str, names: Iterable[str]) -> str:
        """The first of the paths in a directory where nothing is, also beyond what is shown."""
        paths = (f"{directory}/{name}".strip("/") for name in names)
        return await anext(path for path in paths if not await self._exists(*_split(path)))

    async def _exists(self, bucket: str, key: str) -> bool:
        if not key:
            return bucket in await self._client.buckets()
        if await self._client.head(bucket, key) is not None:
            return True
        return bool((await self._client.list(bucket, f"{key}/", "", None, 1)).entries)

    async def _below(self, bucket: str, prefix: str) -> AsyncIterator[Entry]:
        after: str | None = None
        while True:
            page = await self._client.list(bucket, prefix, "", after, 1000)
            for entry in page.entries:
                yield entry
            if page.next is None:
                return
            after = page.next

    def _gather(self, path: str, chunk: int, data: bytes) -> BinaryIO | None:
        """Keeps a chunk; the whole file, at its start, once the last has come."""
        if chunk == 1:
            if (abandoned := self._chunks.pop(path, None)) is not None:
                abandoned.close()
            self._chunks[path] = tempfile.TemporaryFile()  # noqa: SIM115
        file = self._chunks.get(path)
        if file is None:
            raise InvalidRequest(f"The upload of {path} was interrupted: start it again")
        file.write(data)
        if chunk != -1:
            return None
        file.seek(0)
        return self._chunks.pop(path)


def _split(path: str) -> tuple[str, str]:
    bucket, _, key = path.strip("/").partition("/")
    return bucket, key


def _model(path: str, kind: str) -> Model:
    epoch = datetime.fromtimestamp(0, UTC).isoformat()
    return {
        "name": path.rpartition("/")[2],
        "path": path,
        "type": kind,
        "created": epoch,
        "last_modified": epoch,
        "content": None,
        "format": None,
        "mimetype": None,
        "size": None,
        "writable": True,
    }


def _file(bucket: str, entry: Entry) -> Model:
    kind = "notebook" if entry.key.endswith(".ipynb") else "file"
    at = datetime.fromtimestamp(entry.modified, UTC).isoformat()
    return {
        **_model(f"{bucket}/{entry.key}", kind),
        "created": at,
        "last_modified": at,
        "size": entry.size,
        "mimetype": None if kind == "notebook" else mimetypes.guess_type(entry.key)[0],
    }


def _mimetype(key: str) -> str:
    if key.endswith(".ipynb"):
        return "application/x-ipynb+json"
    return mimetypes.guess_type(key)[0] or "application/octet-stream"


def _bytes_of(model: Model) -> bytes:
    content = model.get("content")
    if model.get("type") == "notebook" and not isinstance(content, str):
        return json.dumps(content, indent=1, ensure_ascii=False).encode()
    if not isinstance(content, str):
        raise InvalidRequest("The file to save has no content")
    if model.get("format") != "base64":
        return content.encode()
    try:
        return base64.b64decode(content)
    except (binascii.Error, ValueError):
        raise InvalidRequest("The file to save is not in base64") from None
