from __future__ import annotations

import json
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit.client import hook, local_mode
from jupyter_smkit.client.side import Target
from tests.client.conftest import Server

SDK = """
import boto3

class Session:
    config = property(lambda self: self._config, lambda self, value: self.__dict__.update(_config=value))

    def upload_data(self, path, key_prefix):
        return f"s3://bucket/{key_prefix}"

    def logs_for_job(self, name):
        return f"log of {name}"

    logs_for_processing_job = logs_for_job

class LocalSession(Session):
    def __init__(self):
        self._initialize(boto3.Session(region_name="us-east-1"))

    def _initialize(self, boto_session):
        self.boto_session = boto_session
        self.sagemaker_client = self.sagemaker_runtime_client = "docker"
        self.config = {"local": {"local_code": True}}

    config = Session.config

    def logs_for_job(self, name):
        pass

    logs_for_processing_job = logs_for_job
"""


@pytest.fixture
def pointed(clean: None, smkit: Server) -> Server:
    hook.point(Target(smkit.url, "SMKITOWNKEY", "own-secret"))
    return smkit


@pytest.fixture
def sdk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As much of the SDK's local mode as is changed."""
    package = tmp_path / "sagemaker/local"
    package.mkdir(parents=True)
    for folder in (package.parent, package):
        (folder / "__init__.py").write_text("")
    (package / "local_session.py").write_text(textwrap.dedent(SDK))
    monkeypatch.syspath_prepend(tmp_path)
    yield
    for name in [name for name in sys.modules if name.partition(".")[0] == "sagemaker"]:
        del sys.modules[name]
    sys.meta_path[:] = [each for each in sys.meta_path if not isinstance(each, local_mode.Watch)]


def local_session() -> Any:
    from sagemaker.local.local_session import LocalSession

    return LocalSession()


@pytest.mark.usefixtures("sdk")
def test_local_mode_talks_to_smkit(pointed: Server, tmp_path: Path) -> None:
    session = local_session()
    assert session.logs_for_job("fit") == "log of fit"
    assert session.config == {"local": {"local_code": False}}
    files = {"FileDataDistributionType": "FullyReplicated", "FileUri": f"file://{tmp_path}"}
    job: dict[str, Any] = {
        "TrainingJobName": "fit",
        "RoleArn": "arn:aws:iam::123456789012:role/any-role",
        "AlgorithmSpecification": {"TrainingInputMode": "File"},
        "InputDataConfig": [{"ChannelName": "train", "DataSource": {"FileDataSource": files}}],
        "OutputDataConfig": {"S3OutputPath": "s3://bucket/out"},
        "ResourceConfig": {"InstanceType": "local", "InstanceCount": 1, "VolumeSizeInGB": 1},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }
    session.sagemaker_client.create_training_job(**job)
    sent = json.loads(pointed.bodies[-1])
    assert sent["ResourceConfig"]["InstanceType"] == "ml.m5.large"
    source = sent["InputDataConfig"][0]["DataSource"]["S3DataSource"]
    assert source["S3Uri"].startswith("s3://bucket/local-mode/")

    job["OutputDataConfig"] = {"S3OutputPath": "file:///tmp/out"}
    with pytest.raises(local_mode.Misplaced, match="name an s3:// address"):
        session.sagemaker_client.create_training_job(**job)
    asked = len(pointed.heads)
    hook.point(None)
    with pytest.raises(local_mode.Misplaced, match="the real AWS"):
        session.sagemaker_client.list_models()
    assert len(pointed.heads) == asked


@pytest.mark.usefixtures("sdk", "pointed")
def test_local_mode_is_docker_s_on_the_other_side() -> None:
    hook.point(None)
    session = local_session()
    assert session.sagemaker_client == "docker"
    assert session.logs_for_job("fit") is None
    assert session.config == {"local": {"local_code": True}}
