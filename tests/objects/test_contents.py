"""The file browser's view of the buckets, over the store itself."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

import pytest

from jupyter_smkit.objects.contents import BucketContents, Entry, Listing
from jupyter_smkit.objects.errors import (
    BucketNotEmpty,
    InvalidRequest,
    NoSuchKey,
    PreconditionFailed,
)
from jupyter_smkit.objects.model import Attributes, ObjectInfo
from jupyter_smkit.objects.store import ObjectStore


@dataclass(frozen=True)
class StoreClient:
    """The store as an asynchronous client."""

    store: ObjectStore

    async def buckets(self) -> Sequence[str]:
        return [bucket.name for bucket in self.store.buckets.all()]

    async def create_bucket(self, bucket: str) -> None:
        self.store.buckets.create(bucket, "123456789012", "us-east-1")

    async def delete_bucket(self, bucket: str) -> None:
        self.store.buckets.delete(bucket)

    async def list(
        self, bucket: str, prefix: str, delimiter: str, after: str | None, limit: int
    ) -> Listing:
        page = self.store.page(bucket, prefix, delimiter, after, limit)
        return Listing([entry(info) for info in page.objects], page.prefixes, page.next)

    async def head(self, bucket: str, key: str) -> Entry | None:
        try:
            return entry(self.store.head(bucket, key))
        except NoSuchKey:
            return None

    async def get(self, bucket: str, key: str) -> bytes:
        with self.store.get(bucket, key) as content:
            return content.read()

    async def put(self, bucket: str, key: str, data: bytes | BinaryIO, content_type: str) -> None:
        self.store.put(bucket, key, data, Attributes({"content-type": content_type}))

    async def copy(self, bucket: str, key: str, to_bucket: str, to_key: str) -> None:
        self.store.copy(self.store.head(bucket, key), to_bucket, to_key)

    async def delete(self, bucket: str, keys: Sequence[str]) -> None:
        self.store.delete_many(bucket, keys)


def entry(info: ObjectInfo) -> Entry:
    return Entry(info.key, info.size, info.modified)


@pytest.fixture
def contents(store: ObjectStore) -> BucketContents:
    return BucketContents(StoreClient(store))


def shown(model: dict[str, Any]) -> list[tuple[str, str]]:
    return [(child["path"], child["type"]) for child in model["content"]]


async def test_buckets_are_the_top_directories(contents: BucketContents) -> None:
    await contents.save({"type": "directory"}, "other-bucket")
    assert shown(await contents.get("")) == [
        ("bucket", "directory"),
        ("other-bucket", "directory"),
    ]
    assert shown(await contents.get("bucket")) == []
    await contents.delete("other-bucket")
    assert shown(await contents.get("/")) == [("bucket", "directory")]


async def test_a_directory_shows_what_lies_in_it(
    contents: BucketContents, store: ObjectStore
) -> None:
    for key in ("a.csv", "d", "d/e.ipynb", "empty/"):
        store.put("bucket", key, b"{}")
    assert sorted(shown(await contents.get("bucket"))) == [
        ("bucket/a.csv", "file"),
        ("bucket/d", "directory"),
        ("bucket/d", "file"),
        ("bucket/empty", "directory"),
    ]
    assert shown(await contents.get("bucket/d", type="directory")) == [
        ("bucket/d/e.ipynb", "notebook")
    ]
    assert shown(await contents.get("bucket/empty")) == []
    with pytest.raises(NoSuchKey):
        await contents.get("bucket/nothing")


async def test_text_binary_and_notebooks(contents: BucketContents, store: ObjectStore) -> None:
    saved = await contents.save(
        {"type": "file", "format": "text", "content": "ü,b\n"}, "bucket/a.csv"
    )
    assert (saved["size"], saved["mimetype"], saved["content"]) == (5, "text/csv", None)
    assert (await contents.get("bucket/a.csv"))["content"] == "ü,b\n"
    assert store.head("bucket", "a.csv").content_type == "text/csv"
    image = base64.b64encode(b"\x89PNG\xff").decode()
    await contents.save({"type": "file", "format": "base64", "content": image}, "bucket/i.png")
    found = await contents.get("bucket/i.png")
    assert (found["format"], found["content"], found["mimetype"]) == ("base64", image, "image/png")
    with pytest.raises(InvalidRequest):
        await contents.get("bucket/i.png", format="text")
    made = await contents.new({"type": "notebook"}, "bucket")
    assert (made["name"], made["type"]) == ("Untitled.ipynb", "notebook")
    notebook = await contents.get("bucket/Untitled.ipynb")
    assert (notebook["format"], notebook["content"]["nbformat"]) == ("json", 4)


async def test_a_large_file_comes_in_chunks(contents: BucketContents, store: ObjectStore) -> None:
    for chunk, data in ((1, b"one"), (2, b"two"), (-1, b"end")):
        model = {"type": "file", "format": "base64", "content": base64.b64encode(data).decode()}
        await contents.save({**model, "chunk": chunk}, "bucket/large.bin")
    assert store.get("bucket", "large.bin").read() == b"onetwoend"
    with pytest.raises(InvalidRequest):
        await contents.save({**model, "chunk": 2}, "bucket/other.bin")


async def test_new_names_are_free(contents: BucketContents) -> None:
    names = [(await contents.new({"type": "file"}, "bucket"))["name"] for _ in range(3)]
    assert names == ["untitled.txt", "untitled1.txt", "untitled2.txt"]
    folder = await contents.new({"type": "directory"}, "bucket")
    assert folder["path"] == "bucket/untitled-folder"
    copy = await contents.copy("bucket/untitled.txt", "bucket")
    assert copy["name"] == "untitled-Copy1.txt"


async def test_a_name_is_taken_also_where_it_is_not_shown(
    contents: BucketContents, store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_smkit.objects.contents.MAX_ENTRIES", 2)
    for key in ("d/a", "d/b", "d/untitled.txt", "d/x.csv", "x.csv"):
        store.put("bucket", key, b"mine")
    assert (await contents.new(None, "bucket/d"))["path"] == "bucket/d/untitled1.txt"
    assert (await contents.copy("bucket/x.csv", "bucket/d"))["path"] == "bucket/d/x-Copy1.csv"


async def test_renaming(contents: BucketContents, store: ObjectStore) -> None:
    for key in ("a", "d/1", "d/2", "taken"):
        store.put("bucket", key, key.encode())
    assert (await contents.rename("bucket/a", "bucket/x/b"))["path"] == "bucket/x/b"
    assert (await contents.rename("bucket/d", "bucket/moved"))["type"] == "directory"
    assert [info.key for info in store.keys("bucket")] == ["moved/1", "moved/2", "taken", "x/b"]
    with pytest.raises(PreconditionFailed):
        await contents.rename("bucket/x/b", "bucket/taken")
    with pytest.raises(NoSuchKey):
        await contents.rename("bucket/nothing", "bucket/y")
    with pytest.raises(InvalidRequest):
        await contents.rename("bucket", "renamed")


async def test_deleting(contents: BucketContents, store: ObjectStore) -> None:
    for key in ("a", "d/1", "empty/"):
        store.put("bucket", key, b"")
    await contents.delete("bucket/a")
    await contents.delete("bucket/empty")
    for full in ("bucket/d", "bucket"):
        with pytest.raises(BucketNotEmpty):
            await contents.delete(full)
    assert [info.key for info in store.keys("bucket")] == ["d/1"]
    with pytest.raises(NoSuchKey):
        await contents.delete("bucket/nothing")
