from __future__ import annotations

from pathlib import Path

import boto3
import pandas as pd
import pytest

from jupyter_smkit import workflow as sm
from jupyter_smkit.client import environment
from jupyter_smkit.services import iam

BUCKET = environment.default_bucket("123456789012", "us-east-1")


def test_a_program_becomes_a_job(tmp_path: Path) -> None:
    (tmp_path / "numbers.csv").write_text("a\n1\n2\n")
    code = """
import sys
from pathlib import Path
rows = Path("/opt/ml/processing/input/numbers/numbers.csv").read_text().split()
print("read", len(rows) - 1, "rows for", sys.argv[1])
Path("/opt/ml/processing/output/sums/sums.csv").write_text(f"sum\\n{sum(map(int, rows[1:]))}\\n")
"""
    job = sm.process(
        code,
        inputs={"numbers": str(tmp_path / "numbers.csv")},
        outputs={"sums": f"s3://{BUCKET}/sums/"},
        arguments=["you"],
    )
    assert job.status == "Completed"
    assert job.tail() == ["read 2 rows for you"]
    assert sm.read_dataframe(f"s3://{BUCKET}/sums/")["sum"].tolist() == [3]


def test_a_program_that_fails_says_why() -> None:
    with pytest.raises(sm.JobFailed, match="no luck today"):
        sm.process("raise SystemExit('no luck today')")


def test_a_job_can_be_stopped() -> None:
    job = sm.process("import time; time.sleep(600)", wait=False)
    job.stop()
    with pytest.raises(sm.JobFailed, match="stopped"):
        job.wait()


def test_a_frame_comes_back_as_it_went() -> None:
    df = pd.DataFrame({"name": ["a", "b"], "value": [1.5, None]})
    for ending in ("csv", "parquet"):
        uri = sm.put_dataframe(df, f"frame.{ending}")
        assert uri == f"s3://{BUCKET}/data/frame.{ending}"
        pd.testing.assert_frame_equal(sm.read_dataframe(uri), df)
    with pytest.raises(ValueError, match=r"must end in \.csv or \.parquet"):
        sm.put_dataframe(df, "frame.xlsx")


def test_an_address_is_a_file_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a\n1\n")
    boto3.client("s3").create_bucket(Bucket="an-address-of-its-own")
    root = "s3://an-address-of-its-own"
    assert sm.upload(tmp_path / "a.csv", f"{root}/rows/") == f"{root}/rows/a.csv"
    sm.upload(tmp_path, root)
    sm.upload(tmp_path, f"{root}/rows-old")
    listed = boto3.client("s3").list_objects_v2(Bucket="an-address-of-its-own")["Contents"]
    assert [found["Key"] for found in listed] == ["a.csv", "rows-old/a.csv", "rows/a.csv"]
    assert len(sm.read_dataframe(f"{root}/rows")) == 1
    assert len(sm.read_dataframe(f"{root}/a.csv")) == 1
    assert len(sm.read_dataframe(root)) == 3


def test_a_folder_of_parquet_is_trained_on_as_such() -> None:
    df = pd.DataFrame({"x": range(600), "y": [n % 2 for n in range(600)]})
    uri = sm.put_dataframe(df, f"s3://{BUCKET}/folder/rows.parquet").removesuffix("rows.parquet")
    job = sm.train_automl(uri, "y", wait=False)
    described = boto3.client("sagemaker").describe_auto_ml_job_v2(AutoMLJobName=job.name)
    job.stop()
    channel = described["AutoMLJobInputDataConfig"][0]
    assert channel["ContentType"] == "x-application/vnd.amazon+parquet"


def test_the_role_is_the_one_that_answers() -> None:
    assert environment.ROLE == iam.DEFAULT_ROLE
    found = boto3.client("iam").get_role(RoleName=environment.ROLE)["Role"]["Arn"]
    assert found == environment.role_arn("123456789012")
