import json
import os
from pathlib import Path

import pytest

from jupyter_smkit.objects.errors import InvalidRequest
from jupyter_smkit.objects.staging import relative_name
from jupyter_smkit.objects.store import ObjectStore


def names(directory: Path) -> list[str]:
    return sorted(
        path.relative_to(directory).as_posix() for path in directory.rglob("*") if path.is_file()
    )


def put(store: ObjectStore, *keys: str) -> None:
    for key in keys:
        store.put("bucket", key, key.encode())


@pytest.mark.parametrize(
    ("key", "prefix", "expected"),
    [
        ("train/a.csv", "train", "a.csv"),
        ("train/a.csv", "train/", "a.csv"),
        ("train/sub/a.csv", "train", "sub/a.csv"),
        ("data/train.csv", "data/train.csv", "train.csv"),
        ("data/train-1.csv", "data/train", "train-1.csv"),
        ("a.csv", "", "a.csv"),
    ],
)
def test_the_file_that_a_key_becomes(key: str, prefix: str, expected: str) -> None:
    assert relative_name(key, prefix) == expected


def test_a_prefix_is_brought_in(store: ObjectStore, tmp_path: Path) -> None:
    put(store, "in/a.csv", "in/sub/b.csv", "in/empty/", "other/c.csv")
    found = store.download("s3://bucket/in", tmp_path / "data")
    assert [path.name for path in found] == ["a.csv", "b.csv"]
    assert names(tmp_path / "data") == ["a.csv", "sub/b.csv"]
    assert (tmp_path / "data/empty").is_dir()
    assert store.download("s3://bucket/nothing", tmp_path / "none") == []


def test_a_job_cannot_change_what_is_stored(store: ObjectStore, tmp_path: Path) -> None:
    put(store, "in/a")
    (copy,) = store.download("s3://bucket/in", tmp_path)
    copy.write_bytes(b"changed")
    assert store.get("bucket", "in/a").read() == b"in/a"


def test_instances_share_the_keys(store: ObjectStore, tmp_path: Path) -> None:
    put(store, *(f"in/{number}" for number in range(7)))
    shares = [
        {path.name for path in store.download("s3://bucket/in/", tmp_path / str(n), shard=(n, 3))}
        for n in range(3)
    ]
    assert [len(share) for share in shares] == [3, 2, 2]
    assert set.union(*shares) == {str(number) for number in range(7)}


def test_a_manifest_names_the_files(store: ObjectStore, tmp_path: Path) -> None:
    put(store, "in/a", "in/b/c", "in/d")
    manifest = json.dumps([{"prefix": "s3://bucket/in/"}, "a", "b/c"])
    store.put("bucket", "list.json", manifest.encode())
    store.download("s3://bucket/list.json", tmp_path / "data", manifest=True)
    assert names(tmp_path / "data") == ["a", "b/c"]
    store.put("bucket", "list.json", b"a\nb\n")
    with pytest.raises(InvalidRequest, match="is not a manifest"):
        store.download("s3://bucket/list.json", tmp_path / "data", manifest=True)


@pytest.mark.parametrize(
    "keys", [("in/../../x",), ("in//x",), ("in/a\0",), ("in/" + "x" * 256,), ("in/d", "in/d/e")]
)
def test_keys_that_cannot_be_files(
    store: ObjectStore, tmp_path: Path, keys: tuple[str, ...]
) -> None:
    put(store, *keys)
    with pytest.raises(InvalidRequest, match="cannot become a file"):
        store.download("s3://bucket/in/", tmp_path / "data")
    assert names(tmp_path) <= ["data/d"] or all(
        name.startswith(("data/", "objects/")) for name in names(tmp_path)
    )


def test_a_directory_is_brought_out(store: ObjectStore, tmp_path: Path) -> None:
    made = tmp_path / "out"
    (made / "sub").mkdir(parents=True)
    (made / "a.txt").write_text("a")
    (made / "sub/b.txt").write_text("b")
    (made / "secret").symlink_to("/etc/hostname")
    (made / "linked").symlink_to("/etc")
    os.mkfifo(made / "pipe")
    store.upload(made, "s3://bucket/results")
    assert [info.key for info in store.keys("bucket")] == ["results/a.txt", "results/sub/b.txt"]


def test_a_file_is_brought_to_its_address(store: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_bytes(b"tar")
    store.upload(tmp_path / "model.tar.gz", "s3://bucket/out/model.tar.gz")
    store.upload(tmp_path / "model.tar.gz", "s3://bucket/other/")
    keys = [info.key for info in store.keys("bucket")]
    assert keys == ["other/model.tar.gz", "out/model.tar.gz"]


def test_an_object_in_parts_is_brought_in_whole(store: ObjectStore, tmp_path: Path) -> None:
    upload = store.uploads.create("bucket", "in/big")
    from jupyter_smkit.objects.uploads import MIN_PART, Chosen

    chosen = []
    for number, data in ((1, b"a" * MIN_PART), (2, b"end")):
        writer = store.writer()
        writer.write(data)
        part = store.uploads.add_part("bucket", "in/big", upload.id, number, writer.finish())
        chosen.append(Chosen(number, part.etag, {}))
    store.uploads.complete("bucket", "in/big", upload.id, chosen)
    store.download("s3://bucket/in", tmp_path / "data")
    assert (tmp_path / "data/big").read_bytes() == b"a" * MIN_PART + b"end"
