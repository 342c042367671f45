import hashlib
import io
import re
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_smkit.control.processes import wait_until
from jupyter_smkit.objects.blobs import MD5_BELOW
from jupyter_smkit.objects.errors import (
    BucketAlreadyExists,
    BucketAlreadyOwnedByYou,
    BucketNotEmpty,
    InvalidRange,
    NoSuchBucket,
    NoSuchKey,
    PreconditionFailed,
)
from jupyter_smkit.objects.model import Attributes, Condition
from jupyter_smkit.objects.store import ObjectStore

Files = Callable[[], list[Path]]
KEYS = st.one_of(
    st.sampled_from(["d", "d/e", "d/", "/", "//", "..", "../x", "a/../b", ".", " ", "\n", "%2F"]),
    st.text(min_size=1, max_size=40).filter(lambda key: _legal(key)),
)


def _legal(key: str) -> bool:
    return not any(0xD800 <= ord(character) <= 0xDFFF for character in key)


@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(contents=st.dictionaries(KEYS, st.binary(max_size=50), max_size=6))
def test_any_legal_key(store: ObjectStore, files: Files, contents: dict[str, bytes]) -> None:
    for key, data in contents.items():
        store.put("bucket", key, data)
    for key, data in contents.items():
        assert store.get("bucket", key).read() == data
    expected = sorted(contents, key=lambda key: key.encode())
    assert [info.key for info in store.keys("bucket")] == expected
    store.delete_many("bucket", contents)
    assert not list(store.keys("bucket"))
    assert not files()


def test_what_is_kept_of_an_object(store: ObjectStore) -> None:
    attributes = Attributes({"content-type": "text/csv"}, {"made-by": "me"}, {"team": "a"})
    put = store.put("bucket", "data.csv", b"a,b\n", attributes, algorithms=["CRC32", "SHA256"])
    found = store.head("bucket", "data.csv")
    assert found == put
    assert (found.size, found.content_type) == (4, "text/csv")
    assert found.etag == hashlib.md5(b"a,b\n").hexdigest()
    assert set(found.checksums) == {"CRC32", "SHA256"}


@pytest.mark.parametrize("make", [bytes, io.BytesIO, "path"])
def test_etag_of_a_large_object_is_not_its_md5(
    store: ObjectStore, tmp_path: Path, make: Any
) -> None:
    data = b"x" * MD5_BELOW
    if make == "path":
        path = tmp_path / "data"
        path.write_bytes(data)
        put = store.put("bucket", "large", path)
    else:
        put = store.put("bucket", "large", make(data))
    assert re.fullmatch("[0-9a-f]{32}-1", put.etag)
    assert store.copy(put, "bucket", "copied").etag == put.etag
    assert store.put("bucket", "large", b"y" * MD5_BELOW).etag != put.etag


def test_what_a_large_object_replaces_goes(store: ObjectStore, files: Files) -> None:
    for letter in (b"x", b"y"):
        store.put("bucket", "large", letter * MD5_BELOW)
    assert wait_until(lambda: len(files()) == 1, 10)


@pytest.mark.parametrize("make", [bytes, io.BytesIO, "path"])
def test_where_bytes_may_come_from(
    store: ObjectStore, tmp_path: Path, make: Callable[[bytes], object] | str
) -> None:
    data = b"x" * 3_000_000
    if isinstance(make, str):
        source: object = tmp_path / "file"
        (tmp_path / "file").write_bytes(data)
    else:
        source = make(data)
    store.put("bucket", "key", source)  # type: ignore[arg-type]
    assert store.get("bucket", "key").read() == data


@pytest.mark.parametrize(
    ("wanted", "expected"),
    [
        ((0, 2), b"012"),
        ((3, None), b"3456789"),
        ((None, 4), b"6789"),
        ((None, 40), b"0123456789"),
        ((8, 100), b"89"),
        (None, b"0123456789"),
    ],
)
def test_ranges(
    store: ObjectStore, wanted: tuple[int | None, int | None] | None, expected: bytes
) -> None:
    store.put("bucket", "digits", b"0123456789")
    with store.get("bucket", "digits", wanted) as content:
        assert content.length == len(expected)
        assert content.read() == expected


@pytest.mark.parametrize("wanted", [(10, None), (10, 20), (None, 0)])
def test_ranges_outside_the_object(
    store: ObjectStore, wanted: tuple[int | None, int | None]
) -> None:
    store.put("bucket", "digits", b"0123456789")
    with pytest.raises(InvalidRange):
        store.get("bucket", "digits", wanted)


def test_a_copy_shares_the_bytes_and_outlives_its_source(store: ObjectStore, files: Files) -> None:
    source = store.put("bucket", "a", b"data", Attributes(metadata={"x": "1"}))
    store.copy(source, "bucket", "b")
    store.copy(source, "bucket", "c", Attributes(metadata={"x": "2"}))
    assert len(files()) == 1
    store.delete_many("bucket", ["a", "b"])
    assert store.get("bucket", "c").read() == b"data"
    assert store.head("bucket", "c").attributes.metadata == {"x": "2"}
    store.delete("bucket", "c")
    assert not files()


def test_overwriting_leaves_readers_their_bytes(store: ObjectStore, files: Files) -> None:
    store.put("bucket", "key", b"old" * 1000)
    with store.get("bucket", "key") as content:
        store.put("bucket", "key", b"new")
        assert content.read() == b"old" * 1000
    assert store.get("bucket", "key").read() == b"new"
    assert len(files()) == 1


def test_an_object_that_is_replaced_between_head_and_open(store: ObjectStore) -> None:
    seen = store.put("bucket", "key", b"old")
    store.put("bucket", "key", b"newer")
    with store.open(seen) as content:
        assert (content.read(), content.info.size) == (b"newer", 5)


def test_conditional_writes(store: ObjectStore, files: Files) -> None:
    absent = Condition(if_none_match="*")
    first = store.put("bucket", "key", b"1", condition=absent)
    with pytest.raises(PreconditionFailed):
        store.put("bucket", "key", b"2", condition=absent)
    store.put("bucket", "key", b"3", condition=Condition(if_match=f'"{first.etag}"'))
    with pytest.raises(PreconditionFailed):
        store.put("bucket", "key", b"4", condition=Condition(if_match=first.etag))
    with pytest.raises(NoSuchKey):
        store.put("bucket", "other", b"4", condition=Condition(if_match=first.etag))
    with pytest.raises(PreconditionFailed):
        store.delete("bucket", "key", Condition(if_match=first.etag))
    assert store.get("bucket", "key").read() == b"3"
    assert len(files()) == 1


def test_one_of_many_writers_makes_the_object(store: ObjectStore) -> None:
    won = []

    def write(number: int) -> None:
        try:
            store.put("bucket", "lock", str(number).encode(), condition=Condition(None, "*"))
            won.append(number)
        except PreconditionFailed:
            pass

    threads = [threading.Thread(target=write, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(won) == 1
    assert store.get("bucket", "lock").read() == str(won[0]).encode()


def test_buckets_belong_to_accounts(store: ObjectStore, files: Files) -> None:
    with pytest.raises(BucketAlreadyOwnedByYou):
        store.buckets.create("bucket", "123456789012", "us-east-1")
    with pytest.raises(BucketAlreadyExists):
        store.buckets.create("bucket", "999999999999", "us-east-1")
    store.put("bucket", "key", b"")
    with pytest.raises(BucketNotEmpty):
        store.buckets.delete("bucket")
    store.delete("bucket", "key")
    store.buckets.delete("bucket")
    assert store.buckets.all("123456789012") == []
    for act in (store.buckets.delete, store.keys):
        with pytest.raises(NoSuchBucket):
            list(act("bucket") or ())
    with pytest.raises(NoSuchBucket):
        store.put("bucket", "key", b"")
    assert not files()


def test_missing_objects(store: ObjectStore) -> None:
    with pytest.raises(NoSuchKey):
        store.get("bucket", "nothing")
    store.delete("bucket", "nothing")


def test_collect_removes_orphans_and_leaves_the_rest(store: ObjectStore, files: Files) -> None:
    store.put("bucket", "key", b"kept")
    store.writer().finish()
    unfinished = store.writer()
    unfinished.write(b"half")
    assert store.collect(older_than=3600) == 0
    assert store.collect(older_than=-1) == 2
    assert store.get("bucket", "key").read() == b"kept"
    assert len(files()) == 1


def test_another_process_sees_what_was_written(store: ObjectStore) -> None:
    script = (
        "import sys; from pathlib import Path; from jupyter_smkit.objects.store import ObjectStore;"
        "store = ObjectStore(Path(sys.argv[1]));"
        "store.put('bucket', 'theirs', store.get('bucket', 'ours').read() + b'!')"
    )
    store.put("bucket", "ours", b"hello")
    subprocess.run([sys.executable, "-c", script, str(store.root)], check=True)
    assert store.get("bucket", "theirs").read() == b"hello!"


def test_only_the_standard_library_is_imported() -> None:
    script = (
        "import sys; import jupyter_smkit.objects.store;"
        "names = {name.partition('.')[0] for name in sys.modules};"
        "print(sorted(names - set(sys.stdlib_module_names) - {'jupyter_smkit', '__main__'}))"
    )
    done = subprocess.run(
        [
            sys.executable,
            "-I",
            "-S",
            "-c",
            f"sys=__import__('sys'); sys.path[:0]={sys.path!r};{script}",
        ],
        check=True,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]"
