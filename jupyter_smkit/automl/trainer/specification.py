"""The feature specification: which columns are features, and of what type they are."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_smkit.automl.task import Task
from jupyter_smkit.automl.trainer.tables import DataError

TYPES = ("numeric", "categorical", "text", "datetime")


def specified(task: Task) -> Task:
    """The task with what its feature specification file says. Raises DataError."""
    if task.feature_specification is None:
        return task
    names, types = _read(task.feature_specification)
    if task.target in (names or ()) or task.target in types:
        raise DataError(f"The feature specification must not name the target '{task.target}'.")
    if names is not None and (strange := [name for name in types if name not in names]):
        raise DataError(
            f"FeatureDataTypes names '{strange[0]}', which is not in FeatureAttributeNames."
        )
    return replace(task, feature_attribute_names=names, feature_types=types or None)


def _read(path: Path) -> tuple[tuple[str, ...] | None, dict[str, str]]:
    files = sorted(each for each in path.rglob("*") if each.is_file()) if path.is_dir() else [path]
    try:
        found: Any = json.loads(files[0].read_text(encoding="utf-8")) if files else None
    except ValueError as error:
        raise DataError(f"The feature specification is not JSON: {error}") from None
    names = found.get("FeatureAttributeNames") if isinstance(found, dict) else ()
    types = found.get("FeatureDataTypes", {}) if isinstance(found, dict) else {}
    if not (names is None or (_texts(names) and names)) or not isinstance(types, dict):
        raise DataError(
            'The feature specification must be JSON such as {"FeatureAttributeNames": ["age"], '
            '"FeatureDataTypes": {"age": "numeric"}}.'
        )
    for name, kind in types.items():
        if kind not in TYPES:
            raise DataError(
                f"The feature specification gives '{name}' the type '{kind}'; ensembling mode "
                f"knows {', '.join(TYPES)}."
            )
    return None if names is None else tuple(names), types


def _texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)
