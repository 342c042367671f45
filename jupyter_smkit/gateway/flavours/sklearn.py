"""scikit-learn artifacts, and whatever else joblib or pickle holds with a ``predict``."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_smkit.gateway.flavours import Loaded, NoModel
from jupyter_smkit.gateway.flavours.wrapped import unwrap
from jupyter_smkit.gateway.inference import Refusal
from jupyter_smkit.gateway.predictions import Prediction
from jupyter_smkit.gateway.schema import Schema, aligned, matrix
from jupyter_smkit.gateway.tables import Table

_SUFFIXES = (".joblib", ".pkl", ".pickle")


def find(directory: Path) -> Path | None:
    """``model.joblib``, ``model.pkl``, or the only file of their kind. Raises NoModel."""
    files = sorted(path for path in directory.iterdir() if path.suffix in _SUFFIXES)
    for name in ("model.joblib", "model.pkl", "model.pickle"):
        if directory / name in files:
            return directory / name
    if len(files) > 1:
        raise NoModel(
            f"{directory} holds {', '.join(path.name for path in files)}: name the one to serve "
            "model.joblib, or add code/inference.py with model_fn"
        )
    return files[0] if files else None


def load(directory: Path, schema: Schema | None, threads: int | None) -> Loaded:
    file = find(directory)
    if file is None:
        raise NoModel(f"{directory} holds no *.joblib and no *.pkl")
    model = _unpickled(file)
    if not hasattr(model, "predict"):
        raise NoModel(f"{file.name} holds a {type(model).__name__}, which has no predict")
    if threads is not None:
        _limit_threads(model, threads)
    bare = unwrap(model, threads)
    named = [str(name) for name in getattr(model, "feature_names_in_", ())]
    if schema is None and named:
        schema = Schema.of_names(named)
    takes_frames = bool(named) or (schema is not None and not schema.numeric)
    width: int | None = getattr(model, "n_features_in_", None)
    classes = getattr(model, "classes_", None)
    told = schema.labels if schema else None
    coded = told is not None and classes is not None and list(classes) == list(range(len(told)))
    labels = told if coded else None if classes is None else tuple(classes)

    def inputs(table: Table) -> Any:
        if schema is not None and takes_frames:
            from jupyter_smkit.gateway.frames import frame

            return frame(table, schema)
        if schema is not None:
            return matrix(aligned(table, schema.names), schema.names)
        if width is not None and table.width != width:
            raise Refusal(f"Expected {width} columns, got {table.width}")
        return matrix(table.rows)

    def predict(table: Table, probabilities: bool) -> Prediction:
        rows = inputs(table)
        values = bare.predict(rows)
        if coded and labels is not None:
            values = _decoded(values, labels)
        if probabilities and labels is not None and hasattr(model, "predict_proba"):
            return Prediction(values, np.asarray(bare.predict_proba(rows)), labels)
        return Prediction(values, None, labels)

    return Loaded(model, predict, schema)


def _unpickled(file: Path) -> Any:
    try:
        import joblib
    except ImportError:
        with file.open("rb") as stream:
            return pickle.load(stream)
    return joblib.load(file)


def _limit_threads(model: Any, threads: int) -> None:
    """``n_jobs`` of the estimator and of those in it: it goes before OMP_NUM_THREADS."""
    if hasattr(model, "get_params") and hasattr(model, "set_params"):
        names = [name for name in model.get_params() if name.split("__")[-1] == "n_jobs"]
        model.set_params(**dict.fromkeys(names, threads))


def _decoded(values: Sequence[Any], labels: Sequence[Any]) -> list[Any]:
    return [labels[int(value)] for value in values]
