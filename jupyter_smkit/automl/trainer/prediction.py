"""One way to ask any candidate: a frame of raw rows in, predictions out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from jupyter_smkit.automl.objectives import REGRESSION
from jupyter_smkit.automl.trainer.dataset import Dataset
from jupyter_smkit.automl.trainer.metrics import Predictions

Predict = Callable[[pd.DataFrame], Predictions]


def of_pipeline(pipeline: Any, dataset: Dataset) -> Predict:
    """A fitted scikit-learn pipeline."""

    def predict(frame: pd.DataFrame) -> Predictions:
        rows = frame[list(dataset.features)]
        actual = frame[dataset.target].to_numpy()
        if dataset.problem_type == REGRESSION:
            return Predictions(actual, np.asarray(pipeline.predict(rows)))
        chances = pd.DataFrame(pipeline.predict_proba(rows), columns=pipeline.classes_)
        return _classified(actual, chances, dataset.labels)

    return predict


def of_predictor(predictor: Any, dataset: Dataset, model: str | None = None) -> Predict:
    """An AutoGluon predictor, asked for one of its models or for its best."""

    def predict(frame: pd.DataFrame) -> Predictions:
        rows = frame[list(dataset.features)]
        actual = frame[dataset.target].to_numpy()
        if dataset.problem_type == REGRESSION:
            return Predictions(actual, predictor.predict(rows, model=model).to_numpy())
        return _classified(actual, predictor.predict_proba(rows, model=model), dataset.labels)

    return predict


def _classified(actual: Any, chances: pd.DataFrame, labels: tuple[Any, ...]) -> Predictions:
    probabilities = chances.reindex(columns=list(labels), fill_value=0.0).to_numpy(dtype=float)
    names = np.empty(len(labels), dtype=actual.dtype)
    names[:] = labels
    return Predictions(actual, names[probabilities.argmax(axis=1)], labels, probabilities)
