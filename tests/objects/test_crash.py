"""A writer that ends at any instant: what it acknowledged is there, and nothing half made."""

import asyncio
import hashlib
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.caller import S3Caller
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.objects.wire import s3_app

WRITER = """
import sys
from pathlib import Path
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.objects.uploads import Chosen

store = ObjectStore(Path(sys.argv[1]))
start = int(sys.argv[2])
for number in range(start, start + 100_000):
    key, data = f"{number % 7}", (b"%08d" % number) * (1 + number % 5 * 3000)
    if number % 4 == 3:
        store.delete("bucket", key)
        print(number, key, "-", flush=True)
        continue
    if number % 4 == 2:
        upload = store.uploads.create("bucket", key)
        writer = store.writer()
        writer.write(data)
        part = store.uploads.add_part("bucket", key, upload.id, 1, writer.finish())
        store.uploads.complete("bucket", key, upload.id, [Chosen(1, part.etag, {})])
    else:
        store.put("bucket", key, data)
    print(number, key, len(data), flush=True)
"""


@pytest.mark.parametrize("seed", range(6))
def test_a_killed_writer(tmp_path: Path, seed: int) -> None:
    root = tmp_path / "objects"
    store = ObjectStore(root)
    store.buckets.create("bucket", "1", "us-east-1")
    acknowledged: dict[str, tuple[int, str]] = {}
    for attempt in range(3):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(root), str(attempt * 1000)],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert writer.stdout is not None
        # Wait for some writes, then a little of the next one: a different little each time.
        for _ in range(3 + seed * 5 + attempt):
            number, key, size = writer.stdout.readline().split()
            acknowledged[key] = (int(number), size)
        spin = hashlib.sha256(f"{seed} {attempt}".encode()).digest()[0] * 40
        while spin:
            spin -= 1
        writer.send_signal(signal.SIGKILL)
        for line in writer.stdout:
            number, key, size = line.split()
            acknowledged[key] = (int(number), size)
        writer.wait()
        writer.stdout.close()
        check(ObjectStore(root), acknowledged)
    leftovers = ObjectStore(root)
    leftovers.collect(older_than=-1)
    check(leftovers, acknowledged)
    kept = {blob for info in leftovers.keys("bucket") for blob, _ in info.blobs}
    assert {file.name for file in (root / "blobs").glob("*/*")} == kept


def check(store: ObjectStore, acknowledged: dict[str, tuple[int, str]]) -> None:
    there = {info.key: info for info in store.keys("bucket")}
    for key, info in there.items():
        with store.get("bucket", key) as content:
            data = content.read()
        assert len(data) == info.size
        assert len({data[at : at + 8] for at in range(0, len(data), 8)}) == 1
        if "-" not in info.etag:
            assert hashlib.md5(data).hexdigest() == info.etag
    last = max((number for number, _ in acknowledged.values()), default=-1)
    for key, (number, size) in acknowledged.items():
        if key == str((last + 1) % 7):
            # The write that was under way when the writer was killed may have been done.
            continue
        if size == "-":
            assert key not in there
        else:
            with store.get("bucket", key) as content:
                assert content.read(8) == b"%08d" % number
            assert there[key].size == int(size)


async def test_a_request_that_is_cut_off_at_its_end(
    store: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.put("bucket", "k", b"old")
    signature = sigv4.Signature("A", "", "us-east-1", "s3", (), "", "")
    caller = S3Caller("123456789012", "us-east-1", "A", "secret", signature)
    scope = {
        "method": "PUT",
        "path": "/bucket/k",
        "raw_path": b"/bucket/k",
        "query_string": b"",
        "headers": [(b"content-length", b"3")],
        "smkit.caller": caller,
    }
    cut = threading.Event()
    discard = store.discard

    def cut_off(blobs: list[str]) -> None:
        # The object is committed, and its client has not heard of it.
        loop.call_soon_threadsafe(request.cancel)
        assert cut.wait(10)
        discard(blobs)

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"new"}

    async def send(_: object) -> None:
        raise AssertionError("nobody is there any more")

    monkeypatch.setattr(store, "discard", cut_off)
    loop = asyncio.get_running_loop()
    request = asyncio.ensure_future(s3_app(store)(scope, receive, send))
    request.add_done_callback(lambda _: cut.set())
    with pytest.raises(asyncio.CancelledError):
        await request
    with store.get("bucket", "k") as content:
        assert content.read() == b"new"
