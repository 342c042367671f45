"""Stand-ins for the packages of AWS's containers, as public programs use them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jupyter_smkit.compute import layer
from jupyter_smkit.compute.stand_ins import STAND_INS
from tests.compute.test_layer import said


@pytest.fixture
def framework(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    monkeypatch.syspath_prepend(STAND_INS)
    yield import_module("sagemaker_containers.beta.framework")
    for name in [name for name in sys.modules if name.startswith("sagemaker_containers")]:
        del sys.modules[name]


@pytest.mark.parametrize("content_type", ["text/csv", "application/json", "application/x-npy"])
def test_arrays_come_back_as_they_went(framework: Any, content_type: str) -> None:
    rows = np.array([[1.5, 2.0], [3.0, np.pi]])
    body = framework.encoders.encode(rows, content_type)
    assert isinstance(body, bytes if content_type.endswith("npy") else str)
    assert (
        framework.encoders.decode(body, f"{content_type}; charset=utf-8").tolist() == rows.tolist()
    )


def test_what_is_not_supported_is_refused(framework: Any) -> None:
    with pytest.raises(framework.errors.UnsupportedFormatError, match="image/png is not"):
        framework.encoders.decode(b"", "image/png")
    with pytest.raises(AttributeError, match=r"modules\.download_and_install.*sagemaker-training"):
        framework.modules.download_and_install("s3://code/sourcedir.tar.gz")


def test_a_response_is_a_body_and_its_type(framework: Any) -> None:
    response = framework.worker.Response
    assert response("[1]", mimetype="application/json") == ("[1]", "application/json")
    assert response("1,2", "text/csv", mimetype="text/csv") == ("1,2", "text/csv")


def test_the_training_environment_is_told(
    framework: Any, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SAGEMAKER_BASE_DIR", str(tmp_path))
    config = tmp_path / "input" / "config"
    config.mkdir(parents=True)
    given = {"k": "3", "name": "plain", "sagemaker_program": '"train.py"'}
    (config / "hyperparameters.json").write_text(json.dumps(given))
    (config / "inputdataconfig.json").write_text('{"train": {}}')
    environment = framework.training_env()
    assert environment.hyperparameters == {"k": 3, "name": "plain"}
    assert environment.channel_input_dirs == {"train": str(tmp_path / "input/data/train")}
    assert (environment.hosts, environment.model_dir) == (["algo-1"], str(tmp_path / "model"))
    monkeypatch.setenv("SM_TRAINING_ENV", '{"module_name": "train", "hosts": ["algo-1", "algo-2"]}')
    environment = framework.env.TrainingEnv()
    assert (environment.module_name, environment.hosts) == ("train", ["algo-1", "algo-2"])


def test_a_real_package_goes_before(tmp_path: Path) -> None:
    python = layer.lay(tmp_path, Path(sys.executable))
    where = "import sagemaker_containers; print(sagemaker_containers.__file__)"
    assert Path(said(python, "-c", where)).is_relative_to(STAND_INS)
    [packages] = tmp_path.glob("lib/python3.*/site-packages")
    (packages / "sagemaker_containers.py").write_text("")
    assert Path(said(python, "-c", where)).is_relative_to(tmp_path)
