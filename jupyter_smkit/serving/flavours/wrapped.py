"""Estimators without what their libraries do around each prediction.

LightGBM's scikit-learn wrapper costs thirty times what its booster does for one row: it validates
the array and counts the machine's cores with each call. A pipeline asks with each call whether it
is fitted and where metadata should go. The booster and the pipeline's steps give the same numbers.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import numpy as np

Chances = Callable[[Any], np.ndarray[Any, Any]]


def unwrap(model: Any, threads: int | None) -> Any:
    """``model`` with predict and predict_proba that go to the booster, or ``model`` itself.

    Custom objectives and early-stopped predictions of LightGBM are left to its wrapper, which
    treats them in its own way.
    """
    # Only a library that unpickling has imported can have made the model.
    pipeline = sys.modules.get("sklearn.pipeline")
    if pipeline is not None and type(model) is pipeline.Pipeline:
        return _Steps(model, unwrap(model.steps[-1][1], threads))
    lightgbm = sys.modules.get("lightgbm")
    if lightgbm is None or type(model) not in (lightgbm.LGBMClassifier, lightgbm.LGBMRegressor):
        return model
    if not isinstance(model.objective_, str) or model.get_params().get("pred_early_stop"):
        return model
    arguments = {} if threads is None else {"num_threads": threads}
    booster, width = model.booster_, model.n_features_in_

    def outputs(rows: Any) -> np.ndarray[Any, Any]:
        if rows.shape[1] != width:
            raise ValueError(f"the model takes {width} features, got {rows.shape[1]}")
        return np.asarray(booster.predict(rows, **arguments))

    if type(model) is lightgbm.LGBMRegressor:
        return _Regressor(model, outputs)
    return _Classifier(model, outputs)


class _Bare:
    """What is not replaced is the estimator's own."""

    def __init__(self, model: Any) -> None:
        self.model = model

    def __getattr__(self, name: str) -> Any:
        return getattr(self.model, name)


class _Regressor(_Bare):
    def __init__(self, model: Any, outputs: Chances) -> None:
        super().__init__(model)
        self.predict = outputs


class _Classifier(_Bare):
    def __init__(self, model: Any, outputs: Chances) -> None:
        super().__init__(model)
        self._outputs = outputs

    def predict_proba(self, rows: Any) -> np.ndarray[Any, Any]:
        found = self._outputs(rows)
        return found if found.ndim == 2 else np.column_stack((1.0 - found, found))

    def predict(self, rows: Any) -> np.ndarray[Any, Any]:
        labels = self.predict_proba(rows).argmax(axis=1)
        found: np.ndarray[Any, Any] = np.asarray(self.model.classes_)[labels]
        return found


class _Steps(_Bare):
    """A pipeline's steps, one after the other; ``last`` stands for its last one."""

    def __init__(self, pipeline: Any, last: Any) -> None:
        super().__init__(pipeline)
        self._transforms = [
            step for _, step in pipeline.steps[:-1] if step not in (None, "passthrough")
        ]
        self._last = last

    def _transformed(self, rows: Any) -> Any:
        for step in self._transforms:
            rows = step.transform(rows)
        return rows

    def predict(self, rows: Any) -> np.ndarray[Any, Any]:
        found: np.ndarray[Any, Any] = self._last.predict(self._transformed(rows))
        return found

    def predict_proba(self, rows: Any) -> np.ndarray[Any, Any]:
        found: np.ndarray[Any, Any] = self._last.predict_proba(self._transformed(rows))
        return found
