"""The SDK's session: role, bucket, uploads."""

from __future__ import annotations

import boto3
import sagemaker
from given import role, scratch, session, unique
from scenario import scenario


@scenario
def session_and_role() -> None:
    account = session().account_id()
    assert account.isdigit() and len(account) == 12, account
    bucket = session().default_bucket()
    assert bucket == f"sagemaker-{session().boto_region_name}-{account}", bucket
    assert role().startswith(f"arn:aws:iam::{account}:role/"), role()
    assert ":assumed-role/" in boto3.client("sts").get_caller_identity()["Arn"]
    boto3.client("s3").head_bucket(Bucket=bucket)


@scenario
def upload_list_download() -> None:
    folder = scratch() / "up"
    (folder / "deep").mkdir(parents=True, exist_ok=True)
    (folder / "a.txt").write_text("a")
    (folder / "deep" / "b c+ü.txt").write_text("b")
    prefix = unique("acceptance/up")
    uri = session().upload_data(str(folder), key_prefix=prefix)
    bucket = session().default_bucket()
    assert uri == f"s3://{bucket}/{prefix}", uri
    assert sorted(session().list_s3_files(bucket, prefix)) == [
        f"{prefix}/a.txt",
        f"{prefix}/deep/b c+ü.txt",
    ]
    back = scratch() / "down"
    session().download_data(str(back), bucket, key_prefix=prefix)
    assert (back / "deep" / "b c+ü.txt").read_text() == "b"
    assert session().read_s3_file(bucket, f"{prefix}/a.txt") == "a"
    assert sagemaker.s3.S3Downloader.read_file(f"{uri}/a.txt") == "a"
    sagemaker.s3.S3Uploader.upload_string_as_file_body("c", f"{uri}/c.txt")
    assert len(sagemaker.s3.S3Downloader.list(uri)) == 3
