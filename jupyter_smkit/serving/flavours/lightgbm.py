"""LightGBM boosters, saved as text or pickled. Its estimators are served as scikit-learn's."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from jupyter_smkit.serving.columns import CATEGORY
from jupyter_smkit.serving.flavours import Loaded, NoModel, boosters, sklearn
from jupyter_smkit.serving.inference import Refusal
from jupyter_smkit.serving.predictions import Prediction, labelled
from jupyter_smkit.serving.schema import Schema, aligned, matrix
from jupyter_smkit.serving.tables import Table


def find(directory: Path) -> Path | None:
    files = sorted(path for path in directory.glob("*.txt") if _is_booster(path))
    return next((path for path in files if path.stem == "model"), files[0] if files else None)


def _is_booster(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(5) == b"tree\n"


def load(directory: Path, schema: Schema | None, threads: int | None) -> Loaded:
    file = find(directory)
    if file is None:
        if sklearn.find(directory) is None:
            raise NoModel(f"{directory} holds no LightGBM booster (*.txt) and no *.joblib")
        return sklearn.load(directory, schema, threads)
    from lightgbm import Booster

    return loaded(Booster(model_file=str(file)), schema, threads)


def loaded(booster: Any, schema: Schema | None, threads: int | None) -> Loaded:
    names, columns = booster.feature_name(), boosters.lightgbm_columns(booster)
    named = names != [f"Column_{index}" for index in range(len(names))]
    if schema is not None:
        # By position, where the schema's names are not the booster's.
        own = names if {*names} <= {*schema.names} else schema.names
        schema = schema.over(Schema.of(own, columns)) if len(own) == len(columns) else schema
    elif named or booster.pandas_categorical:
        schema = Schema.of(names, columns)
    if booster.pandas_categorical and (schema is None or CATEGORY not in schema.kinds):
        raise NoModel(
            "the booster was trained on categories, and does not say of which columns: "
            "deploy it with an example of its rows"
        )
    schema = schema and _with_levels(schema, booster.pandas_categorical or ())
    labels = schema.labels if schema else None
    arguments = {} if threads is None else {"num_threads": threads}

    def inputs(table: Table) -> Any:
        if schema is None:
            if table.width != len(names):
                raise Refusal(f"Expected {len(names)} columns, got {table.width}")
            return matrix(table.rows)
        if booster.pandas_categorical:
            from jupyter_smkit.serving.frames import frame

            return frame(table, schema)
        return matrix(aligned(table, schema.names), schema.names)

    def predict(table: Table, probabilities: bool) -> Prediction:
        found = booster.predict(inputs(table), **arguments)
        if labels is None or not _is_classifier(objective):
            return Prediction(found)
        return labelled(found, labels, with_probabilities=probabilities)

    objective = _objective(booster)
    return Loaded(booster, predict, schema)


def _with_levels(schema: Schema, levels: Sequence[Sequence[Any]]) -> Schema:
    """The booster's own categories, where only the schema says of which columns they are."""
    names = [n for n, kind in zip(schema.names, schema.kinds, strict=True) if kind == CATEGORY]
    if len(names) != len(levels):
        return schema
    return replace(
        schema, levels={**schema.levels, **dict(zip(names, map(tuple, levels), strict=True))}
    )


def _objective(booster: Any) -> str:
    found = re.search(r"^objective=(\w+)", booster.model_to_string(num_iteration=1), re.MULTILINE)
    return found[1] if found else ""


def _is_classifier(objective: str) -> bool:
    return objective in ("binary", "multiclass", "multiclassova")
