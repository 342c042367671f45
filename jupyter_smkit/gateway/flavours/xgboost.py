"""XGBoost boosters: ``xgboost-model``, ``*.ubj``, ``*.json``, or a pickled one of that name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_smkit.gateway.columns import CATEGORY
from jupyter_smkit.gateway.flavours import Loaded, NoModel, boosters, sklearn
from jupyter_smkit.gateway.inference import Refusal
from jupyter_smkit.gateway.predictions import Prediction, labelled
from jupyter_smkit.gateway.schema import Schema, aligned, matrix
from jupyter_smkit.gateway.tables import Table


def find(directory: Path) -> Path | None:
    named = directory / "xgboost-model"
    if named.is_file():
        return named
    saved = sorted(directory.glob("*.ubj"))
    saved += [path for path in sorted(directory.glob("*.json")) if _is_booster(path)]
    return saved[0] if saved else None


def _is_booster(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(64).replace(b" ", b"").startswith(b'{"learner"')


def load(directory: Path, schema: Schema | None, threads: int | None) -> Loaded:
    file = find(directory)
    if file is None:
        raise NoModel(f"{directory} holds no xgboost-model, *.ubj or *.json")
    return loaded(_read(file), schema, threads)


def _read(file: Path) -> Any:
    from xgboost import Booster, core

    try:
        return Booster(model_file=str(file))
    except core.XGBoostError:
        found = sklearn.unpickled(file)
        return found.get_booster() if hasattr(found, "get_booster") else found


def loaded(booster: Any, schema: Schema | None, threads: int | None) -> Loaded:
    from xgboost import DMatrix

    if threads is not None:
        booster.set_param({"nthread": threads})
    width = booster.num_features()
    columns = boosters.xgboost_columns(booster)
    if schema is not None:
        # By position, where the schema's names are not the booster's.
        names = booster.feature_names or ()
        own = names if names and {*names} <= {*schema.names} else schema.names
        schema = schema.over(Schema.of(own, columns)) if len(own) == width else schema
    elif booster.feature_names:
        schema = Schema.of(booster.feature_names, columns)
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
            found = booster.predict(data, iteration_range=trees, validate_features=False)
            return np.asarray(found)
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
