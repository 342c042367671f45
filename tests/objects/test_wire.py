"""The S3 wire, judged by boto3."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import socket
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from boto3.s3.transfer import TransferConfig
from botocore.exceptions import ClientError

from jupyter_smkit.objects.blobs import MD5_BELOW

ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]
FIVE = 5 << 20


class Service(Protocol):
    endpoint: str
    access_key: str
    secret: str


def code(caught: pytest.ExceptionInfo[ClientError]) -> tuple[str, int]:
    answer = caught.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def read(s3: Any, bucket: str, key: str, **more: Any) -> bytes:
    data: bytes = s3.get_object(Bucket=bucket, Key=key, **more)["Body"].read()
    return data


def fails(expected: str, status: int, call: Any, **params: Any) -> None:
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert code(caught) == (expected, status)


def test_a_bucket_comes_and_goes(s3: Any) -> None:
    s3.create_bucket(
        Bucket="in-frankfurt", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"}
    )
    assert s3.get_bucket_location(Bucket="in-frankfurt")["LocationConstraint"] == "eu-central-1"
    assert s3.head_bucket(Bucket="in-frankfurt")["BucketRegion"] == "eu-central-1"
    assert "in-frankfurt" in [found["Name"] for found in s3.list_buckets()["Buckets"]]
    fails("BucketAlreadyOwnedByYou", 409, s3.create_bucket, Bucket="in-frankfurt")
    s3.delete_bucket(Bucket="in-frankfurt")
    fails("404", 404, s3.head_bucket, Bucket="in-frankfurt")
    fails("NoSuchBucket", 404, s3.list_objects_v2, Bucket="in-frankfurt")
    fails("InvalidBucketName", 400, s3.create_bucket, Bucket="Not_A_Bucket")


@pytest.mark.parametrize(
    "key", ["a", "d", "d/e", "../x", " a b+c%2F", "ü/日本", "/lead", "a//b", "~*'()!"]
)
def test_keys(s3: Any, bucket: str, key: str) -> None:
    s3.put_object(Bucket=bucket, Key=key, Body=key.encode())
    assert read(s3, bucket, key) == key.encode()
    assert [found["Key"] for found in s3.list_objects_v2(Bucket=bucket)["Contents"]] == [key]
    assert [found["Key"] for found in s3.list_objects(Bucket=bucket)["Contents"]] == [key]
    s3.delete_object(Bucket=bucket, Key=key)
    fails("NoSuchKey", 404, s3.get_object, Bucket=bucket, Key=key)


def test_what_was_said_of_an_object_is_given_back(s3: Any, bucket: str) -> None:
    s3.put_object(
        Bucket=bucket,
        Key="k",
        Body=b"data",
        ContentType="text/csv",
        CacheControl="no-store",
        ContentDisposition="attachment",
        ContentEncoding="gzip",
        ContentLanguage="de",
        Metadata={"Made-By": "me"},
        StorageClass="STANDARD_IA",
        Tagging="a=1&b=%20",
    )
    found = s3.head_object(Bucket=bucket, Key="k")
    assert (found["ContentType"], found["CacheControl"]) == ("text/csv", "no-store")
    assert (found["ContentDisposition"], found["ContentEncoding"]) == ("attachment", "gzip")
    assert (found["ContentLanguage"], found["StorageClass"]) == ("de", "STANDARD_IA")
    assert found["Metadata"] == {"made-by": "me"}
    assert found["ETag"] == f'"{hashlib.md5(b"data").hexdigest()}"'
    assert found["ContentLength"] == 4
    assert abs(found["LastModified"] - datetime.now(UTC)) < timedelta(minutes=1)
    tags = s3.get_object_tagging(Bucket=bucket, Key="k")["TagSet"]
    assert tags == [{"Key": "a", "Value": "1"}, {"Key": "b", "Value": " "}]
    shown = s3.get_object(
        Bucket=bucket, Key="k", ResponseContentType="x/y", ResponseExpires=datetime.now(UTC)
    )
    assert shown["ContentType"] == "x/y"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_checksums_of_a_put(s3: Any, bucket: str, algorithm: str) -> None:
    put = s3.put_object(Bucket=bucket, Key="k", Body=b"data", ChecksumAlgorithm=algorithm)
    member = f"Checksum{algorithm}"
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got[member] == put[member]
    assert got["Body"].read() == b"data"
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert (head[member], head["ChecksumType"]) == (put[member], "FULL_OBJECT")
    wrong = base64.b64encode(bytes(len(base64.b64decode(put[member])))).decode()
    fails("BadDigest", 400, s3.put_object, Bucket=bucket, Key="k", Body=b"x", **{member: wrong})
    fails("InvalidRequest", 400, s3.put_object, Bucket=bucket, Key="k", Body=b"x", **{member: "no"})
    assert read(s3, bucket, "k") == b"data"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_checksums_of_a_multipart_upload(s3: Any, bucket: str, algorithm: str) -> None:
    data = os.urandom(FIVE) + b"end"
    config = TransferConfig(multipart_threshold=FIVE, multipart_chunksize=FIVE)
    s3.upload_fileobj(
        io.BytesIO(data), bucket, "k", ExtraArgs={"ChecksumAlgorithm": algorithm}, Config=config
    )
    got = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert got[f"Checksum{algorithm}"]
    assert got["ETag"].endswith('-2"')
    assert got["Body"].read() == data
    found = s3.get_object_attributes(
        Bucket=bucket, Key="k", ObjectAttributes=["ETag", "Checksum", "ObjectParts", "ObjectSize"]
    )
    assert found["ObjectSize"] == len(data)
    assert found["ObjectParts"]["TotalPartsCount"] == 2
    assert [part["Size"] for part in found["ObjectParts"]["Parts"]] == [FIVE, 3]
    second = s3.get_object(Bucket=bucket, Key="k", PartNumber=2)
    assert (second["Body"].read(), second["PartsCount"]) == (b"end", 2)


def test_ranges(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"0123456789")
    part = s3.get_object(Bucket=bucket, Key="k", Range="bytes=2-4")
    assert (part["Body"].read(), part["ContentRange"]) == (b"234", "bytes 2-4/10")
    assert part["ResponseMetadata"]["HTTPStatusCode"] == 206
    assert read(s3, bucket, "k", Range="bytes=7-") == b"789"
    assert read(s3, bucket, "k", Range="bytes=-3") == b"789"
    assert read(s3, bucket, "k", Range="lines=1-2") == b"0123456789"
    fails("InvalidRange", 416, s3.get_object, Bucket=bucket, Key="k", Range="bytes=10-")


def test_copies(s3: Any, bucket: str) -> None:
    source = {"Bucket": bucket, "Key": "a ü"}
    s3.put_object(
        **source, Body=b"data", Metadata={"x": "1"}, ContentType="text/csv", Tagging="t=1"
    )
    s3.copy_object(Bucket=bucket, Key="b", CopySource=source)
    kept = s3.head_object(Bucket=bucket, Key="b")
    assert (kept["Metadata"], kept["ContentType"]) == ({"x": "1"}, "text/csv")
    s3.copy_object(
        Bucket=bucket, Key="c", CopySource=source, Metadata={"x": "2"}, MetadataDirective="REPLACE",
        ChecksumAlgorithm="SHA256",
    )  # fmt: skip
    replaced = s3.head_object(Bucket=bucket, Key="c", ChecksumMode="ENABLED")
    assert (replaced["Metadata"], replaced["ContentType"]) == ({"x": "2"}, "binary/octet-stream")
    expected = base64.b64encode(hashlib.sha256(b"data").digest()).decode()
    assert replaced["ChecksumSHA256"] == expected
    assert s3.get_object_tagging(Bucket=bucket, Key="c")["TagSet"] == [{"Key": "t", "Value": "1"}]
    fails("InvalidRequest", 400, s3.copy_object, **source, CopySource=source)
    missing = {"Bucket": bucket, "Key": "nothing"}
    fails("NoSuchKey", 404, s3.copy_object, Bucket=bucket, Key="d", CopySource=missing)
    fails(
        "PreconditionFailed", 412, s3.copy_object, Bucket=bucket, Key="d", CopySource=source,
        CopySourceIfMatch='"other"',
    )  # fmt: skip


def test_deleting_many(s3: Any, bucket: str) -> None:
    keys = ["a", "b/c", "ü & <x>"]
    for key in keys:
        s3.put_object(Bucket=bucket, Key=key)
    wanted = {"Objects": [{"Key": key} for key in [*keys, "nothing"]]}
    deleted = s3.delete_objects(Bucket=bucket, Delete=wanted)["Deleted"]
    assert [found["Key"] for found in deleted] == [*keys, "nothing"]
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    assert "Deleted" not in s3.delete_objects(Bucket=bucket, Delete={**wanted, "Quiet": True})


def test_listing_in_pages(s3: Any, bucket: str) -> None:
    for key in ["a/1", "a/2", "b", "c/1", "d"]:
        s3.put_object(Bucket=bucket, Key=key)
    for operation in ("list_objects_v2", "list_objects"):
        pages = s3.get_paginator(operation).paginate(
            Bucket=bucket, Delimiter="/", PaginationConfig={"PageSize": 1}
        )
        seen = [
            entry.get("Key") or entry.get("Prefix")
            for page in pages
            for entry in [*page.get("Contents", []), *page.get("CommonPrefixes", [])]
        ]
        assert seen == ["a/", "b", "c/", "d"]
    after = s3.list_objects_v2(Bucket=bucket, StartAfter="a/2", FetchOwner=True)["Contents"]
    assert [found["Key"] for found in after] == ["b", "c/1", "d"]
    assert after[0]["Owner"]["DisplayName"] == "123456789012"
    versions = s3.list_object_versions(Bucket=bucket, Prefix="a/", MaxKeys=1)
    assert versions["Versions"][0]["VersionId"] == "null"
    assert versions["NextKeyMarker"] == "a/1"
    fails("InvalidArgument", 400, s3.list_objects_v2, Bucket=bucket, ContinuationToken="no token")


def test_an_upload_step_by_step(s3: Any, bucket: str) -> None:
    at = {"Bucket": bucket, "Key": "k"}
    s3.put_object(Bucket=bucket, Key="source", Body=b"x" * FIVE + b"tail")
    upload = {**at, "UploadId": s3.create_multipart_upload(**at, Metadata={"x": "1"})["UploadId"]}
    copied = s3.upload_part_copy(
        **upload, PartNumber=1, CopySource=f"{bucket}/source", CopySourceRange=f"bytes=0-{FIVE - 1}"
    )
    second = s3.upload_part(**upload, PartNumber=2, Body=b"end")
    assert [part["PartNumber"] for part in s3.list_parts(**upload)["Parts"]] == [1, 2]
    assert s3.list_parts(**upload, MaxParts=1)["NextPartNumberMarker"] == 1
    assert s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]["UploadId"] == upload["UploadId"]
    parts = [
        {"PartNumber": 1, "ETag": copied["CopyPartResult"]["ETag"]},
        {"PartNumber": 2, "ETag": second["ETag"]},
    ]
    wrong = {"Parts": parts[::-1]}
    fails("InvalidPartOrder", 400, s3.complete_multipart_upload, **upload, MultipartUpload=wrong)
    wrong = {"Parts": [{"PartNumber": 3, "ETag": second["ETag"]}]}
    fails("InvalidPart", 400, s3.complete_multipart_upload, **upload, MultipartUpload=wrong)
    s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": parts})
    assert read(s3, bucket, "k") == b"x" * FIVE + b"end"
    assert s3.head_object(**at)["Metadata"] == {"x": "1"}
    other = {**at, "UploadId": s3.create_multipart_upload(**at)["UploadId"]}
    s3.abort_multipart_upload(**other)
    fails("NoSuchUpload", 404, s3.upload_part, **other, PartNumber=1, Body=b"")


def test_files_go_up_and_down(s3: Any, bucket: str, tmp_path: Path) -> None:
    (tmp_path / "up").write_bytes(data := os.urandom(17_000_000))
    s3.upload_file(str(tmp_path / "up"), bucket, "file")
    s3.download_file(bucket, "file", str(tmp_path / "down"))
    assert (tmp_path / "down").read_bytes() == data


@pytest.mark.parametrize("version", ["s3", "s3v4"])
def test_presigned_addresses(service: Any, bucket: str, version: str) -> None:
    s3 = service.client(signature_version=version)
    at = {"Bucket": bucket, "Key": "a b"}
    put = urllib.request.Request(
        s3.generate_presigned_url("put_object", Params=at),
        data=b"data",
        headers={"Content-Type": ""},
        method="PUT",
    )
    with urllib.request.urlopen(put) as answer:
        assert answer.headers["ETag"]
    address = s3.generate_presigned_url("get_object", Params={**at, "ResponseContentType": "x/y"})
    with urllib.request.urlopen(address) as answer:
        assert (answer.read(), answer.headers["content-type"]) == (b"data", "x/y")
    with pytest.raises(HTTPError, match="403"):
        urllib.request.urlopen(address.replace("a%20b", "other"))
    if version == "s3v4":
        for_long = s3.generate_presigned_url("get_object", Params=at, ExpiresIn=604_801)
        with pytest.raises(HTTPError, match="400") as refused:
            urllib.request.urlopen(for_long)
        assert b"<Code>AuthorizationQueryParametersError</Code>" in refused.value.read()


def test_tags_of_an_object(s3: Any, bucket: str) -> None:
    at = {"Bucket": bucket, "Key": "k"}
    s3.put_object(**at)
    tags = [{"Key": "a", "Value": "1"}]
    s3.put_object_tagging(**at, Tagging={"TagSet": tags})
    assert s3.get_object_tagging(**at)["TagSet"] == tags
    many = [{"Key": str(number), "Value": ""} for number in range(11)]
    fails("InvalidTag", 400, s3.put_object_tagging, **at, Tagging={"TagSet": many})
    s3.delete_object_tagging(**at)
    assert s3.get_object_tagging(**at)["TagSet"] == []


def test_records_of_a_bucket(s3: Any, bucket: str) -> None:
    fails("NoSuchBucketPolicy", 404, s3.get_bucket_policy, Bucket=bucket)
    fails("NoSuchTagSet", 404, s3.get_bucket_tagging, Bucket=bucket)
    fails("NoSuchCORSConfiguration", 404, s3.get_bucket_cors, Bucket=bucket)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy)
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == policy
    fails("MalformedPolicy", 400, s3.put_bucket_policy, Bucket=bucket, Policy="{")
    tags = [{"Key": "a", "Value": "1"}]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": tags})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == tags
    rules = [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]}]
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": rules})
    assert s3.get_bucket_cors(Bucket=bucket)["CORSRules"] == rules
    s3.delete_bucket_tagging(Bucket=bucket)
    fails("NoSuchTagSet", 404, s3.get_bucket_tagging, Bucket=bucket)
    block = {"BlockPublicAcls": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    shown = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert shown["BlockPublicAcls"] is True
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"][0]["Permission"] == "FULL_CONTROL"
    assert "Status" not in s3.get_bucket_versioning(Bucket=bucket)
    on = {"Status": "Enabled"}
    fails(
        "NotImplemented", 501, s3.put_bucket_versioning, Bucket=bucket, VersioningConfiguration=on
    )


def test_another_account_is_kept_out(s3: Any, service: Any) -> None:
    service.store.buckets.create("not-yours", "999999999999", "us-east-1")
    fails("AccessDenied", 403, s3.list_objects_v2, Bucket="not-yours")
    fails("BucketAlreadyExists", 409, s3.create_bucket, Bucket="not-yours")
    s3.create_bucket(Bucket="expected-owner")
    wrong = "000000000000"
    fails(
        "AccessDenied", 403, s3.get_bucket_acl, Bucket="expected-owner", ExpectedBucketOwner=wrong
    )


def test_a_body_that_is_not_what_was_signed(s3: Any, bucket: str) -> None:
    def change(request: Any, **_: Any) -> None:
        request.body = b"evil"

    s3.meta.events.register("before-send.s3.PutObject", change)
    try:
        with pytest.raises(ClientError) as caught:
            s3.put_object(Bucket=bucket, Key="k", Body=b"good")
    finally:
        s3.meta.events.unregister("before-send.s3.PutObject", change)
    assert code(caught) == ("XAmzContentSHA256Mismatch", 400)
    fails("NoSuchKey", 404, s3.get_object, Bucket=bucket, Key="k")


def test_content_md5(s3: Any, bucket: str) -> None:
    at = {"Bucket": bucket, "Key": "k", "Body": b"data"}
    s3.put_object(**at, ContentMD5=base64.b64encode(hashlib.md5(b"data").digest()).decode())
    wrong = base64.b64encode(hashlib.md5(b"other").digest()).decode()
    fails("BadDigest", 400, s3.put_object, **at, ContentMD5=wrong)
    fails("InvalidDigest", 400, s3.put_object, **at, ContentMD5="short")
    at["Body"] = bytes(MD5_BELOW)
    fails("BadDigest", 400, s3.put_object, **at, ContentMD5=wrong)
    right = base64.b64encode(hashlib.md5(at["Body"]).digest()).decode()
    etag = s3.put_object(**at, ContentMD5=right)["ETag"]
    assert s3.get_object(Bucket=bucket, Key="k", IfMatch=etag)["ETag"] == etag


def test_large_parts(s3: Any, bucket: str) -> None:
    at = {"Bucket": bucket, "Key": "k"}
    upload = s3.create_multipart_upload(**at)["UploadId"]
    part = s3.upload_part(**at, UploadId=upload, PartNumber=1, Body=bytes(MD5_BELOW))
    parts = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    etag = s3.complete_multipart_upload(**at, UploadId=upload, MultipartUpload=parts)["ETag"]
    assert s3.head_object(**at, PartNumber=1)["ETag"] == etag
    assert len(s3.get_object(**at)["Body"].read()) == MD5_BELOW


def test_limits(s3: Any, bucket: str) -> None:
    fails("KeyTooLongError", 400, s3.put_object, Bucket=bucket, Key="k" * 1025)
    big = {"x": "y" * 2100}
    fails("MetadataTooLarge", 400, s3.put_object, Bucket=bucket, Key="k", Metadata=big)
    wrong = {"Objects": [{"Key": str(number)} for number in range(1001)]}
    fails("MalformedXML", 400, s3.delete_objects, Bucket=bucket, Delete=wrong)


def test_a_request_is_told_to_go_on_before_it_sends_its_body(s3: Any, bucket: str) -> None:
    address = urlsplit(
        s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"})
    )
    head = (
        f"PUT {address.path}?{address.query} HTTP/1.1\r\nHost: {address.netloc}\r\n"
        "Content-Length: 4\r\nExpect: 100-continue\r\n\r\n"
    )
    with socket.create_connection((address.hostname, address.port)) as connection:
        connection.sendall(head.encode())
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(b"data")
        assert connection.recv(1000).startswith(b"HTTP/1.1 200 ")
    assert read(s3, bucket, "k") == b"data"


def test_every_answer_has_an_id(s3: Any, bucket: str) -> None:
    assert s3.head_bucket(Bucket=bucket)["ResponseMetadata"]["RequestId"]
    with pytest.raises(ClientError) as caught:
        s3.get_object(Bucket=bucket, Key="nothing")
    assert caught.value.response["ResponseMetadata"]["RequestId"]
    assert caught.value.response["Error"]["Key"] == "nothing"
