"""The metrics of a candidate, named as AWS names them and computed by scikit-learn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn import metrics

from jupyter_smkit.automl.objectives import BINARY, objectives_of

Array = NDArray[Any]


@dataclass(frozen=True)
class Predictions:
    actual: Array
    predicted: Array
    labels: tuple[Any, ...] = ()
    """The classes in the order of the columns of ``probabilities``; empty for regression."""
    probabilities: Array | None = None
    """rows × classes"""

    @property
    def positive(self) -> Any:
        return self.labels[1]

    def take(self, rows: Array) -> Predictions:
        chosen = None if self.probabilities is None else self.probabilities[rows]
        return Predictions(self.actual[rows], self.predicted[rows], self.labels, chosen)


Metric = Callable[[Predictions], float]


def _plain(function: Callable[..., float], **options: Any) -> Metric:
    return lambda found: float(function(found.actual, found.predicted, **options))


def _positive(function: Callable[..., float]) -> Metric:
    return lambda found: float(
        function(found.actual, found.predicted, pos_label=found.positive, zero_division=0)
    )


def _macro(function: Callable[..., float]) -> Metric:
    return _plain(function, average="macro", zero_division=0)


def _auc(found: Predictions) -> float:
    if found.probabilities is None or len(set(found.actual.tolist())) < 2:
        return float("nan")
    return float(metrics.roc_auc_score(found.actual == found.positive, found.probabilities[:, 1]))


def _log_loss(found: Predictions) -> float:
    if found.probabilities is None:
        return float("nan")
    return float(metrics.log_loss(found.actual, found.probabilities, labels=list(found.labels)))


def _r2(found: Predictions) -> float:
    return float(metrics.r2_score(found.actual, found.predicted)) if len(found.actual) > 1 else 0.0


METRICS: dict[str, Metric] = {
    "Accuracy": _plain(metrics.accuracy_score),
    "BalancedAccuracy": _plain(metrics.balanced_accuracy_score),
    "F1": _positive(metrics.f1_score),
    "F1macro": _macro(metrics.f1_score),
    "Precision": _positive(metrics.precision_score),
    "PrecisionMacro": _macro(metrics.precision_score),
    "Recall": _positive(metrics.recall_score),
    "RecallMacro": _macro(metrics.recall_score),
    "AUC": _auc,
    "LogLoss": _log_loss,
    "MSE": _plain(metrics.mean_squared_error),
    "RMSE": _plain(metrics.root_mean_squared_error),
    "MAE": _plain(metrics.mean_absolute_error),
    "R2": _r2,
}


def metrics_of(problem_type: str, labels: Sequence[Any]) -> list[str]:
    names = objectives_of(problem_type)
    return [*names, "LogLoss"] if labels else names


def compute(problem_type: str, found: Predictions) -> dict[str, float]:
    """Every metric of the problem type that is defined on these rows."""
    if problem_type == BINARY and len(found.labels) != 2:
        raise ValueError("binary classification needs two labels")
    values = {name: METRICS[name](found) for name in metrics_of(problem_type, found.labels)}
    return {name: value for name, value in values.items() if np.isfinite(value)}
