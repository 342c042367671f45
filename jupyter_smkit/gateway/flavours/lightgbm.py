"""LightGBM boosters saved as text. Those in joblib files are served as scikit-learn's."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jupyter_smkit.gateway.flavours import Loaded, NoModel, sklearn
from jupyter_smkit.gateway.inference import Refusal
from jupyter_smkit.gateway.predictions import Prediction, labelled
from jupyter_smkit.gateway.schema import Schema, aligned, matrix
from jupyter_smkit.gateway.tables import Table


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

    booster: Any = Booster(model_file=str(file))
    names = booster.feature_name()
    unnamed = [f"Column_{index}" for index in range(len(names))]
    if schema is None and names != unnamed:
        schema = Schema.of_names(names)
    labels = schema.labels if schema else None
    # By column: the categories of the training frame, by the text that a request has for them.
    categories = [{str(each): each for each in some} for some in booster.pandas_categorical or ()]
    arguments = {} if threads is None else {"num_threads": threads}

    def inputs(table: Table) -> Any:
        if schema is None:
            if table.width != len(names):
                raise Refusal(f"Expected {len(names)} columns, got {table.width}")
            return matrix(table.rows)
        if categories:
            from jupyter_smkit.gateway.frames import frame

            rows = frame(table, schema)
            for name, known in zip(rows.select_dtypes("category"), categories, strict=False):
                texts = rows[name].cat.categories
                rows[name] = rows[name].cat.rename_categories([known.get(t, t) for t in texts])
            return rows
        return matrix(aligned(table, schema.names), schema.names)

    def predict(table: Table, probabilities: bool) -> Prediction:
        found = booster.predict(inputs(table), **arguments)
        if labels is None or not _is_classifier(objective):
            return Prediction(found)
        return labelled(found, labels, with_probabilities=probabilities)

    objective = _objective(file)
    return Loaded(booster, predict, schema)


def _objective(file: Path) -> str:
    with file.open(encoding="utf-8", errors="replace") as stream:
        for line in stream:
            if found := re.match(r"objective=(\w+)", line):
                return found[1]
            if line.startswith("Tree="):
                break
    return ""


def _is_classifier(objective: str) -> bool:
    return objective in ("binary", "multiclass", "multiclassova")
