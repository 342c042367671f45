"""The buckets in the file browser, through the real edge and store."""

from __future__ import annotations

import base64
import os
from typing import TYPE_CHECKING

import pytest

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.config import Home
from jupyter_smkit.objects.contents import BucketContents
from jupyter_smkit.server.backend import Backend
from jupyter_smkit.server.buckets import BackendBuckets

if TYPE_CHECKING:
    from tests.conftest import Smkit

BUCKET = "browsed"


@pytest.fixture
def contents(smkit: Smkit) -> BucketContents:
    smkit.bucket(BUCKET)
    return BucketContents(BackendBuckets(Backend(Home(smkit.home.path))))


async def test_files_come_and_go(contents: BucketContents, smkit: Smkit) -> None:
    written = {"type": "file", "format": "text", "content": "a,b\n1,2\n"}
    await contents.save(written, f"{BUCKET}/data/ü & co.csv")
    stored = smkit.client("s3").get_object(Bucket=BUCKET, Key="data/ü & co.csv")
    assert stored["Body"].read() == b"a,b\n1,2\n"

    shown = await contents.get(f"{BUCKET}/data")
    assert [entry["name"] for entry in shown["content"]] == ["ü & co.csv"]
    assert (await contents.get(f"{BUCKET}/data/ü & co.csv"))["content"] == "a,b\n1,2\n"
    assert BUCKET in [entry["name"] for entry in (await contents.get(""))["content"]]

    await contents.rename(f"{BUCKET}/data", f"{BUCKET}/moved")
    await contents.delete(f"{BUCKET}/moved/ü & co.csv")
    with pytest.raises(ApiError) as gone:
        await contents.get(f"{BUCKET}/moved/ü & co.csv", type="file")
    assert gone.value.status == 404


async def test_a_large_upload_comes_in_chunks(contents: BucketContents, smkit: Smkit) -> None:
    parts = [os.urandom(1 << 20) for _ in range(3)]
    for number, part in zip((1, 2, -1), parts, strict=True):
        content = base64.b64encode(part).decode()
        model = {"type": "file", "format": "base64", "content": content, "chunk": number}
        await contents.save(model, f"{BUCKET}/large.bin")
    stored = smkit.client("s3").get_object(Bucket=BUCKET, Key="large.bin")
    assert stored["Body"].read() == b"".join(parts)


async def test_a_directory_of_more_than_a_page(contents: BucketContents, smkit: Smkit) -> None:
    s3 = smkit.client("s3")
    for number in range(1100):
        s3.put_object(Bucket=BUCKET, Key=f"many/{number:04}", Body=b"")
    shown = (await contents.get(f"{BUCKET}/many"))["content"]
    assert [entry["name"] for entry in shown] == [f"{number:04}" for number in range(1100)]
