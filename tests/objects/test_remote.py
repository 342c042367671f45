"""s3:// on a real service: here the service is another store behind its wire."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home
from jupyter_smkit.objects import open_store
from jupyter_smkit.objects.errors import S3Error
from jupyter_smkit.objects.model import Attributes, Condition
from jupyter_smkit.objects.remote import RemoteObjects
from jupyter_smkit.objects.request import S3Request, read_request
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.objects.wire import s3_app


@pytest.fixture
def remote(service: Any, bucket: str, monkeypatch: pytest.MonkeyPatch) -> RemoteObjects:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", service.access_key)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", service.secret)
    return RemoteObjects(service.endpoint, "us-east-1")


@pytest.fixture
def passed_on(
    service: Any, remote: RemoteObjects, tmp_path: Path, serve: Any, verify: Any
) -> Iterator[Any]:
    """A client of a smkit that points at the service, with a key that only this smkit knows."""
    credentials = Credentials(tmp_path / "credentials.json")
    key = credentials.default()
    with serve(verify(s3_app(remote), credentials)) as endpoint:
        yield replace(service, endpoint=endpoint, access_key=key.access_key, secret=key.secret)


def test_settings_choose_the_store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert isinstance(open_store(Home(tmp_path)), ObjectStore)
    monkeypatch.setenv("SMKIT_S3_ENDPOINT", "http://127.0.0.1:9000")
    assert isinstance(open_store(Home(tmp_path)), RemoteObjects)


def test_objects_of_a_service(remote: RemoteObjects, bucket: str) -> None:
    attributes = Attributes({"content-type": "text/csv"}, {"x": "1"}, {"t": "1"})
    put = remote.put(bucket, "a/b", b"0123456789", attributes)
    assert (put.size, put.content_type) == (10, "text/csv")
    assert remote.head(bucket, "a/b").attributes.metadata == {"x": "1"}
    with remote.get(bucket, "a/b", (2, 4)) as content:
        assert (content.start, content.length, content.read()) == (2, 3, b"234")
    assert b"".join(remote.get(bucket, "a/b")) == b"0123456789"
    remote.put(bucket, "a/c", io.BytesIO(b"x"))
    assert [info.key for info in remote.keys(bucket, "a/")] == ["a/b", "a/c"]
    with pytest.raises(S3Error) as refused:
        remote.put(bucket, "a/b", b"", condition=Condition(if_none_match="*"))
    assert (refused.value.code, refused.value.status) == ("PreconditionFailed", 412)
    remote.delete(bucket, "a/b")
    with pytest.raises(S3Error) as refused:
        remote.head(bucket, "a/b")
    assert (refused.value.code, refused.value.status) == ("NoSuchKey", 404)


def test_directories_go_to_a_service_and_back(
    remote: RemoteObjects, bucket: str, tmp_path: Path
) -> None:
    (tmp_path / "up/sub").mkdir(parents=True)
    (tmp_path / "up/sub/a").write_text("a")
    remote.ensure_bucket(bucket, "123456789012", "us-east-1")
    remote.upload(tmp_path / "up", f"s3://{bucket}/out")
    (copy,) = remote.download(f"s3://{bucket}/out", tmp_path / "down")
    assert copy == tmp_path / "down/sub/a"
    assert copy.read_text() == "a"


def test_a_service_that_is_not_there(
    remote: RemoteObjects, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    gone = RemoteObjects("http://127.0.0.1:9", "us-east-1")
    with pytest.raises(S3Error) as refused:
        gone.put("bucket", "key", b"")
    assert (refused.value.code, refused.value.status) == ("ServiceUnavailable", 503)


@pytest.mark.parametrize("key", ["a", "ü b+c%/d", "~*'()"])
def test_requests_are_passed_on(passed_on: Any, bucket: str, key: str) -> None:
    s3 = passed_on.client()
    s3.put_object(Bucket=bucket, Key=key, Body=b"data", ContentType="text/csv")
    got = s3.get_object(Bucket=bucket, Key=key, Range="bytes=1-2")
    assert (got["Body"].read(), got["ContentType"]) == (b"at", "text/csv")
    assert s3.list_objects_v2(Bucket=bucket, Delimiter="/")["KeyCount"] == 1
    s3.delete_object(Bucket=bucket, Key=key)
    with pytest.raises(s3.exceptions.NoSuchKey):
        s3.get_object(Bucket=bucket, Key=key)
    with pytest.raises(ClientError, match="404"):
        s3.head_object(Bucket=bucket, Key=key)


def test_large_bodies_are_passed_on(passed_on: Any, service: Any, bucket: str) -> None:
    data = os.urandom(11 << 20)
    s3 = passed_on.client()
    config = TransferConfig(multipart_threshold=5 << 20, multipart_chunksize=5 << 20)
    s3.upload_fileobj(io.BytesIO(data), bucket, "parts", Config=config)
    s3.put_object(Bucket=bucket, Key="whole", Body=data)
    for key in ("parts", "whole"):
        assert s3.get_object(Bucket=bucket, Key=key)["Body"].read() == data
        assert service.client().get_object(Bucket=bucket, Key=key)["Body"].read() == data


@pytest.mark.parametrize("place", ["header", "trailer"])
def test_a_service_hears_of_no_checksum_that_it_does_not_get(
    passed_on: Any, bucket: str, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    heads: list[Mapping[str, str]] = []

    def heard(*given: Any) -> S3Request:
        request = read_request(*given)
        heads.append(request.headers)
        return request

    def put(params: Any, **_: Any) -> None:
        # boto3 lets it trail over https, which it still thinks it speaks in a project's kernel.
        params["context"]["checksum"]["request_algorithm"]["in"] = place

    monkeypatch.setattr("jupyter_smkit.objects.wire.read_request", heard)
    s3 = passed_on.client()
    s3.meta.events.register("before-call.s3.PutObject", put)
    s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    (head,) = heads
    announced = "x-amz-sdk-checksum-algorithm" in head
    assert ("x-amz-checksum-crc32" in head, announced) == (place == "header", False)


def test_a_service_that_is_not_there_behind_the_wire(
    passed_on: Any, remote: RemoteObjects, bucket: str
) -> None:
    remote.endpoint = "http://127.0.0.1:9"
    with pytest.raises(ClientError, match="ServiceUnavailable"):
        passed_on.client().get_object(Bucket=bucket, Key="k")
