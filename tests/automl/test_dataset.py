"""Checking a job's data: the target, the problem type, the features, the division of rows."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris, load_wine

from jupyter_smkit.automl.task import PARQUET, Source, Task
from jupyter_smkit.automl.trainer.dataset import Dataset, divide, inferred, load
from jupyter_smkit.automl.trainer.notebooks import definitions
from jupyter_smkit.automl.trainer.specification import specified
from jupyter_smkit.automl.trainer.tables import DataError

ROWS = pd.DataFrame({"x": np.arange(600.0), "z": ["a", "b"] * 300})


def loaded(path: Path, frame: pd.DataFrame, **members: Any) -> Dataset:
    frame.to_csv(path / "data.csv", index=False)
    data = [Source("training", path / "data.csv")]
    if (validation := members.pop("validation", None)) is not None:
        validation.to_csv(path / "validation.csv", index=False)
        data.append(Source("validation", path / "validation.csv"))
    settled = {"target": "y", **members}
    task = Task(job_name="a-job", data=tuple(data), output_dir=path, **settled)
    return load(specified(task))


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (load_breast_cancer().target, "BinaryClassification"),
        (load_iris().target, "MulticlassClassification"),
        (load_wine().target.astype(str), "MulticlassClassification"),
        (load_diabetes().target, "Regression"),
        (np.linspace(0, 1, 60), "Regression"),
        (["yes", "no"] * 30, "BinaryClassification"),
    ],
)
def test_the_problem_type_follows_from_the_target(target: Any, expected: str) -> None:
    assert inferred(pd.Series(target)) == expected


def test_numbers_that_only_name_two_classes(tmp_path: Path) -> None:
    found = loaded(tmp_path, ROWS.assign(y=[0.0, 1.0, None] * 200))
    assert found.problem_type == "BinaryClassification"
    assert found.labels == (0, 1)
    assert found.warnings == (
        "200 rows without a value of 'y' were left out.",
        "The data has 400 rows; with fewer than 500 the scores vary much.",
    )


def test_types_of_features(tmp_path: Path) -> None:
    found = loaded(tmp_path, ROWS.assign(n=1, y=ROWS["x"] / 7))
    assert found.types() == {"x": "float", "z": "string", "n": "integer"} or found.types() == {
        "x": "integer",
        "z": "string",
        "n": "integer",
    }
    assert found.labels == ()


def test_true_and_false_are_numbers_as_the_endpoint_reads_them(tmp_path: Path) -> None:
    frame = ROWS.assign(
        y=ROWS["x"] / 7, lower=["true", None, "false"] * 200, upper=[True, False, True] * 200
    )
    found = loaded(tmp_path, frame, validation=frame.assign(upper=["TRUE", "maybe", ""] * 200))
    assert {name: found.types()[name] for name in ("lower", "upper")} == {
        "lower": "float",
        "upper": "string",
    }
    assert found.train["lower"].iloc[[0, 2]].tolist() == [1.0, 0.0]
    assert found.train["lower"].isna().sum() == 200
    packed = pd.DataFrame(frame).assign(lower=frame["lower"].map({"true": True, "false": False}))
    packed.to_parquet(tmp_path / "data.parquet", index=False)
    source = Source("training", tmp_path / "data.parquet", PARQUET)
    again = load(Task(job_name="a-job", data=(source,), target="y", output_dir=tmp_path))
    pd.testing.assert_series_equal(again.train["lower"], found.train["lower"])
    assert again.types()["upper"] == "float"


def test_a_column_may_have_any_name(tmp_path: Path) -> None:
    found = loaded(tmp_path, ROWS.rename(columns={"z": "self"}), target="self")
    assert found.labels == ("a", "b")


@pytest.mark.parametrize(
    ("frame", "members", "said"),
    [
        (ROWS, {}, "There is no target column 'y'; the columns are 'x', 'z'"),
        (ROWS.assign(y=7), {}, "The target 'y' is always '7': there is nothing to learn"),
        (
            ROWS.assign(y=range(600))[:49],
            {},
            "49 rows with a value of 'y'; AutoML needs at least 50",
        ),
        (
            ROWS.assign(y=[f"id{n}" for n in range(600)]),
            {"problem_type": "Regression"},
            r"not numeric \(for example 'id0'\)",
        ),
        (
            ROWS.assign(y=["a", "b", "c"] * 200),
            {"problem_type": "BinaryClassification"},
            "has 3 classes; binary classification needs 2",
        ),
        (
            ROWS.assign(y=["a"] * 598 + ["b"] * 2),
            {},
            r"fewer than 5 rows: 'b' \(2\). At least two classes need more",
        ),
        (
            ROWS.assign(y=range(600)),
            {"feature_attribute_names": ("x", "q")},
            "There is no feature 'q'",
        ),
        (ROWS.assign(y=range(600)), {"sample_weight": "w"}, "no sample weight column 'w'"),
        (
            pd.DataFrame({"y": range(600), "x": None}),
            {},
            "no column with values beside the target",
        ),
    ],
)
def test_data_that_cannot_be_trained_on(
    tmp_path: Path, frame: pd.DataFrame, members: dict[str, Any], said: str
) -> None:
    with pytest.raises(DataError, match=said):
        loaded(tmp_path, frame, **members)


def test_semicolons_and_windows_1252_are_read_and_told(tmp_path: Path) -> None:
    rows = "".join(f"Köln {number};{number % 2}\n" for number in range(60))
    (tmp_path / "data.csv").write_text(f"straße;y\n{rows}", encoding="cp1252")
    task = Task("a-job", (Source("training", tmp_path / "data.csv"),), "y", tmp_path)
    found = load(task)
    assert found.features == ("straße",)
    assert found.train["straße"][1] == "Köln 1"
    assert (
        "data.csv was taken for Windows-1252 text with semicolons between fields." in found.warnings
    )
    page = str(definitions(found, task, "F1", ()))
    assert ", sep=';', encoding='cp1252')" in page


def test_rare_classes_are_left_out(tmp_path: Path) -> None:
    found = loaded(tmp_path, ROWS.assign(y=["a", "b"] * 298 + ["c"] * 4))
    assert found.labels == ("a", "b")
    assert "1 classes of 'y' with fewer than 5 rows were left out: 'c'." in found.warnings


def test_rows_without_a_valid_weight_are_left_out(tmp_path: Path) -> None:
    frame = ROWS.assign(y=ROWS["x"] / 7, w=["1", "-1", "much"] * 200)
    found = loaded(tmp_path, frame, sample_weight="w")
    assert len(found.train) == 200
    assert found.features == ("x", "z")


def test_the_division_is_stratified_and_without_overlap(tmp_path: Path) -> None:
    frame = pd.DataFrame({"x": range(1000), "y": ["rare"] * 50 + ["often"] * 950})
    found = divide(loaded(tmp_path, frame), 0.2, seed=3)
    assert [len(part) for part in vars(found).values()] == [720, 180, 100]
    assert (found.holdout["y"] == "rare").sum() == 5
    assert (found.validation["y"] == "rare").sum() == 9
    rows = [set(part["x"]) for part in vars(found).values()]
    assert len(set.union(*rows)) == 1000


def test_a_validation_channel_is_used_whole(tmp_path: Path) -> None:
    frame = ROWS.assign(y=ROWS["x"] / 7)
    found = divide(loaded(tmp_path, frame, validation=frame[:30]), 0.2, seed=0)
    assert [len(part) for part in vars(found).values()] == [540, 30, 60]


def test_a_validation_channel_without_the_target(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column in the validation channel 'y'"):
        loaded(tmp_path, ROWS.assign(y=ROWS["x"] / 7), validation=ROWS)


def test_a_fraction_that_leaves_nothing_to_train(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"divides 50 rows into 5 for training and 45"):
        divide(loaded(tmp_path, ROWS.assign(y=ROWS["x"] / 7)[:60]), 0.9, seed=0)


def test_a_feature_specification(tmp_path: Path) -> None:
    given = {"FeatureAttributeNames": ["x"], "FeatureDataTypes": {"x": "categorical"}}
    (tmp_path / "features.json").write_text(json.dumps(given))
    found = loaded(
        tmp_path,
        ROWS.assign(y=ROWS["x"] / 7),
        feature_specification=tmp_path / "features.json",
    )
    assert found.types() == {"x": "string"}


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("{", "is not JSON"),
        ("[1]", "must be JSON such as"),
        ('{"FeatureAttributeNames": ["y"]}', "must not name the target 'y'"),
        ('{"FeatureDataTypes": {"x": "sequence"}}', "gives 'x' the type 'sequence'"),
        (
            '{"FeatureAttributeNames": ["x"], "FeatureDataTypes": {"z": "text"}}',
            "names 'z', which is not in FeatureAttributeNames",
        ),
    ],
)
def test_a_wrong_feature_specification(tmp_path: Path, given: str, said: str) -> None:
    (tmp_path / "features.json").write_text(given)
    with pytest.raises(DataError, match=said):
        loaded(tmp_path, ROWS, feature_specification=tmp_path / "features.json")


def test_what_a_request_will_hold_is_what_is_learned(tmp_path: Path) -> None:
    frame = ROWS.assign(code=[1.0, None, 2.0] * 200, price="1,234", y=ROWS["x"] / 7)
    frame["code"] = frame["code"].astype("Int64")
    frame["far"] = [np.inf, 1.5] * 300
    given = {"code": "categorical", "price": "numeric"}
    found = loaded(tmp_path, frame, feature_types=given)
    assert found.train["code"].dropna().unique().tolist() == ["1", "2"]
    assert "price" not in found.features
    assert found.train["far"].isna().sum() == 300
    assert found.warnings[:2] == (
        "600 values of 'price' are not numeric: they count as missing.",
        "Infinite values of 'far' count as missing.",
    )


def test_weights_that_weigh_nothing(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="No row has a 'w' above 0"):
        loaded(tmp_path, ROWS.assign(y=ROWS["x"] / 7, w=0), sample_weight="w")


def test_classes_too_rare_to_be_in_every_part(tmp_path: Path) -> None:
    labels = [f"class {number % 40}" for number in range(200)]
    found = loaded(tmp_path, ROWS[:200].assign(y=labels))
    for seed in range(200):
        assert len(divide(found, 0.25, seed).train) == 135
