"""XGBoost boosters: ``xgboost-model``, ``*.ubj``, ``*.json``, or a pickled one of that name."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_smkit.gateway.flavours import Loaded, NoModel
from jupyter_smkit.gateway.inference import Refusal
from jupyter_smkit.gateway.predictions import Prediction, labelled
from jupyter_smkit.gateway.schema import CATEGORY, Schema, aligned, matrix
from jupyter_smkit.gateway.tables import Table


def find(directory: Path) -> Path | None:
    named = directory / "xgboost-model"
    if named.is_file():
        return named
    boosters = sorted(directory.glob("*.ubj"))
    boosters += [path for path in sorted(directory.glob("*.json")) if _is_booster(path)]
    return boosters[0] if boosters else None


def _is_booster(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(64).replace(b" ", b"").startswith(b'{"learner"')


def load(directory: Path, schema: Schema | None, threads: int | None) -> Loaded:
    file = find(directory)
    if file is None:
        raise NoModel(f"{directory} holds no xgboost-model, *.ubj or *.json")
    from xgboost import Booster, DMatrix, core

    try:
        booster: Any = Booster(model_file=str(file))
    except core.XGBoostError:
        with file.open("rb") as stream:
            booster = pickle.load(stream)
        booster = booster.get_booster() if hasattr(booster, "get_booster") else booster
    if threads is not None:
        booster.set_param({"nthread": threads})
    names = booster.feature_names
    if schema is None and names:
        schema = Schema.of_names(names)
    width = booster.num_features()
    labels = schema.labels if schema else None
    categorical = schema is not None and CATEGORY in schema.kinds
    # Where training stopped early, the trees after the best one are not the model's.
    best = booster.attr("best_iteration")
    trees = (0, 0 if best is None else int(best) + 1)
    learner = json.loads(booster.save_config())["learner"]
    objective = learner["objective"]["name"]
    linear = learner["gradient_booster"]["name"] == "gblinear"

    def scores(table: Table) -> np.ndarray[Any, Any]:
        if schema is None and table.width != width:
            raise Refusal(f"Expected {width} columns, got {table.width}")
        if schema is not None and categorical:
            from jupyter_smkit.gateway.frames import frame

            data = DMatrix(frame(table, schema), enable_categorical=True)
            return np.asarray(booster.predict(data, iteration_range=trees))
        names = schema.names if schema else None
        rows = matrix(aligned(table, names) if names else table.rows, names)
        if linear:
            # It has no trees, and no prediction in place.
            return np.asarray(booster.predict(DMatrix(rows), validate_features=False))
        found = booster.inplace_predict(rows, iteration_range=trees, validate_features=False)
        return np.asarray(found)

    def predict(table: Table, probabilities: bool) -> Prediction:
        found = scores(table)
        if labels is None or objective not in ("binary:logistic", "multi:softprob"):
            return Prediction(found)
        return labelled(found, labels, with_probabilities=probabilities)

    return Loaded(booster, predict, schema)
