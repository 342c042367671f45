from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import botocore
import pytest
from botocore.config import Config

from jupyter_smkit.client import hook
from jupyter_smkit.client.hook import ServiceNotHere, Target, rewrite

if TYPE_CHECKING:
    from conftest import Server

BASE = "http://127.0.0.1:4000"


@pytest.fixture(autouse=True)
def pointed(clean: None, smkit: Server) -> Iterator[None]:
    hook.point(Target(smkit.url, "SMKITOWNKEY", "own-secret"))
    yield


@pytest.mark.parametrize(
    ("service", "url", "expected"),
    [
        ("sts", "https://sts.eu-west-1.amazonaws.com/", "/"),
        ("iam", "https://iam.amazonaws.com/", "/"),
        ("sagemaker", "https://runtime.sagemaker.us-east-1.amazonaws.com/endpoints/a/invocations",
         "/endpoints/a/invocations"),
        ("sagemaker", "https://api.sagemaker.us-east-1.api.aws/", "/"),
        ("s3", "https://data.s3.amazonaws.com/a/b%20c?uploads", "/data/a/b%20c?uploads"),
        ("s3", "https://data.s3.us-west-2.amazonaws.com", "/data/"),
        ("s3", "https://data.s3.dualstack.us-west-2.amazonaws.com/k", "/data/k"),
        ("s3", "https://data-s3.s3-us-west-2.amazonaws.com/k", "/data-s3/k"),
        ("s3", "https://data.s3-accelerate.amazonaws.com/k", "/data/k"),
        ("s3", "https://s3.eu-central-1.amazonaws.com/dotted.bucket/k", "/dotted.bucket/k"),
        ("s3", "https://data.s3.cn-north-1.amazonaws.com.cn/k", "/data/k"),
    ],
)  # fmt: skip
def test_a_request_to_aws_gets_smkits_address(service: str, url: str, expected: str) -> None:
    assert rewrite(url, service, BASE) == BASE + expected


@pytest.mark.parametrize("url", ["http://minio:9000/bucket", "https://amazonaws.com.example.org/"])
def test_other_addresses_are_left_alone(url: str) -> None:
    assert rewrite(url, "s3", BASE) is None


def test_what_signs_as_s3_and_is_not_s3_fails_here() -> None:
    with pytest.raises(ServiceNotHere, match="s3-control"):
        rewrite("https://1234.s3-control.us-east-1.amazonaws.com/v20180820/jobs", "s3", BASE)


def test_a_service_that_smkit_lacks_fails_and_names_the_way_out() -> None:
    with pytest.raises(ServiceNotHere, match=r"dynamodb.*%sm aws"):
        boto3.client("dynamodb", region_name="eu-west-1").list_tables()


def test_calls_reach_smkit_signed_with_its_own_key(smkit: Server) -> None:
    boto3.client("sagemaker", region_name="eu-west-1").list_models()
    method, path, headers = smkit.last()
    assert (method, path) == ("POST", "/")
    assert headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=SMKITOWNKEY/")
    assert "/eu-west-1/sagemaker/" in headers["authorization"]


def test_the_users_keys_are_not_sent(smkit: Server) -> None:
    client = boto3.client(
        "s3",
        region_name="us-east-1",
        aws_access_key_id="AKIAREALKEY",
        aws_secret_access_key="real-secret",
        aws_session_token="real-token",
    )
    client.put_object(Bucket="data", Key="a/b", Body=b"x")
    assert smkit.last()[:2] == ("PUT", "/data/a/b")
    presigned = client.generate_presigned_url("get_object", Params={"Bucket": "data", "Key": "k"})
    post = client.generate_presigned_post("data", "k")
    assert presigned.startswith(f"{smkit.url}/data/k?X-Amz-Algorithm=AWS4-HMAC-SHA256")
    assert post["url"] == f"{smkit.url}/data/"
    for text in (smkit.everything(), presigned, str(post)):
        assert "SMKITOWNKEY" in text
        assert "AKIAREALKEY" not in text and "real-token" not in text


def test_keys_that_smkit_made_are_kept(smkit: Server) -> None:
    client = boto3.client(
        "logs", region_name="us-east-1", aws_access_key_id="SMKITROLE", aws_secret_access_key="s"
    )
    client.describe_log_groups()
    assert "Credential=SMKITROLE/" in smkit.last()[2]["authorization"]


def test_public_buckets_are_read_without_credentials_of_the_user(smkit: Server) -> None:
    client = boto3.client("s3", config=Config(signature_version=botocore.UNSIGNED))
    client.get_object(Bucket="sagemaker-sample-files", Key="iris.csv")
    method, path, headers = smkit.last()
    assert (method, path) == ("GET", "/sagemaker-sample-files/iris.csv")
    assert "Credential=SMKITOWNKEY/" in headers["authorization"]


def test_a_service_of_the_users_own_is_left_alone(smkit: Server, aws: Server) -> None:
    client = boto3.client(
        "s3",
        endpoint_url=aws.url,
        region_name="us-east-1",
        aws_access_key_id="minio",
        aws_secret_access_key="minio-secret",
    )
    client.put_object(Bucket="data", Key="k", Body=b"")
    assert "Credential=minio/" in aws.last()[2]["authorization"]
    assert smkit.heads == []


def test_a_proxy_is_passed_by(smkit: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")
    boto3.client("sagemaker", region_name="us-east-1").list_models()
    assert len(smkit.heads) == 1
