"""What an example of its rows tells about a model's columns."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

import boto3
import numpy as np
import pandas as pd
import polars as pl
import pytest

from jupyter_smkit import workflow as sm
from jupyter_smkit.compute.images import uri
from jupyter_smkit.workflow import deployment, examples
from jupyter_smkit.workflow.data import split

ROWS = pd.DataFrame(
    {
        "code": ["01234", None],
        "rooms": [3, 4],
        "zone": pd.Categorical([5, 3], [3, 5, 80]),
        "new": [True, False],
        "at": pd.to_datetime(["2024-02-13", "2024-02-14"]),
        "some": np.array([1, None], dtype=object),
    }
)
FEATURES = [
    {"name": "code", "type": "text"},
    {"name": "rooms", "type": "number"},
    {"name": "zone", "type": "category", "levels": [3, 5, 80]},
    {"name": "new", "type": "boolean"},
    {"name": "at", "type": "datetime"},
    {"name": "some", "type": "number"},
]


def test_the_columns_of_a_frame() -> None:
    assert examples.features(ROWS) == FEATURES
    kinds = pl.Enum(["a", "b"])
    frame = pl.DataFrame(
        {"code": ["01"], "zone": ["b"], "tone": ["c"], "rooms": [1]},
        schema_overrides={"zone": kinds, "tone": pl.Categorical},
    )
    assert examples.features(frame) == [
        {"name": "code", "type": "text"},
        {"name": "zone", "type": "category", "levels": ["a", "b"]},
        {"name": "tone", "type": "category"},
        {"name": "rooms", "type": "number"},
    ]
    with pytest.raises(ValueError, match="a frame of pandas or polars, not a list"):
        examples.features([[1, 2]])


def members(address: str) -> dict[str, Any]:
    bucket, key = split(address)
    body = boto3.client("s3").get_object(Bucket=bucket, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(body)) as packed:
        files = {entry.name: packed.extractfile(entry) for entry in packed if entry.isfile()}
        return {name: file.read() for name, file in files.items() if file}


CODE = """
def model_fn(directory):
    return None

def predict_fn(rows, model):
    return [rows["code"][0], rows["zone"].cat.codes.tolist()]
"""


def test_it_comes_into_the_archive_and_types_the_rows(tmp_path: Path) -> None:
    (tmp_path / "smkit-model.json").write_text('{"features": [], "labels": ["no", "yes"]}')
    given = deployment.archive("given", CODE, tmp_path)
    container = {"Image": uri("sagemaker-scikit-learn", "us-east-1"), "ModelDataUrl": given}
    endpoint = sm.deploy(container, "by-example", example=ROWS)
    described = boto3.client("sagemaker").describe_model(ModelName="by-example")
    for address in (
        described["PrimaryContainer"]["ModelDataUrl"],
        deployment.archive("other", CODE, tmp_path, ROWS),
    ):
        files = members(address)
        assert files["code/inference.py"].decode() == CODE
        assert json.loads(files["smkit-model.json"]) == {
            "features": FEATURES,
            "labels": ["no", "yes"],
        }
    assert json.loads(members(given)["smkit-model.json"])["features"] == []
    row = "01234,3,80,True,2024-02-13,1\n"
    assert json.loads(sm.invoke(endpoint, row)[0]) == ["01234", [2]]
    endpoint.delete()


def test_a_model_of_automl_needs_none() -> None:
    with pytest.raises(ValueError, match="knows its columns"):
        sm.deploy("a-job", example=ROWS)
