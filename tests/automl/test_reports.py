"""What is said of the best candidate: which columns count, and how good it is."""

from __future__ import annotations

import numpy as np
import pandas as pd

from jupyter_smkit.automl import explain, insights
from jupyter_smkit.automl.metrics import Predictions
from jupyter_smkit.automl.objectives import BINARY, MULTICLASS, REGRESSION

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
    page = explain.analysis(found, "MSE", len(rows))
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
