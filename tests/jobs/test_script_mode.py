"""Script mode: the program and what it is told, and a training job as the SDK's estimators ask."""

from __future__ import annotations

import io
import json
import tarfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.jobs import script_mode
from tests.jobs.conftest import packed, trained, training_request

CONFIG = {
    "resourceconfig": {"current_host": "algo-1", "hosts": ["algo-1"]},
    "inputdataconfig": {"train": {"TrainingInputMode": "File"}},
}


def test_hyperparameters_are_json_or_plain_text() -> None:
    given = {"a": "1", "b": '"two"', "c": "three", "d": '{"e": [1]}', "f": "true"}
    assert script_mode.decoded(given) == {
        "a": 1,
        "b": "two",
        "c": "three",
        "d": {"e": [1]},
        "f": True,
    }


def test_hyperparameters_become_arguments() -> None:
    assert script_mode.arguments({"max-depth": 5, "k": 2, "flag": True, "none": None}) == [
        *("--flag", "True", "-k", "2", "--max-depth", "5", "--none", "")
    ]


def test_the_program_is_told_about_its_job() -> None:
    given = {"sagemaker_program": "train.py", "sagemaker_region": "us-east-1", "max-iter": 5}
    told = script_mode.variables(Path("/opt/ml"), CONFIG, given)
    assert told["SM_MODEL_DIR"] == "/opt/ml/model"
    assert told["SM_CHANNEL_TRAIN"] == "/opt/ml/input/data/train"
    assert told["SM_HP_MAX-ITER"] == "5"
    assert json.loads(told["SM_HPS"]) == {"max-iter": 5}
    assert json.loads(told["SM_HOSTS"]) == ["algo-1"]
    assert json.loads(told["SM_CHANNELS"]) == ["train"]
    assert json.loads(told["SM_USER_ARGS"]) == ["--max-iter", "5"]
    assert told["SM_MODULE_NAME"] == "train"
    assert json.loads(told["SM_TRAINING_ENV"])["hyperparameters"] == {"max-iter": 5}


def test_a_program_that_is_not_python_runs_in_a_shell() -> None:
    assert script_mode.command("run it.sh", ["--name", "a b"]) == [
        *("/bin/sh", "-c", "./'run it.sh' --name 'a b'")
    ]


def test_code_may_come_through_a_channel(tmp_path: Path) -> None:
    packed(tmp_path / "input" / "data" / "code" / "sourcedir.tar.gz", {"train.py": "pass"})
    given = {
        "sagemaker_program": "train.py",
        "sagemaker_submit_directory": "/opt/ml/input/data/code/sourcedir.tar.gz",
    }
    assert script_mode.program_in(tmp_path, given) == (tmp_path / "code", "train.py")


def test_a_missing_program_is_named(tmp_path: Path) -> None:
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "main.py").touch()
    with pytest.raises(script_mode.NoProgram, match=r"train\.py, .* there is main\.py"):
        script_mode.program_in(tmp_path, {"sagemaker_program": "train.py"})
    with pytest.raises(script_mode.NoProgram, match="name a program"):
        script_mode.program_in(tmp_path, {})


TRAIN = """
import os, sys
from pathlib import Path
text = (Path(os.environ["SM_CHANNEL_TRAIN"]) / "rows.csv").read_text()
model = Path(os.environ["SM_MODEL_DIR"])
(model / "told.txt").write_text(text + " ".join(sys.argv[1:]))
"""


def test_an_estimators_program_trains(smkit: Any, tmp_path: Path) -> None:
    s3 = smkit.client("s3")
    bucket = smkit.bucket("training-data")
    body = packed(tmp_path / "sourcedir.tar.gz", {"train.py": TRAIN})
    s3.put_object(Bucket=bucket, Key="code/sourcedir.tar.gz", Body=body)
    found = trained(
        smkit,
        "estimator",
        {
            "sagemaker_program": '"train.py"',
            "sagemaker_submit_directory": f'"s3://{bucket}/code/sourcedir.tar.gz"',
            "alpha": "0.5",
        },
    )
    assert (found["TrainingJobStatus"], found["SecondaryStatus"]) == ("Completed", "Completed")
    assert found["OutputDataConfig"]["KmsKeyId"] == ""
    passed = found["SecondaryStatusTransitions"]
    assert passed[-1]["Status"] == "Completed"
    assert all(step["StartTime"] <= step["EndTime"] for step in passed[:-1])
    artifacts = found["ModelArtifacts"]["S3ModelArtifacts"]
    assert artifacts == f"s3://{bucket}/out/estimator/output/model.tar.gz"
    key = artifacts.removeprefix(f"s3://{bucket}/")
    model = io.BytesIO(s3.get_object(Bucket=bucket, Key=key)["Body"].read())
    with tarfile.open(fileobj=model) as archive:
        told = archive.extractfile("told.txt")
        assert told is not None
        assert told.read() == b"1,2\n--alpha 0.5"


def test_a_job_without_a_program_says_so(smkit: Any) -> None:
    found = trained(smkit, "nothing-to-run", {})
    assert found["TrainingJobStatus"] == "Failed"
    assert "sagemaker_program" in found["FailureReason"]


def test_only_s3_channels_are_taken(smkit: Any) -> None:
    asked = training_request(smkit, "file-system", {})
    source = {
        "FileSystemId": "fs-12345678901",
        "FileSystemAccessMode": "ro",
        "FileSystemType": "EFS",
        "DirectoryPath": "/",
    }
    asked["InputDataConfig"][0]["DataSource"] = {"FileSystemDataSource": source}
    with pytest.raises(ClientError, match="only S3DataSource") as refused:
        smkit.client("sagemaker").create_training_job(**asked)
    assert refused.value.response["Error"]["Code"] == "ValidationException"


def test_a_job_is_described_from_its_first_moment(smkit: Any) -> None:
    client = smkit.client("sagemaker")
    client.create_training_job(**training_request(smkit, "at-once", {}))
    found = client.describe_training_job(TrainingJobName="at-once")
    assert found["SecondaryStatus"] in ("Starting", "Training", "Failed")
    with suppress(ClientError):  # It may have ended by itself.
        client.stop_training_job(TrainingJobName="at-once")
    found = smkit.settled(
        lambda: client.describe_training_job(TrainingJobName="at-once"), "TrainingJobStatus"
    )
    assert found["SecondaryStatus"] == found["TrainingJobStatus"]
