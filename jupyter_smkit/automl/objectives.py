"""The objective metrics of an AutoML job: AWS's names, their directions and their problem types.

Only the standard library is imported: the API and the trainer both read this.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

REGRESSION = "Regression"
BINARY = "BinaryClassification"
MULTICLASS = "MulticlassClassification"
FORECASTING = "TimeSeriesForecasting"
TABULAR = (REGRESSION, BINARY, MULTICLASS)

Direction = Literal["Maximize", "Minimize"]


@dataclass(frozen=True)
class Objective:
    direction: Direction
    problem_types: tuple[str, ...]
    library: str
    """AutoGluon's name for it; empty where only forecasting uses it."""

    def better(self, value: float) -> float:
        """``value`` turned so that more is better."""
        return value if self.direction == "Maximize" else -value


OBJECTIVES = {
    "Accuracy": Objective("Maximize", (BINARY, MULTICLASS), "accuracy"),
    "MSE": Objective("Minimize", (REGRESSION,), "mean_squared_error"),
    "F1": Objective("Maximize", (BINARY,), "f1"),
    "F1macro": Objective("Maximize", (MULTICLASS,), "f1_macro"),
    "AUC": Objective("Maximize", (BINARY,), "roc_auc"),
    "RMSE": Objective("Minimize", (REGRESSION, FORECASTING), "root_mean_squared_error"),
    "BalancedAccuracy": Objective("Maximize", (BINARY, MULTICLASS), "balanced_accuracy"),
    "R2": Objective("Maximize", (REGRESSION,), "r2"),
    "Recall": Objective("Maximize", (BINARY,), "recall"),
    "RecallMacro": Objective("Maximize", (MULTICLASS,), "recall_macro"),
    "Precision": Objective("Maximize", (BINARY,), "precision"),
    "PrecisionMacro": Objective("Maximize", (MULTICLASS,), "precision_macro"),
    "MAE": Objective("Minimize", (REGRESSION,), "mean_absolute_error"),
    "MAPE": Objective("Minimize", (FORECASTING,), ""),
    "MASE": Objective("Minimize", (FORECASTING,), ""),
    "WAPE": Objective("Minimize", (FORECASTING,), ""),
    "AverageWeightedQuantileLoss": Objective("Minimize", (FORECASTING,), ""),
}

DEFAULTS = {REGRESSION: "MSE", BINARY: "F1", MULTICLASS: "Accuracy"}


def objectives_of(problem_type: str) -> list[str]:
    return [name for name, each in OBJECTIVES.items() if problem_type in each.problem_types]
