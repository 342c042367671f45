"""The model quality report of the best candidate, in the layout of SageMaker Model Monitor's
``statistics.json``, measured on the holdout."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from jupyter_smkit.automl.objectives import BINARY, REGRESSION
from jupyter_smkit.automl.trainer.metrics import METRICS, Predictions

MAX_POINTS = 200
MAX_RESIDUALS = 1000
_RESAMPLES = 20

Measure = Callable[[Predictions], float]


def report(
    problem_type: str, found: Predictions, baseline: Predictions | None, header: dict[str, Any]
) -> dict[str, Any]:
    """``header`` names job, candidate, objective and its direction, as Autopilot's first page."""
    member, content = {
        REGRESSION: ("regression_metrics", _regression),
        BINARY: ("binary_classification_metrics", _binary),
    }.get(problem_type, ("multiclass_classification_metrics", _multiclass))
    page = {
        "version": 0.0,
        "job": header,
        "dataset": {
            "item_count": len(found.actual),
            "evaluation_time": datetime.fromtimestamp(time.time(), UTC).isoformat(),
        },
        member: content(found),
    }
    if baseline is not None:
        page["baseline"] = {
            name: {"value": value} for name, value in _values(problem_type, baseline).items()
        }
    return page


def _values(problem_type: str, found: Predictions) -> dict[str, float]:
    measures = {REGRESSION: _REGRESSION, BINARY: _BINARY}.get(problem_type, _MULTICLASS)
    return {name: measure(found) for name, measure in measures.items()}


def _regression(found: Predictions) -> dict[str, Any]:
    rows = slice(MAX_RESIDUALS)
    return {
        **_spread(found, _REGRESSION),
        "residuals": {
            "actual": found.actual[rows].astype(float).tolist(),
            "predicted": found.predicted[rows].astype(float).tolist(),
        },
    }


def _binary(found: Predictions) -> dict[str, Any]:
    content: dict[str, Any] = {"confusion_matrix": _confusion(found)}
    content |= _spread(found, _BINARY)
    content |= _constant(found, _BINARY, ("recall", "precision", "accuracy", "f0_5", "f1", "f2"))
    if found.probabilities is not None and len(set(found.actual.tolist())) == 2:
        positive = found.actual == found.positive
        score = found.probabilities[:, 1]
        false, true, _ = metrics.roc_curve(positive, score)
        precision, recall, _ = metrics.precision_recall_curve(positive, score)
        content["receiver_operating_characteristic_curve"] = {
            "false_positive_rates": _thinned(false),
            "true_positive_rates": _thinned(true),
        }
        content["precision_recall_curve"] = {
            "precisions": _thinned(precision[::-1]),
            "recalls": _thinned(recall[::-1]),
        }
        content["au_prc"] = {"value": float(metrics.average_precision_score(positive, score))}
    return content


def _multiclass(found: Predictions) -> dict[str, Any]:
    return {
        "confusion_matrix": _confusion(found),
        **_spread(found, _MULTICLASS),
        **_constant(found, _MULTICLASS, tuple(_MULTICLASS)),
    }


def _confusion(found: Predictions) -> dict[str, dict[str, int]]:
    """Rows are the actual classes, columns the predicted ones."""
    labels = list(found.labels)
    matrix = metrics.confusion_matrix(found.actual, found.predicted, labels=labels)
    return {
        str(actual): {str(label): int(count) for label, count in zip(labels, row, strict=True)}
        for actual, row in zip(labels, matrix, strict=True)
    }


def _spread(found: Predictions, measures: dict[str, Measure]) -> dict[str, Any]:
    """Each measure, with its standard deviation over resamples of the rows."""
    rng = np.random.default_rng(0)
    rows = len(found.actual)
    samples = [found.take(rng.integers(0, rows, rows)) for _ in range(_RESAMPLES)]
    content: dict[str, Any] = {}
    for name, measure in measures.items():
        value = measure(found)
        deviation = float(np.nanstd([measure(sample) for sample in samples], ddof=1))
        if np.isfinite(value):
            content[name] = {
                "value": value,
                "standard_deviation": deviation if np.isfinite(deviation) else "NaN",
            }
    return content


def _constant(
    found: Predictions, measures: dict[str, Measure], names: tuple[str, ...]
) -> dict[str, Any]:
    """What always answering the most frequent class would score."""
    classes, counts = np.unique(found.actual, return_counts=True)
    constant = np.full_like(found.actual, classes[counts.argmax()])
    always = Predictions(found.actual, constant, found.labels)
    return {
        f"{name}_best_constant_classifier": {
            "value": measures[name](always),
            "standard_deviation": "NaN",
        }
        for name in names
    }


def _thinned(points: NDArray[Any]) -> list[float]:
    if len(points) <= MAX_POINTS:
        return [float(point) for point in points]
    chosen = np.linspace(0, len(points) - 1, MAX_POINTS).round().astype(int)
    return [float(point) for point in points[chosen]]


def _rate(label: int, predicted: int) -> Measure:
    """Of the rows whose class is labels[label], the share answered with labels[predicted]."""

    def measure(found: Predictions) -> float:
        rows = found.actual == found.labels[label]
        if not rows.any():
            return float("nan")
        return float(np.mean(found.predicted[rows] == found.labels[predicted]))

    return measure


def _f(beta: float, average: str) -> Measure:
    def measure(found: Predictions) -> float:
        options: dict[str, Any] = {"average": average, "zero_division": 0}
        if average == "binary":
            options["pos_label"] = found.positive
        return float(metrics.fbeta_score(found.actual, found.predicted, beta=beta, **options))

    return measure


def _weighted(function: Callable[..., float]) -> Measure:
    return lambda found: float(
        function(found.actual, found.predicted, average="weighted", zero_division=0)
    )


_REGRESSION: dict[str, Measure] = {
    "mae": METRICS["MAE"],
    "mse": METRICS["MSE"],
    "rmse": METRICS["RMSE"],
    "r2": METRICS["R2"],
}
_BINARY: dict[str, Measure] = {
    "recall": METRICS["Recall"],
    "precision": METRICS["Precision"],
    "accuracy": METRICS["Accuracy"],
    "true_positive_rate": _rate(1, 1),
    "true_negative_rate": _rate(0, 0),
    "false_positive_rate": _rate(0, 1),
    "false_negative_rate": _rate(1, 0),
    "auc": METRICS["AUC"],
    "f0_5": _f(0.5, "binary"),
    "f1": METRICS["F1"],
    "f2": _f(2.0, "binary"),
}
_MULTICLASS: dict[str, Measure] = {
    "accuracy": METRICS["Accuracy"],
    "weighted_recall": _weighted(metrics.recall_score),
    "weighted_precision": _weighted(metrics.precision_score),
    "weighted_f0_5": _f(0.5, "weighted"),
    "weighted_f1": _f(1.0, "weighted"),
    "weighted_f2": _f(2.0, "weighted"),
}
