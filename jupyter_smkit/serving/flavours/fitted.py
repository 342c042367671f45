"""What a fitted estimator says of the columns that it takes.

scikit-learn keeps no types beside the names, but the steps of a pipeline do: encoders their
categories, imputers the type of what they saw; and most estimators take numbers only.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from jupyter_smkit.serving.columns import NUMBER, TEXT, UNKNOWN, Column, of_values
from jupyter_smkit.serving.flavours import boosters

_PASSED = "passed"
"""The kind of a column that a step hands on as it came."""
_DROPPED = "dropped"
"""That of one which nothing takes: it may hold anything."""
_SKIPPED = (None, "passthrough", "drop")
_NUMBER = Column(NUMBER)


def names(model: Any) -> list[str]:
    """The columns' names where the model was trained on a frame."""
    return [str(name) for name in getattr(model, "feature_names_in_", ())]


def columns(model: Any) -> list[Column]:
    """By position; empty where their number is unknown."""
    try:
        found = [_settled(column) for column in _taken(model)]
    except (AttributeError, LookupError, TypeError, ValueError):
        # What only looks like an estimator of scikit-learn's is served all the same.
        found = []
    width = getattr(model, "n_features_in_", len(found))
    return found if len(found) == width else [Column()] * width


def is_of_texts(model: Any) -> bool:
    """Whether the model takes a sequence of texts, not a table."""
    while True:
        inner = _inner(model)
        if inner:
            model = inner[0]
        elif steps := _steps(model):
            model = steps[0]
        else:
            return hasattr(model, "build_analyzer")


def _taken(model: Any) -> list[Column]:
    if inner := _inner(model):
        return _merged([_taken(each) for each in inner])
    if hasattr(model, "steps"):
        return _through(_steps(model))
    if hasattr(model, "transformers_"):
        return _side_by_side(model)
    if hasattr(model, "transformer_list"):
        union = [each for _, each in model.transformer_list if each not in _SKIPPED]
        return _merged([_taken(each) for each in union])
    library = type(model).__module__.partition(".")[0]
    if library == "lightgbm" and hasattr(model, "booster_"):
        return boosters.lightgbm_columns(model.booster_)
    if library == "xgboost" and hasattr(model, "get_booster"):
        return boosters.xgboost_columns(model.get_booster())
    return _of_sklearn(model) if library == "sklearn" else _all(model, Column())


def _of_sklearn(model: Any) -> list[Column]:
    if isinstance(getattr(model, "categories_", None), list):
        return [of_values(values) for values in model.categories_]
    if getattr(model, "_preprocessor", None) is not None:
        # Histogram-based trees that take categories: what they don't encode are numbers.
        inner = _side_by_side(model._preprocessor)
        return [column if column.levels or column.kind == TEXT else _NUMBER for column in inner]
    match type(model).__name__:
        case "FunctionTransformer" if model.func is None:
            return _all(model, Column(_PASSED))
        case "FunctionTransformer" if not isinstance(model.func, np.ufunc) and not model.validate:
            return _all(model, Column())
        case "SimpleImputer" if np.asarray(model.statistics_).dtype == object:
            return [Column(_PASSED, (each,)) for each in model.statistics_]
        case "MissingIndicator":
            return _all(model, Column(_PASSED))
    if hasattr(model, "build_analyzer"):
        return [Column(TEXT)]
    if type(model).__module__.startswith("sklearn.feature_extraction"):
        return _all(model, Column())
    return _all(model, _NUMBER)


def _all(model: Any, column: Column) -> list[Column]:
    width = getattr(model, "n_features_in_", 0)
    return [column] * (width if isinstance(width, int) else 0)


def _inner(model: Any) -> list[Any]:
    """The fitted estimators to which a search or an ensemble hands its rows."""
    for name in ("best_estimator_", "regressor_"):
        if hasattr(model, name):
            return [getattr(model, name)]
    pattern: Any = getattr(model, "estimator_", None)
    # Ensembles keep one under this name that is not fitted, selectors one of fewer columns.
    if hasattr(pattern, "n_features_in_") and pattern.n_features_in_ == model.n_features_in_:
        return [pattern]
    if hasattr(model, "calibrated_classifiers_"):
        return [model.calibrated_classifiers_[0].estimator]
    if {"estimator", "estimators"} & {*getattr(model, "_get_param_names", list)()}:
        fitted = getattr(model, "estimators_", None)
        return [] if fitted is None else [each for each in list(fitted) if each not in _SKIPPED]
    return []


def _steps(model: Any) -> list[Any]:
    return [step for _, step in getattr(model, "steps", ()) if step not in _SKIPPED]


def _through(steps: Sequence[Any]) -> list[Column]:
    if not steps:
        return []
    found = _taken(steps[0])
    if len(steps) == 1 or not any(column.kind == _PASSED for column in found):
        return found
    after = _through(steps[1:])
    if len(after) == len(found) and all(column.kind == _PASSED for column in found):
        return [
            then if then.kind != UNKNOWN else column
            for column, then in zip(found, after, strict=True)
        ]
    numbers = bool(after) and all(column.kind == NUMBER for column in after)
    return [_NUMBER if numbers and column.kind == _PASSED else column for column in found]


def _side_by_side(model: Any) -> list[Column]:
    places = getattr(model, "_transformer_to_input_indices", {})
    width = model.n_features_in_
    if not places:
        return [Column()] * width
    used: dict[int, Column] = {}
    for name, step, _ in model.transformers_:
        if isinstance(step, str) and step == "drop":
            continue
        at = list(places.get(name, ()))
        taken = [Column(_PASSED)] * len(at) if isinstance(step, str) else _taken(step)
        if len(taken) != len(at):
            taken = [Column()] * len(at)
        for index, column in zip(at, taken, strict=True):
            used[index] = _firmer(used[index], column) if index in used else column
    return [used.get(index, Column(_DROPPED)) for index in range(width)]


def _merged(told: Sequence[list[Column]]) -> list[Column]:
    """What several that take the same rows say together."""
    told = [each for each in told if each]
    if not told or len({len(each) for each in told}) > 1:
        return []
    found = told[0]
    for other in told[1:]:
        found = [_firmer(a, b) for a, b in zip(found, other, strict=True)]
    return found


def _firmer(one: Column, other: Column) -> Column:
    rank = {_DROPPED: 0, UNKNOWN: 1, _PASSED: 2, NUMBER: 3}
    return max(one, other, key=lambda column: (rank.get(column.kind, 4), bool(column.levels)))


def _settled(column: Column) -> Column:
    match column.kind:
        case kind if kind == _DROPPED:
            return Column(TEXT)
        case kind if kind == _PASSED and column.levels:
            # An imputer's: the value that it fills in.
            return of_values(np.array(column.levels, dtype=object))
        case kind if kind == _PASSED:
            return Column()
    return column
