import hashlib
import re
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from jupyter_smkit.objects.blobs import MD5_BELOW, Blob
from jupyter_smkit.objects.errors import (
    BadDigest,
    EntityTooSmall,
    InvalidArgument,
    InvalidPart,
    InvalidPartOrder,
    NoSuchUpload,
    PreconditionFailed,
    S3Error,
)
from jupyter_smkit.objects.index import refer
from jupyter_smkit.objects.model import ALWAYS, Attributes, Condition
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.objects.uploads import MIN_PART, Chosen, Upload

Files = Callable[[], list[Path]]
FIVE = b"5" * MIN_PART


def blob(store: ObjectStore, data: bytes, *algorithms: str) -> Blob:
    writer = store.writer(algorithms)
    writer.write(data)
    return writer.finish()


def add(store: ObjectStore, upload: Upload, number: int, data: bytes) -> Chosen:
    algorithms = [upload.algorithm] if upload.algorithm else []
    part = store.uploads.add_part(
        "bucket", upload.key, upload.id, number, blob(store, data, *algorithms)
    )
    return Chosen(number, part.etag, {})


def test_parts_become_an_object(store: ObjectStore, files: Files) -> None:
    upload = store.uploads.create("bucket", "big", Attributes({"content-type": "x/y"}))
    last = add(store, upload, 7, b"end")
    first = add(store, upload, 2, FIVE)
    made = store.uploads.complete("bucket", "big", upload.id, [first, last])
    digests = hashlib.md5(FIVE).digest() + hashlib.md5(b"end").digest()
    assert made.etag == f"{hashlib.md5(digests).hexdigest()}-2"
    with store.get("bucket", "big") as content:
        assert content.read() == FIVE + b"end"
    with store.get("bucket", "big", (MIN_PART - 1, MIN_PART + 1)) as content:
        assert content.read() == b"5en"
    assert store.head("bucket", "big").content_type == "x/y"
    store.delete("bucket", "big")
    assert not files()


def test_a_large_part_has_no_etag_that_looks_like_an_md5(store: ObjectStore) -> None:
    upload = store.uploads.create("bucket", "big")
    chosen = [add(store, upload, 1, bytes(MD5_BELOW)), add(store, upload, 2, b"end")]
    assert re.fullmatch("[0-9a-f]{32}-1", chosen[0].etag)
    assert chosen[1].etag == hashlib.md5(b"end").hexdigest()
    made = store.uploads.complete("bucket", "big", upload.id, chosen)
    assert re.fullmatch("[0-9a-f]{32}-2", made.etag)


def test_a_part_that_was_given_up_is_none(store: ObjectStore) -> None:
    upload = store.uploads.create("bucket", "big")
    finished = blob(store, FIVE)
    store.collect(older_than=-1)
    with pytest.raises(S3Error, match="removed before"):
        store.uploads.add_part("bucket", "big", upload.id, 1, finished)
    assert store.uploads.parts("bucket", "big", upload.id) == []


def test_completing_again_gives_the_same_answer(store: ObjectStore) -> None:
    upload = store.uploads.create("bucket", "big")
    chosen = [add(store, upload, 1, b"x")]
    made = store.uploads.complete("bucket", "big", upload.id, chosen)
    assert store.uploads.complete("bucket", "big", upload.id, chosen).etag == made.etag
    store.delete("bucket", "big")
    with pytest.raises(NoSuchUpload):
        store.uploads.complete("bucket", "big", upload.id, chosen)


def test_parts_that_are_replaced_or_left_out_are_removed(store: ObjectStore, files: Files) -> None:
    upload = store.uploads.create("bucket", "big")
    add(store, upload, 1, b"first try")
    chosen = add(store, upload, 1, b"second try")
    add(store, upload, 2, b"left out")
    assert len(files()) == 2
    store.uploads.complete("bucket", "big", upload.id, [chosen])
    assert store.get("bucket", "big").read() == b"second try"
    assert len(files()) == 1


def test_what_cannot_be_completed(store: ObjectStore) -> None:
    upload = store.uploads.create("bucket", "big")
    one, two = add(store, upload, 1, b"small"), add(store, upload, 2, b"end")

    def complete(*chosen: Chosen, **more: Condition) -> None:
        store.uploads.complete("bucket", "big", upload.id, chosen, **more)

    with pytest.raises(EntityTooSmall):
        complete(one, two)
    with pytest.raises(InvalidPartOrder):
        complete(two, one)
    with pytest.raises(InvalidPart):
        complete(one, Chosen(3, two.etag, {}))
    with pytest.raises(InvalidPart):
        complete(Chosen(1, two.etag, {}))
    with pytest.raises(InvalidArgument):
        add(store, upload, 10_001, b"")
    store.put("bucket", "big", b"there")
    with pytest.raises(PreconditionFailed):
        complete(one, condition=Condition(if_none_match="*"))
    assert store.get("bucket", "big").read() == b"there"
    complete(one)
    assert store.get("bucket", "big").read() == b"small"


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [("CRC32", "FULL_OBJECT"), ("CRC32C", "COMPOSITE"), ("CRC64NVME", ""), ("SHA256", "")],
)
def test_checksums_of_the_whole(store: ObjectStore, algorithm: str, kind: str) -> None:
    upload = store.uploads.create("bucket", "sum", algorithm=algorithm, checksum_type=kind)
    chosen = [add(store, upload, 1, FIVE), add(store, upload, 2, b"end")]
    with pytest.raises(BadDigest):
        store.uploads.complete("bucket", "sum", upload.id, chosen, checksum=(algorithm, "AAAAAA=="))
    made = store.uploads.complete("bucket", "sum", upload.id, chosen)
    if made.checksum_type == "FULL_OBJECT":
        assert made.checksums == blob(store, FIVE + b"end", algorithm).checksums
    else:
        assert made.checksums[algorithm].endswith("-2")


def test_aborting(store: ObjectStore, files: Files) -> None:
    upload = store.uploads.create("bucket", "big")
    add(store, upload, 1, b"x")
    store.uploads.abort("bucket", "big", upload.id)
    assert not files()
    with pytest.raises(NoSuchUpload):
        add(store, upload, 2, b"x")
    assert not files()


def test_a_bucket_takes_its_uploads_along(store: ObjectStore, files: Files) -> None:
    upload = store.uploads.create("bucket", "big")
    add(store, upload, 1, b"x")
    add(store, upload, 2, b"y")
    store.delete_bucket("bucket")
    assert not files()
    store.ensure_bucket("bucket", "123456789012", "us-east-1")
    assert not store.uploads.page("bucket").uploads
    with pytest.raises(NoSuchUpload):
        add(store, upload, 3, b"z")


def test_uploads_in_progress_are_listed_a_page_at_a_time(store: ObjectStore) -> None:
    ticks = count(1_700_000_000)
    store.clock = lambda: next(ticks)
    keys = ["a", "a", "a", "d/x", "d/y", "e"]
    made = [store.uploads.create("bucket", key) for key in keys]
    seen, after = [], None
    while True:
        page = store.uploads.page("bucket", after=after, limit=2)
        seen += [upload.id for upload in page.uploads]
        if page.next is None:
            break
        after = page.next
    assert seen == [upload.id for upload in made]
    page = store.uploads.page("bucket", delimiter="/", after=("a", made[1].id), limit=2)
    assert ([upload.key for upload in page.uploads], page.prefixes) == (["a"], ("d/",))
    assert page.next == ("d/", "")
    rest = store.uploads.page("bucket", delimiter="/", after=page.next)
    assert [upload.key for upload in rest.uploads] == ["e"]


def test_an_object_of_many_parts_can_be_read_while_it_is_replaced(store: ObjectStore) -> None:
    # More parts than are opened at once; the least size of a part does not matter here.
    parts = [blob(store, f"{number:04}".encode()) for number in range(100)]
    upload = store.uploads.create("bucket", "many")
    info = store.uploads.complete("bucket", "many", upload.id, [add(store, upload, 1, b"x")])
    with store.index.writing() as connection:
        refer(connection, [part.id for part in parts])
        whole = replace(info, size=400, blobs=tuple((part.id, part.size) for part in parts))
        store.place(connection, whole, ALWAYS)
    with store.get("bucket", "many") as content:
        store.put("bucket", "many", b"new")
        assert content.read() == b"".join(f"{number:04}".encode() for number in range(100))
    assert store.collect(older_than=-1) >= 100
