"""Who am I, and temporary credentials that smkit accepts."""

from __future__ import annotations

from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError


def test_the_caller_acts_as_the_execution_role(smkit: Any) -> None:
    found = smkit.client("sts").get_caller_identity()
    assert found["Account"] == "123456789012"
    assert found["Arn"] == "arn:aws:sts::123456789012:assumed-role/SmkitExecutionRole/smkit"
    assert found["UserId"].startswith("AROA") and found["UserId"].endswith(":smkit")


def test_an_assumed_role_can_be_used(smkit: Any) -> None:
    given = smkit.client("sts").assume_role(
        RoleArn="arn:aws:iam::210987654321:role/team/Trainer", RoleSessionName="me"
    )
    assert given["AssumedRoleUser"]["Arn"] == "arn:aws:sts::210987654321:assumed-role/Trainer/me"
    found = with_credentials(smkit, given["Credentials"]).get_caller_identity()
    assert found["Arn"] == given["AssumedRoleUser"]["Arn"]
    assert found["Account"] == "210987654321"


def test_a_session_token_keeps_the_identity(smkit: Any) -> None:
    sts = smkit.client("sts")
    given = sts.get_session_token(DurationSeconds=900)["Credentials"]
    assert (
        with_credentials(smkit, given).get_caller_identity()["Arn"]
        == (sts.get_caller_identity()["Arn"])
    )


def test_temporary_credentials_need_their_token(smkit: Any) -> None:
    given = smkit.client("sts").get_session_token()["Credentials"]
    with pytest.raises(ClientError) as refused:
        with_credentials(smkit, {**given, "SessionToken": "another"}).get_caller_identity()
    assert refused.value.response["Error"]["Code"] == "InvalidClientTokenId"


def test_an_arn_that_is_no_role(smkit: Any) -> None:
    with pytest.raises(ClientError) as refused:
        smkit.client("sts").assume_role(
            RoleArn="arn:aws:s3:::bucket/and-more", RoleSessionName="me"
        )
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert refused.value.response["ResponseMetadata"]["RequestId"]


def with_credentials(smkit: Any, given: dict[str, str]) -> Any:
    return boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=smkit.url,
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
    )
