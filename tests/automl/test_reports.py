"""What is said of the best candidate: which columns count, and how good it is."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from jupyter_smkit.automl.objectives import BINARY, MULTICLASS, REGRESSION
from jupyter_smkit.automl.trainer import explain, insights
from jupyter_smkit.automl.trainer.attribution import Attribution, attribute
from jupyter_smkit.automl.trainer.metrics import Predictions

RANDOM = np.random.default_rng(0)
HEADER = {"job_name": "a-job", "candidate_name": "LightGBM"}


def test_only_the_column_that_a_model_uses_is_important() -> None:
    rows = pd.DataFrame({"idle": RANDOM.normal(size=200), "used": RANDOM.normal(size=200)})
    rows["y"] = rows["used"]

    def predict(frame: pd.DataFrame) -> Predictions:
        return Predictions(frame["y"].to_numpy(), frame["used"].to_numpy())

    found = explain.importances(
        predict, rows, ("idle", "used"), "MSE", seed=0, expired=lambda: False
    )
    assert list(found) == ["used", "idle"]
    assert found["idle"] == {"value": 0.0, "standard_deviation": 0.0}
    # Shuffled against itself, a column of variance 1 errs by about 2 squared.
    assert 1.5 < found["used"]["value"] < 2.5
    page = explain.analysis(found, [], ("idle", "used"), "MSE", len(rows))
    importances = page["explanations"]["permutation"]["label0"]["global_importances"]
    assert importances["used"] == found["used"]["value"]


def test_explaining_ends_when_the_time_is_up() -> None:
    rows = pd.DataFrame({"x": [1.0, 2.0], "y": [1.0, 2.0]})
    found = explain.importances(
        lambda frame: Predictions(frame["y"].to_numpy(), frame["x"].to_numpy()),
        rows,
        ("x",),
        "MSE",
        seed=0,
        expired=lambda: True,
    )
    assert found == {}


def test_shares_of_a_linear_model_are_its_terms() -> None:
    rows = pd.DataFrame(RANDOM.normal(size=(300, 3)), columns=["big", "small", "idle"])
    rows["y"], features = 0.0, ("big", "small", "idle")

    def predict(frame: pd.DataFrame) -> Predictions:
        return Predictions(frame["y"].to_numpy(), (3 * frame["big"] + frame["small"]).to_numpy())

    def attributed(seed: int) -> Attribution:
        (found,) = attribute(predict, rows, rows, features, seed=seed, expired=lambda: False)
        return found

    found = attributed(0)
    terms = rows[["big", "small"]][: len(found.shares)] * [3, 1]
    assert np.corrcoef(found.shares[:, 0], terms["big"])[0, 1] > 0.9
    assert np.abs(found.shares[:, :2] - terms).mean().to_numpy() == pytest.approx([0, 0], abs=0.8)
    assert not found.shares[:, 2].any()
    assert (attributed(0).shares == found.shares).all()
    sizes = explain.analysis({}, [found], features, "MSE", 300)["explanations"]["sampled_shap"]
    assert list(sizes["label0"]["global_shap_values"]) == ["big", "small", "idle"]
    assert list(explain.shares([found], features)) == ["big_label0", "small_label0", "idle_label0"]


@pytest.mark.parametrize("labels", [("no", "yes"), ("high", "low", "middle")])
def test_shares_add_up_to_the_probability_of_a_class(labels: tuple[str, ...]) -> None:
    rows = pd.DataFrame({"x": RANDOM.random(80), "kind": ["a", "b"] * 40, "y": labels[0]})

    def predict(frame: pd.DataFrame) -> Predictions:
        chance = (frame["x"] * np.where(frame["kind"] == "a", 1.0, 0.5)).to_numpy() / 2
        rest = [(1 - chance) / (len(labels) - 1)] * (len(labels) - 1)
        return Predictions(
            frame["y"].to_numpy(), frame["y"].to_numpy(), labels, np.stack([*rest, chance], axis=1)
        )

    found = attribute(predict, rows, rows, ("x", "kind"), seed=1, expired=lambda: False)
    assert [each.label for each in found] == list(labels[1:] if len(labels) == 2 else labels)
    last, answers = found[-1], predict(rows).probabilities
    assert answers is not None
    sums = last.shares.sum(axis=1) + last.expected
    assert sums == pytest.approx(answers[: len(sums), -1], abs=0.2)
    assert attribute(predict, rows, rows, ("x", "kind"), seed=1, expired=lambda: True) == []


def test_binary_report() -> None:
    chance = RANDOM.random(500)
    actual = np.where(RANDOM.random(500) < chance, "yes", "no").astype(object)
    predicted = np.where(chance > 0.5, "yes", "no").astype(object)
    found = Predictions(actual, predicted, ("no", "yes"), np.column_stack([1 - chance, chance]))
    page = insights.report(BINARY, found, found, HEADER)
    quality = page["binary_classification_metrics"]
    matrix = quality["confusion_matrix"]
    assert sum(sum(row.values()) for row in matrix.values()) == 500
    assert quality["recall"]["value"] == matrix["yes"]["yes"] / sum(matrix["yes"].values())
    assert quality["true_negative_rate"]["value"] + quality["false_positive_rate"][
        "value"
    ] == np.float64(1.0)
    curve = quality["receiver_operating_characteristic_curve"]
    assert len(curve["true_positive_rates"]) <= insights.MAX_POINTS
    assert (curve["false_positive_rates"][0], curve["true_positive_rates"][-1]) == (0.0, 1.0)
    area = np.trapezoid(curve["true_positive_rates"], curve["false_positive_rates"])
    assert abs(area - quality["auc"]["value"]) < 0.01
    assert page["baseline"]["accuracy"]["value"] == quality["accuracy"]["value"]
    assert quality["accuracy_best_constant_classifier"]["value"] >= 0.4


def test_multiclass_report() -> None:
    actual = RANDOM.integers(0, 3, 300)
    found = Predictions(actual, np.zeros(300, dtype=int), (0, 1, 2), None)
    quality = insights.report(MULTICLASS, found, None, HEADER)["multiclass_classification_metrics"]
    assert quality["accuracy"]["value"] == np.mean(actual == 0)
    assert quality["weighted_recall"]["value"] == quality["accuracy"]["value"]
    assert set(quality["confusion_matrix"]) == {"0", "1", "2"}


def test_regression_report() -> None:
    actual = RANDOM.normal(size=2000)
    found = Predictions(actual, actual + 1)
    page = insights.report(REGRESSION, found, None, HEADER)
    quality = page["regression_metrics"]
    assert abs(quality["mae"]["value"] - 1) < 1e-12
    assert len(quality["residuals"]["actual"]) == insights.MAX_RESIDUALS
    assert page["dataset"]["item_count"] == 2000
