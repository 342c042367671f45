"""A job's data, checked: which columns are features, what the target is, how it is divided."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from pandas.api import types
from sklearn.model_selection import train_test_split

from jupyter_smkit.automl.objectives import BINARY, MULTICLASS, REGRESSION
from jupyter_smkit.automl.task import CSV, Task
from jupyter_smkit.automl.trainer.tables import (
    NULLS,
    USUAL,
    DataError,
    Dialects,
    missing_column,
    read,
)
from jupyter_smkit.objects.delimited import DELIMITERS, spoken

MIN_ROWS = 50
ADVISED_ROWS = 500
MIN_ROWS_PER_CLASS = 5
MAX_CLASSES = 1000
MAX_NUMERIC_CLASSES = 20
"""A target of whole numbers with more distinct values than this is taken for a quantity."""
HOLDOUT_FRACTION = 0.1
_HOLDOUT_ROWS = (10, 10_000)
_TRUTHS = {"true": 1.0, "false": 0.0}


@dataclass(frozen=True)
class Dataset:
    train: pd.DataFrame
    validation: pd.DataFrame | None
    """The validation channel; None: to be divided off."""
    features: tuple[str, ...]
    target: str
    weight: str | None
    problem_type: str
    labels: tuple[Any, ...]
    """The classes in order; of two, the second is the positive one. Empty for regression."""
    warnings: tuple[str, ...]
    missing: tuple[str, ...] = NULLS
    """How the data writes a missing value of text."""
    dialect: tuple[str, str] = USUAL
    """The delimiter and the encoding of the first file, where it is CSV."""

    def types(self) -> dict[str, str]:
        """``integer``, ``float``, ``datetime`` or ``string`` by feature."""
        return {name: _type(self.train[name]) for name in self.features}


@dataclass(frozen=True)
class Division:
    train: pd.DataFrame
    validation: pd.DataFrame
    holdout: pd.DataFrame
    """Seen by no model and by no choice between models."""


def load(task: Task) -> Dataset:
    """Raises DataError."""
    given = task.feature_types or {}
    texts = {name for name, kind in given.items() if kind in ("categorical", "text")}
    channels = [each for each in map(task.sources, ("training", "validation")) if each]
    dialects: Dialects = {}
    frame, *others = read(*channels, texts=texts, dialects=dialects)
    validation = others[0] if others else None
    if task.target not in frame.columns:
        raise missing_column(task.target, frame.columns, "target column")
    warnings = [_guessed(name, *dialect) for name, dialect in dialects.items() if dialect != USUAL]
    frame = _typed(frame, task, warnings)
    features = _features(frame, task)
    frame = _labelled(_weighted(frame, task, warnings), task.target, warnings)
    if len(frame) < MIN_ROWS:
        raise DataError(
            f"The data has {len(frame)} rows with a value of '{task.target}'; AutoML needs at "
            f"least {MIN_ROWS}, and {ADVISED_ROWS} are advised."
        )
    if len(frame) < ADVISED_ROWS:
        warnings.append(
            f"The data has {len(frame)} rows; with fewer than {ADVISED_ROWS} the scores vary much."
        )
    if validation is not None:
        for name in (*features, task.target):
            if name not in validation.columns:
                raise missing_column(name, validation.columns, "column in the validation channel")
        validation = _typed(validation, task, warnings)
        validation = _labelled(_weighted(validation, task, warnings), task.target, warnings)
    truths = [
        name
        for name in features
        if name not in texts and all(_is_truth(each[name]) for each in (frame, *others))
    ]
    frame = _replaced(frame, {name: _truth(frame[name]) for name in truths})
    if validation is not None:
        validation = _replaced(validation, {name: _truth(validation[name]) for name in truths})
    problem_type = _problem_type(frame[task.target], task)
    dataset = Dataset(
        train=frame,
        validation=validation,
        features=features,
        target=task.target,
        weight=task.sample_weight,
        problem_type=problem_type,
        labels=(),
        warnings=tuple(warnings),
        missing=NULLS if channels[0][0].content_type == CSV else ("",),
        dialect=next(iter(dialects.values()), USUAL),
    )
    return _numeric_target(dataset) if problem_type == REGRESSION else _classes(dataset)


def _guessed(file: str, delimiter: str, encoding: str) -> str:
    return (
        f"{file} was taken for {spoken(encoding)} text with {DELIMITERS[delimiter]} between fields."
    )


def divide(dataset: Dataset, fraction: float, seed: int) -> Division:
    """Divides off a holdout and, where no validation channel was given, ``fraction`` for it."""
    rest, holdout = _divide(dataset, dataset.train, _holdout_rows(len(dataset.train)), seed)
    if dataset.validation is not None:
        return Division(rest, dataset.validation, holdout)
    rows = round(len(rest) * fraction)
    if rows < 5 or len(rest) - rows < 20:
        raise DataError(
            f"A validation fraction of {fraction:g} divides {len(rest)} rows into "
            f"{len(rest) - rows} for training and {rows} for validation; at least 20 and 5 are "
            "needed."
        )
    train, validation = _divide(dataset, rest, rows, seed + 1)
    return Division(train, validation, holdout)


def _features(frame: pd.DataFrame, task: Task) -> tuple[str, ...]:
    chosen = task.feature_attribute_names
    for name in chosen or ():
        if name not in frame.columns:
            raise missing_column(name, frame.columns, "feature")
    names = [
        name
        for name in (chosen or frame.columns)
        if name not in (task.target, task.sample_weight) and not frame[name].isna().all()
    ]
    if not names:
        raise DataError(f"There is no column with values beside the target '{task.target}'.")
    return tuple(dict.fromkeys(names))


def _weighted(frame: pd.DataFrame, task: Task, warnings: list[str]) -> pd.DataFrame:
    """The rows with a valid sample weight, as numbers."""
    name = task.sample_weight
    if name is None:
        return frame
    if name not in frame.columns:
        raise missing_column(name, frame.columns, "sample weight column")
    weight = pd.to_numeric(frame[name], errors="coerce")
    valid = np.isfinite(weight) & (weight >= 0)
    if not valid.all():
        warnings.append(f"{int((~valid).sum())} rows without a valid '{name}' were left out.")
    if not (weight[valid] > 0).any():
        raise DataError(f"No row has a '{name}' above 0: there is nothing to learn from.")
    return _replaced(frame, {name: weight})[valid].reset_index(drop=True)


def _labelled(frame: pd.DataFrame, target: str, warnings: list[str]) -> pd.DataFrame:
    missing = int(frame[target].isna().sum())
    if missing:
        warnings.append(f"{missing} rows without a value of '{target}' were left out.")
    frame = frame[frame[target].notna()].reset_index(drop=True)
    if len(frame) and frame[target].nunique() == 1:
        raise DataError(
            f"The target '{target}' is always '{frame[target].iloc[0]}': there is nothing to learn."
        )
    return frame


def _problem_type(target: pd.Series, task: Task) -> str:
    if types.is_datetime64_any_dtype(target):
        raise DataError(
            f"The target '{task.target}' is a time; AutoML predicts numbers or classes."
        )
    classes = target.nunique()
    chosen = task.problem_type or inferred(target)
    if chosen == REGRESSION and not types.is_numeric_dtype(target):
        raise DataError(
            f"The target '{task.target}' is not numeric (for example '{target.iloc[0]}'), so it "
            "cannot be used for regression."
        )
    if chosen == BINARY and classes != 2:
        raise DataError(
            f"The target '{task.target}' has {classes} classes; binary classification needs 2."
        )
    if chosen == MULTICLASS and classes > MAX_CLASSES:
        raise DataError(
            f"The target '{task.target}' has {classes:,} distinct values in {len(target):,} rows; "
            f"AutoML takes {MAX_CLASSES:,} classes at the most. Is it an identifier, or a number "
            "written with other characters?"
        )
    return chosen


def inferred(target: pd.Series) -> str:
    """The problem type where the user named none, from the target's values."""
    classes = target.nunique()
    if classes == 2:
        return BINARY
    if not types.is_numeric_dtype(target):
        return MULTICLASS
    whole = bool((target == target.round()).all())
    return MULTICLASS if whole and classes <= MAX_NUMERIC_CLASSES else REGRESSION


def _numeric_target(dataset: Dataset) -> Dataset:
    values = dataset.train[dataset.target]
    if not np.isfinite(values.to_numpy(dtype=float)).all():
        raise DataError(f"The target '{dataset.target}' holds an infinite value.")
    return dataset


def _classes(dataset: Dataset) -> Dataset:
    target = dataset.target
    train = _replaced(dataset.train, {target: _as_labels(dataset.train[target])})
    counts = train[target].value_counts()
    rare = sorted(counts[counts < MIN_ROWS_PER_CLASS].index, key=str)
    warnings = list(dataset.warnings)
    if rare and len(counts) - len(rare) < 2:
        shown = ", ".join(f"'{label}' ({counts[label]})" for label in rare[:5])
        raise DataError(
            f"Classes of '{target}' with fewer than {MIN_ROWS_PER_CLASS} rows: {shown}. "
            "At least two classes need more."
        )
    if rare:
        shown = ", ".join(f"'{label}'" for label in rare[:5]) + (", …" if len(rare) > 5 else "")
        warnings.append(
            f"{len(rare)} classes of '{target}' with fewer than {MIN_ROWS_PER_CLASS} rows were "
            f"left out: {shown}."
        )
        train = train[~train[target].isin(rare)].reset_index(drop=True)
    labels = tuple(sorted(train[target].unique().tolist()))
    validation = dataset.validation
    if validation is not None:
        validation = _replaced(validation, {target: _as_labels(validation[target])})
        validation = validation[validation[target].isin(labels)].reset_index(drop=True)
        if validation[target].nunique() < 2:
            raise DataError(f"The validation channel holds no two classes of '{target}'.")
    return replace(
        dataset, train=train, validation=validation, labels=labels, warnings=tuple(warnings)
    )


def _as_labels(target: pd.Series) -> pd.Series:
    """Classes that are whole numbers become integers, all else that is not a number text."""
    if types.is_bool_dtype(target) or not types.is_numeric_dtype(target):
        return target.astype(str).astype(object)
    if (target == target.round()).all():
        return target.astype("int64")
    return target


def _typed(frame: pd.DataFrame, task: Task, warnings: list[str]) -> pd.DataFrame:
    """The columns as the user's feature specification types them; infinite is missing."""
    converted: dict[str, pd.Series] = {}
    for name, kind in (task.feature_types or {}).items():
        if name not in frame.columns or name == task.target:
            continue
        column = frame[name]
        if kind == "numeric":
            converted[name] = pd.to_numeric(column, errors="coerce")
        elif kind == "datetime":
            converted[name] = pd.to_datetime(column, errors="coerce")
        if name in converted and (lost := int((converted[name].isna() & column.notna()).sum())):
            warnings.append(f"{lost} values of '{name}' are not {kind}: they count as missing.")
    frame = _replaced(frame, converted)
    numbers = frame.select_dtypes("floating").drop(columns=task.target, errors="ignore")
    infinite = [name for name in numbers if np.isinf(numbers[name]).any()]
    if infinite:
        shown = ", ".join(f"'{name}'" for name in infinite[:5])
        warnings.append(f"Infinite values of {shown} count as missing.")
        finite = numbers[infinite].replace([np.inf, -np.inf], np.nan)
        frame = _replaced(frame, dict(finite.items()))
    return frame


def _is_truth(column: pd.Series) -> bool:
    if types.is_bool_dtype(column):
        return True
    if types.is_numeric_dtype(column) or types.is_datetime64_any_dtype(column):
        return False
    return {str(each).lower() for each in column.dropna().unique()} <= _TRUTHS.keys()


def _truth(column: pd.Series) -> pd.Series:
    """1 and 0, which a request may write as true and false in any case: pandas, polars, JSON differ."""
    known = {each: _TRUTHS[str(each).lower()] for each in column.dropna().unique()}
    return column.map(known).astype(float)


def _replaced(frame: pd.DataFrame, columns: dict[str, pd.Series]) -> pd.DataFrame:
    """Unlike assign(), for a column of any name, ``self`` too."""
    made = frame.copy(deep=False)
    for name, column in columns.items():
        made[name] = column
    return made


def _type(column: pd.Series) -> str:
    if types.is_integer_dtype(column):
        return "integer"
    if types.is_numeric_dtype(column):
        return "float"
    return "datetime" if types.is_datetime64_any_dtype(column) else "string"


def _holdout_rows(rows: int) -> int:
    fewest, most = _HOLDOUT_ROWS
    return min(max(round(rows * HOLDOUT_FRACTION), fewest), most)


def _divide(
    dataset: Dataset, frame: pd.DataFrame, rows: int, seed: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    possible = rows >= len(dataset.labels) > 0 and frame[dataset.target].value_counts().min() > 1
    stratify = frame[dataset.target] if possible else None
    first, second = train_test_split(frame, test_size=rows, random_state=seed, stratify=stratify)
    return first.reset_index(drop=True), second.reset_index(drop=True)
