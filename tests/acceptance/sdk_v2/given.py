"""What scenarios start from: a session, data, a model, and the machine that jobs ask for."""

from __future__ import annotations

import tarfile
import tempfile
import time
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import sagemaker

PROGRAMS = Path(__file__).parent / "programs"
INSTANCE = "ml.m5.large"
VERSION = "1.2-1"
IRIS = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]
"""One setosa, one virginica."""
_folder = tempfile.TemporaryDirectory(prefix="smkit-sdk-v2-")


@cache
def session() -> sagemaker.Session:
    return sagemaker.Session()


@cache
def role() -> str:
    return str(sagemaker.get_execution_role())


def caller() -> dict[str, Any]:
    return {"role": role(), "sagemaker_session": session()}


def machine(count: int = 1) -> dict[str, Any]:
    return {**caller(), "instance_type": INSTANCE, "instance_count": count}


def scratch() -> Path:
    return Path(_folder.name)


def program(name: str, source: str) -> str:
    """The path of a program of a few lines."""
    file = scratch() / name
    file.write_text(source)
    return str(file)


def unique(base: str) -> str:
    return f"{base}-{time.time_ns() // 1_000_000}"


@cache
def iris() -> str:
    """s3:// address of iris as CSV without a header, the label last."""
    from sklearn.datasets import load_iris

    features, labels = load_iris(return_X_y=True)
    file = scratch() / "iris.csv"
    np.savetxt(file, np.column_stack([features, labels]), delimiter=",", fmt="%g")
    return str(session().upload_data(str(file), key_prefix="acceptance/data"))


@cache
def model_data() -> str:
    """s3:// address of a model.tar.gz with a scikit-learn classifier."""
    import joblib
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True))
    joblib.dump(model, scratch() / "model.joblib")
    archive = scratch() / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(scratch() / "model.joblib", "model.joblib")
    return str(session().upload_data(str(archive), key_prefix="acceptance/model"))


def image() -> str:
    return str(
        sagemaker.image_uris.retrieve(
            "sklearn", session().boto_region_name, version=VERSION, instance_type=INSTANCE
        )
    )
