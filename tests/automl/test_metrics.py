"""Metrics under AWS's names, against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn import metrics

from jupyter_smkit.automl.objectives import (
    BINARY,
    DEFAULTS,
    MULTICLASS,
    OBJECTIVES,
    REGRESSION,
    TABULAR,
    objectives_of,
)
from jupyter_smkit.automl.trainer.metrics import METRICS, Predictions, compute, metrics_of

RANDOM = np.random.default_rng(0)


def test_every_objective_of_the_service_model_is_known() -> None:
    from jupyter_smkit.api import models

    known = models.service("sagemaker").shape_for("AutoMLMetricEnum").enum
    assert set(OBJECTIVES) == set(known)
    assert {name for kind in TABULAR for name in objectives_of(kind)} <= set(METRICS)
    assert all(DEFAULTS[kind] in objectives_of(kind) for kind in TABULAR)


def test_regression() -> None:
    actual, predicted = RANDOM.normal(size=200), RANDOM.normal(size=200)
    assert compute(REGRESSION, Predictions(actual, predicted)) == pytest.approx(
        {
            "MSE": metrics.mean_squared_error(actual, predicted),
            "RMSE": metrics.mean_squared_error(actual, predicted) ** 0.5,
            "MAE": metrics.mean_absolute_error(actual, predicted),
            "R2": metrics.r2_score(actual, predicted),
        }
    )


def test_binary_scores_are_of_the_second_label() -> None:
    actual = np.array(["no", "no", "no", "yes", "yes"], dtype=object)
    predicted = np.array(["no", "yes", "no", "yes", "no"], dtype=object)
    chances = np.array([[0.9, 0.1], [0.4, 0.6], [0.8, 0.2], [0.3, 0.7], [0.55, 0.45]])
    found = compute(BINARY, Predictions(actual, predicted, ("no", "yes"), chances))
    assert found["Precision"] == found["Recall"] == found["F1"] == 0.5
    assert found["Accuracy"] == 0.6
    assert found["BalancedAccuracy"] == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found["AUC"] == pytest.approx(5 / 6)
    assert found["LogLoss"] == pytest.approx(-np.mean(np.log([0.9, 0.4, 0.8, 0.7, 0.45])), abs=1e-6)


def test_multiclass() -> None:
    labels = (0, 1, 2)
    actual, chances = RANDOM.integers(0, 3, 300), RANDOM.dirichlet([1, 1, 1], 300)
    predicted = chances.argmax(axis=1)
    found = compute(MULTICLASS, Predictions(actual, predicted, labels, chances))
    report = metrics.classification_report(actual, predicted, output_dict=True)
    assert found == pytest.approx(
        {
            "Accuracy": report["accuracy"],
            "BalancedAccuracy": report["macro avg"]["recall"],
            "F1macro": report["macro avg"]["f1-score"],
            "PrecisionMacro": report["macro avg"]["precision"],
            "RecallMacro": report["macro avg"]["recall"],
            "LogLoss": metrics.log_loss(actual, chances),
        }
    )
    assert set(found) == set(metrics_of(MULTICLASS, labels))


def test_a_metric_that_is_not_defined_is_left_out() -> None:
    one_class = np.array(["no", "no"], dtype=object)
    chances = np.array([[0.9, 0.1], [0.8, 0.2]])
    found = compute(BINARY, Predictions(one_class, one_class, ("no", "yes"), chances))
    assert "AUC" not in found
    assert found["Accuracy"] == 1.0


@pytest.mark.parametrize("name", ["MSE", "RMSE", "MAE"])
def test_of_errors_less_is_better(name: str) -> None:
    assert OBJECTIVES[name].better(1.0) > OBJECTIVES[name].better(2.0)
