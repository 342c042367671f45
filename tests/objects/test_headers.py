"""What requests say of themselves in their headers, judged by boto3."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta
from email.utils import formatdate
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.objects.content import BlobContent, Range
from jupyter_smkit.objects.model import ObjectInfo


def fails(expected: str, call: Any, **params: Any) -> dict[str, str]:
    """The headers of the answer, whose code must be ``expected``."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    answer = caught.value.response
    assert answer["Error"]["Code"] == expected
    headers: dict[str, str] = answer["ResponseMetadata"]["HTTPHeaders"]
    return headers


def test_conditions_of_writing(s3: Any, bucket: str) -> None:
    at = {"Bucket": bucket, "Key": "k"}
    etag = s3.put_object(**at, Body=b"1", IfNoneMatch="*")["ETag"]
    fails("PreconditionFailed", s3.put_object, **at, Body=b"2", IfNoneMatch="*")
    fails("PreconditionFailed", s3.put_object, **at, Body=b"2", IfMatch='"other"')
    fails("NotImplemented", s3.put_object, **at, Body=b"2", IfNoneMatch=etag)
    s3.put_object(**at, Body=b"3", IfMatch=etag)
    assert s3.get_object(**at)["Body"].read() == b"3"


def test_conditions_of_reading(s3: Any, bucket: str) -> None:
    at = {"Bucket": bucket, "Key": "k"}
    etag = s3.put_object(**at, Body=b"1")["ETag"]
    assert s3.get_object(**at, IfMatch=etag)["ETag"] == etag
    fails("PreconditionFailed", s3.get_object, **at, IfMatch='"other"')
    now, hour = datetime.now(UTC), timedelta(hours=1)
    fails("PreconditionFailed", s3.get_object, **at, IfUnmodifiedSince=now - hour)
    fails("304", s3.get_object, **at, IfModifiedSince=now + hour)
    unchanged = fails("304", s3.get_object, **at, IfNoneMatch=etag)
    assert unchanged["etag"] == etag and unchanged["last-modified"]


def test_an_object_that_is_replaced_while_it_is_asked_for(
    service: Any, s3: Any, bucket: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new one comes in just before the old one is opened."""
    at = {"Bucket": bucket, "Key": "k"}
    etag = s3.put_object(**at, Body=b"old")["ETag"]
    upload = s3.create_multipart_upload(Bucket=bucket, Key="copy")["UploadId"]
    opened = service.store.open

    def late(info: ObjectInfo, wanted: Range | None = None) -> BlobContent:
        if info.size == len("old"):
            service.store.put(bucket, "k", b"newer", algorithms=["CRC32"])
        return opened(info, wanted)

    monkeypatch.setattr(service.store, "open", late)
    fails("PreconditionFailed", s3.get_object, **at, IfMatch=etag, Range="bytes=1-2")
    s3.put_object(**at, Body=b"old")
    assert s3.get_object(**at)["Body"].read() == b"newer"
    s3.put_object(**at, Body=b"old")
    part = {"Bucket": bucket, "Key": "copy", "UploadId": upload, "PartNumber": 1}
    source = {"CopySource": at, "CopySourceIfMatch": etag}
    fails("PreconditionFailed", s3.upload_part_copy, **part, **source)


def test_conditions_of_deleting(s3: Any, bucket: str) -> None:
    at = {"Bucket": bucket, "Key": "k"}
    etag = s3.put_object(**at)["ETag"]
    fails("PreconditionFailed", s3.delete_object, **at, IfMatch='"other"')
    fails("NotImplemented", s3.delete_object, **at, IfMatchSize=0)
    for condition, error in (
        ({"ETag": '"other"'}, "PreconditionFailed"),
        (
            {"Size": 0},
            "NotImplemented",
        ),
    ):
        answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", **condition}]})
        assert [found["Code"] for found in answer["Errors"]] == [error]
    s3.delete_object(**at, IfMatch=etag)
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_the_checksum_that_completes_an_upload_is_the_objects(s3: Any, bucket: str) -> None:
    at = {"Bucket": bucket, "Key": "k"}
    whole = s3.put_object(**at, Body=b"data", ChecksumAlgorithm="SHA256")["ChecksumSHA256"]
    upload = s3.create_multipart_upload(**at, ChecksumAlgorithm="SHA256")
    at["UploadId"] = upload["UploadId"]
    part = s3.upload_part(**at, PartNumber=1, Body=b"data", ChecksumAlgorithm="SHA256")
    assert part["ChecksumSHA256"] == whole
    chosen = {"PartNumber": 1, "ETag": part["ETag"], "ChecksumSHA256": whole}
    parts = {"MultipartUpload": {"Parts": [chosen]}}
    fails("BadDigest", s3.complete_multipart_upload, **at, **parts, ChecksumSHA256=whole)
    sums = hashlib.sha256(base64.b64decode(whole)).digest()
    digest = base64.b64encode(sums).decode() + "-1"
    made = s3.complete_multipart_upload(**at, **parts, ChecksumSHA256=digest)
    assert made["ChecksumSHA256"] == digest


def test_the_signature_covers_the_bytes_of_the_headers(service: Any, bucket: str) -> None:
    s3 = service.client()

    def add(params: Any, **_: object) -> None:
        params["headers"]["x-amz-meta-city"] = "Köln"
        params["headers"]["Date"] = formatdate()

    s3.meta.events.register("before-call.s3.PutObject", add)
    s3.put_object(Bucket=bucket, Key="k", Body=b"1", ContentEncoding="deflate, gzip")
    found = s3.head_object(Bucket=bucket, Key="k")
    assert found["ContentEncoding"] == "deflate, gzip"
    assert found["Metadata"]["city"].encode("latin-1").decode() == "Köln"


def test_storage_classes(s3: Any, bucket: str) -> None:
    fails("InvalidStorageClass", s3.put_object, Bucket=bucket, Key="k", StorageClass="FLOPPY")
    s3.put_object(Bucket=bucket, Key="k", StorageClass="GLACIER_IR")
    assert s3.head_object(Bucket=bucket, Key="k")["StorageClass"] == "GLACIER_IR"


def test_parts_with_checksums_are_numbered_without_a_gap(s3: Any, bucket: str) -> None:
    place = {"Bucket": bucket, "Key": "parts"}
    upload = s3.create_multipart_upload(**place, ChecksumAlgorithm="CRC32")["UploadId"]
    part = s3.upload_part(
        **place, UploadId=upload, PartNumber=2, Body=b"x", ChecksumAlgorithm="CRC32"
    )
    chosen = {"PartNumber": 2, "ETag": part["ETag"], "ChecksumCRC32": part["ChecksumCRC32"]}
    fails(
        "InvalidPartOrder",
        s3.complete_multipart_upload,
        **place,
        UploadId=upload,
        MultipartUpload={"Parts": [chosen]},
    )
    del chosen["ChecksumCRC32"]
    fails(
        "InvalidRequest",
        s3.complete_multipart_upload,
        **place,
        UploadId=upload,
        MultipartUpload={"Parts": [chosen]},
        MpuObjectSize=2,
    )
