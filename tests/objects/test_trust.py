"""What S3 does not take on trust from whoever holds a signature, or a part of one."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest
from botocore.auth import S3SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError


def refused(url: str, method: str = "GET", headers: dict[str, str] | None = None) -> str:
    """The code by which S3 refuses a request."""
    asked = urllib.request.Request(url, method=method, headers=headers or {})
    with pytest.raises(urllib.error.HTTPError) as caught:
        urllib.request.urlopen(asked)
    return ElementTree.fromstring(caught.value.read()).findtext("Code", "")


def posted(service: Any, target: str, body: bytes) -> bytes:
    """The answer to a document that no SDK would send."""
    request = AWSRequest("POST", f"{service.endpoint}{target}", data=body)
    S3SigV4Auth(Credentials(service.access_key, service.secret), "s3", "us-east-1").add_auth(
        request
    )
    asked = urllib.request.Request(
        request.url, data=body, method="POST", headers=dict(request.headers.items())
    )
    try:
        with urllib.request.urlopen(asked) as answer:
            return bytes(answer.read())
    except urllib.error.HTTPError as error:
        return error.read()


def test_an_address_to_write_to_does_not_copy(service: Any, bucket: str) -> None:
    s3 = service.client(signature_version="s3v4")
    s3.put_object(Bucket=bucket, Key="secret", Body=b"secret")
    address = s3.generate_presigned_url("put_object", {"Bucket": bucket, "Key": "mine"})
    stolen = {"x-amz-copy-source": f"/{bucket}/secret"}
    assert refused(address, "PUT", stolen) == "AccessDenied"


def test_an_address_whose_time_is_over(service: Any, bucket: str) -> None:
    s3 = service.client(signature_version="s3")
    past = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}, -1)
    assert refused(past) == "AccessDenied"
    s3 = service.client(signature_version="s3v4")
    url = s3.generate_presigned_url("get_object", {"Bucket": bucket, "Key": "k"}, 1)
    at = re.search("X-Amz-Date=(\\d{8})T", url)
    assert at is not None
    # Times are looked at before the signature, which is not good for the other day.
    earlier = url.replace(at[1], "20200101")
    assert refused(earlier) == "AccessDenied"


def test_an_answers_headers_end_where_they_should(service: Any, bucket: str) -> None:
    s3 = service.client()
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    with pytest.raises(ClientError, match="InvalidArgument"):
        s3.get_object(Bucket=bucket, Key="k", ResponseContentType="a/b\r\nset-cookie: c=1")


def test_no_encoding_hides_an_entity(service: Any, bucket: str) -> None:
    text = (
        '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE d [<!ENTITY e "k">]>'
        "<Delete><Object><Key>&e;</Key></Object></Delete>"
    )
    assert b"MalformedXML" in posted(service, f"/{bucket}?delete=", text.encode("utf-16"))


def test_deleting_a_version_that_is_not_there_deletes_nothing(s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    named = [{"Key": "k", "VersionId": "3HL4kqtJvjVBH40Nrjfkd"}]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": named})
    assert [error["Code"] for error in answer["Errors"]] == ["NoSuchVersion"]
    s3.head_object(Bucket=bucket, Key="k")
    s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "k", "VersionId": "null"}]})
    assert "Contents" not in s3.list_objects_v2(Bucket=bucket)


def test_an_empty_key_among_many_deletes_nothing(service: Any, s3: Any, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    body = b"<Delete><Object><Key>k</Key></Object><Object><Key></Key></Object></Delete>"
    assert b"MalformedXML" in posted(service, f"/{bucket}?delete=", body)
    s3.head_object(Bucket=bucket, Key="k")


def test_a_region_leads_nowhere_else(service: Any) -> None:
    request = AWSRequest("GET", f"{service.endpoint}/")
    S3SigV4Auth(Credentials(service.access_key, service.secret), "s3", "..").add_auth(request)
    assert urlsplit(request.url).path == "/"
    assert refused(request.url, headers=dict(request.headers.items())) == "SignatureDoesNotMatch"
