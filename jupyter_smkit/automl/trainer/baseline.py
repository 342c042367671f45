"""Candidate 0: LightGBM as it comes, the score that every other candidate has to beat."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pandas as pd
from lightgbm import LGBMClassifier, LGBMRegressor
from lightgbm.callback import CallbackEnv, EarlyStopException
from pandas.api import types
from sklearn.compose import ColumnTransformer
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import OrdinalEncoder

from jupyter_smkit.automl.objectives import REGRESSION
from jupyter_smkit.automl.trainer.dataset import Dataset

NAME = "Baseline-LightGBM"
MAX_CATEGORIES = 254
"""A column of text with more distinct values is left out: it is rather prose or an identifier."""


def fit(dataset: Dataset, train: pd.DataFrame, seed: int, seconds: float) -> Pipeline:
    """A scikit-learn pipeline over the raw columns, of the trees that the time allowed.

    Raises ValueError where no column is usable.
    """
    numeric, categorical = _roles(train, dataset.features)
    if not numeric and not categorical:
        raise ValueError("no column is numeric or has fewer than 255 categories")
    encoder = OrdinalEncoder(
        handle_unknown="use_encoded_value", unknown_value=-1, encoded_missing_value=-1
    )
    columns = ColumnTransformer(
        [("categorical", encoder, categorical), ("numeric", "passthrough", numeric)]
    )
    common: dict[str, Any] = {"random_state": seed, "verbosity": -1}
    regression = dataset.problem_type == REGRESSION
    model = LGBMRegressor(**common) if regression else LGBMClassifier(**common)
    pipeline = Pipeline([("columns", columns), ("model", model)])
    fitting: dict[str, Any] = {
        "model__categorical_feature": list(range(len(categorical))),
        "model__callbacks": [_until(time.monotonic() + seconds)],
    }
    if dataset.weight:
        fitting["model__sample_weight"] = train[dataset.weight]
    return pipeline.fit(train[list(dataset.features)], train[dataset.target], **fitting)


def _until(deadline: float) -> Callable[[CallbackEnv], None]:
    def check(round_: CallbackEnv) -> None:
        if time.monotonic() > deadline:
            raise EarlyStopException(round_.iteration, round_.evaluation_result_list or [])

    return check


def _roles(train: pd.DataFrame, features: tuple[str, ...]) -> tuple[list[str], list[str]]:
    numeric, categorical = [], []
    for name in features:
        column = train[name]
        if types.is_numeric_dtype(column) or types.is_bool_dtype(column):
            numeric.append(name)
        elif not types.is_datetime64_any_dtype(column) and column.nunique() <= MAX_CATEGORIES:
            categorical.append(name)
    return numeric, categorical
