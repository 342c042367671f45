"""XGBoost boosters: ``xgboost-model``, ``*.ubj``, ``*.json``, or a pickled one of that name."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_smkit.serving import libsvm
from jupyter_smkit.serving.columns import CATEGORY
from jupyter_smkit.serving.flavours import Loaded, NoModel, boosters, sklearn
from jupyter_smkit.serving.inference import Refusal, media_type
from jupyter_smkit.serving.predictions import Prediction, labelled
from jupyter_smkit.serving.schema import Schema, aligned, matrix
from jupyter_smkit.serving.tables import Table

_DELIMITERS = (",", ";", "\t", "|", " ")


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
    """A booster in XGBoost's own form, which begins with a brace, or as training scripts pickle
    it, by whatever protocol, or by joblib. Raises NoModel."""
    from xgboost import Booster, __version__

    with file.open("rb") as stream:
        if stream.read(1) == b"{":
            # Out of memory it asks for no suffix that says which form it is.
            return Booster(model_file=bytearray(file.read_bytes()))
    try:
        found = sklearn.unpickled(file)
    except Exception as error:
        raise NoModel(
            f"{file.name} is neither a model of XGBoost {__version__} nor a pickled one: "
            f"{type(error).__name__}: {error}"
        ) from error
    found = found.get_booster() if hasattr(found, "get_booster") else found
    if not isinstance(found, Booster):
        raise NoModel(f"{file.name} holds a {type(found).__name__}, not a booster of XGBoost")
    return found


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
            from jupyter_smkit.serving.frames import frame

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

    return Loaded(booster, predict, schema, sparse=width)


def dmatrix(body: bytes, content_type: str, width: int) -> Any:
    """What the default input_fn of SageMaker's XGBoost container makes of a request. Raises
    Refusal."""
    from xgboost import DMatrix

    kind = media_type(content_type)
    if kind in libsvm.TYPES:
        return DMatrix(libsvm.matrix(body, width))
    if kind != "text/csv":
        raise Refusal(
            f"Content type {kind!r} is not supported by the default input_fn for XGBoost; send "
            f"text/csv or {libsvm.TYPES[0]}, or write an input_fn(body, content_type)",
            415,
        )
    lines = body.decode("utf-8-sig").strip().splitlines()
    if not lines:
        raise Refusal("The request has no body; send at least one row")
    delimiter = next((each for each in _DELIMITERS if each in lines[0]), ",")
    rows = [line.split(delimiter) for line in lines]
    for number, row in enumerate(rows, 1):
        if len(row) != len(rows[0]):
            raise Refusal(f"Line {number} has {len(row)} columns, line 1 has {len(rows[0])}")
    return DMatrix(matrix(rows))
