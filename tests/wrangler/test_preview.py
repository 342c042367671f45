from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jupyter_smkit.wrangler import edit
from jupyter_smkit.wrangler.flow import Flow, FlowError, Node
from jupyter_smkit.wrangler.preview import Cache, Session
from jupyter_smkit.wrangler.profile import profile
from jupyter_smkit.wrangler.sampling import is_part, sample

FORMULA = "sagemaker.spark.custom_formula_0.1"


@pytest.fixture
def files(flow: Flow, passengers: Path) -> dict[str, list[str]]:
    return {"s3://bucket/passengers.csv": [str(passengers)]}


def test_a_preview_has_rows_headers_and_counts(
    flow: Flow, types: Node, files: dict[str, list[str]]
) -> None:
    found = Session().preview(flow, types.id, files)
    json.dumps(found)
    assert found["rows"] == 5
    assert found["head"][1][:4] == [2, "Bob", None, 71.28]
    assert [step["rows"] for step in found["steps"]] == [5, 5]
    columns = {one["name"]: one for one in found["columns"]}
    assert columns["age"]["type"] == "float"
    assert columns["age"]["missing"] == 1
    assert sum(count for _, _, count in columns["age"]["bins"]) == 4
    assert columns["port"]["top"] == [["S", 2], ["C", 1], ["Q", 1]]
    assert columns["joined"]["min"] == "2020-01-31"


def test_a_changed_step_runs_alone(flow: Flow, types: Node, files: dict[str, list[str]]) -> None:
    session = Session()
    flow, step = edit.add_step(flow, types.id, FORMULA, {"output_column": "y", "formula": "1"})
    before = session.steps(flow, step.id, files)
    changed = edit.update_step(flow, step.id, {"output_column": "y", "formula": "2"})
    after = session.steps(changed, step.id, files)
    assert [a.frames is b.frames for a, b in zip(before, after, strict=True)] == [
        True,
        True,
        False,
    ]


def test_changed_data_is_read_again(
    flow: Flow, types: Node, files: dict[str, list[str]], passengers: Path
) -> None:
    session = Session()
    assert session.preview(flow, types.id, files)["rows"] == 5
    passengers.write_text("id\n1\n")
    assert session.preview(flow, types.id, files)["rows"] == 1


def test_what_was_fitted_elsewhere_holds_at_once(
    flow: Flow, types: Node, files: dict[str, list[str]]
) -> None:
    session = Session()
    (step,) = [one for one in session.steps(flow, types.id, files) if one.node.id == types.id]
    assert step.state is not None
    learned = {**step.state, "schema": {**step.state["schema"], "age": "string"}}
    fitted = edit.with_trained(flow, {types.id: learned})
    kinds = {one["name"]: one["type"] for one in session.schema(fitted, types.id, files)}
    assert kinds["age"] == "string"


def test_what_is_kept_stays_below_its_limit(
    flow: Flow, types: Node, files: dict[str, list[str]]
) -> None:
    session = Session(cache=Cache(limit=1))
    session.preview(flow, types.id, files)
    assert len(session.cache.entries) == 1


def test_a_sample_says_that_it_is_one(flow: Flow, types: Node, files: dict[str, list[str]]) -> None:
    found = Session(limit=3).preview(flow, types.id, files)
    assert (found["rows"], found["sampled"]) == (3, True)


@pytest.mark.parametrize(
    ("sampling", "low", "high"),
    [
        ({"sampling_method": "sample_by_limit", "limit_rows": 10}, 10, 10),
        ({"sampling_method": "sample_by_ratio", "sample_ratio": 0.1}, 50, 150),
        ({"sampling_method": "sample_by_count", "sample_count": 20}, 20, 20),
        ({"sampling_method": "sample_by_stratum", "share": 0.1}, 1000, 1000),
        ({}, 1000, 1000),
    ],
)
def test_samples(sampling: dict[str, Any], low: int, high: int) -> None:
    frame = pl.LazyFrame({"a": range(1000)})
    assert low <= sample(frame, sampling).height <= high
    assert sample(frame, sampling).equals(sample(frame, sampling))
    assert is_part(sample(frame, sampling).height, sampling) == (high < 1000)


def test_schema_and_missing_data(flow: Flow, types: Node, files: dict[str, list[str]]) -> None:
    assert Session().schema(flow, types.id, files)[2] == {"name": "age", "type": "float"}
    with pytest.raises(FlowError, match="there is no object under s3://bucket"):
        Session().preview(flow, types.id, {})


def test_profiles_of_odd_columns() -> None:
    frame = pl.DataFrame(
        {
            "none": [None, None],
            "inf": [float("inf"), float("nan")],
            "list": [[1.0], [2.0]],
            "big": [2**60, 1],
            "one": [3, 3],
        }
    )
    found = {one["name"]: one for one in profile(frame)}
    json.dumps(found, allow_nan=False)
    assert found["none"]["missing"] == 2
    assert found["inf"]["missing"] == 1
    assert found["list"]["type"] == "vector"
    assert found["big"]["max"] == str(2**60)
    assert found["one"]["bins"] == [[3.0, 3.0, 2]]
