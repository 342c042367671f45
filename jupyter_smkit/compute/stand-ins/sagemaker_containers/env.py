"""What a job is told of itself."""

from __future__ import annotations

import json
import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any


def read_hyperparameters() -> dict[str, Any]:
    return {name: _decoded(value) for name, value in _config("hyperparameters").items()}


def read_resource_config() -> dict[str, Any]:
    return _config("resourceconfig")


def read_input_data_config() -> dict[str, Any]:
    return _config("inputdataconfig")


class TrainingEnv(SimpleNamespace):
    """The members of ``SM_TRAINING_ENV``, or as many as the files of ``input/config`` tell."""

    def __init__(self, **given: Any) -> None:
        base, resources = _base(), read_resource_config()
        channels = read_input_data_config()
        hyperparameters = {
            name: value
            for name, value in read_hyperparameters().items()
            if not name.startswith("sagemaker_")
        }
        told = {
            "channel_input_dirs": {name: str(base / "input/data" / name) for name in channels},
            "current_host": resources.get("current_host", "algo-1"),
            "hosts": resources.get("hosts", ["algo-1"]),
            "hyperparameters": hyperparameters,
            "input_data_config": channels,
            "input_dir": str(base / "input"),
            "log_level": 20,
            "model_dir": str(base / "model"),
            "network_interface_name": resources.get("network_interface_name", "lo"),
            "num_cpus": os.cpu_count(),
            "num_gpus": 0,
            "output_data_dir": str(base / "output/data"),
            "output_dir": str(base / "output"),
            "resource_config": resources,
        }
        super().__init__(**told | json.loads(os.environ.get("SM_TRAINING_ENV", "{}")) | given)


def training_env(**given: Any) -> TrainingEnv:
    return TrainingEnv(**given)


def _base() -> Path:
    return Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))


def _config(name: str) -> dict[str, Any]:
    file = _base() / "input/config" / f"{name}.json"
    found: dict[str, Any] = json.loads(file.read_text()) if file.is_file() else {}
    return found


def _decoded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text
