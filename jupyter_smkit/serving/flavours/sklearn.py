"""scikit-learn artifacts, and whatever else joblib or pickle holds with a ``predict``."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_smkit.serving.columns import Column
from jupyter_smkit.serving.flavours import Loaded, NoModel, fitted
from jupyter_smkit.serving.flavours.wrapped import unwrap
from jupyter_smkit.serving.inference import Refusal
from jupyter_smkit.serving.predictions import Prediction
from jupyter_smkit.serving.schema import Schema, aligned, matrix
from jupyter_smkit.serving.tables import Table

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
    model = unpickled(file)
    if type(model).__name__ == "Booster":
        return _of_booster(model, schema, threads)
    if not hasattr(model, "predict"):
        raise NoModel(f"{file.name} holds a {type(model).__name__}, which has no predict")
    if threads is not None:
        _limit_threads(model, threads)
    bare = unwrap(model, threads)
    named, columns = fitted.names(model), fitted.columns(model)
    schema = _schema(schema, named, columns)
    # What was trained on arrays says nothing of names; what says nothing at all may want them.
    framed = bool(named) or (schema is not None and Column() in (columns or [Column()]))
    takes = schema or Schema.of([str(index + 1) for index in range(len(columns))], columns)
    of_texts = fitted.is_of_texts(model)
    classes = getattr(model, "classes_", None)
    told = schema.labels if schema else None
    coded = told is not None and classes is not None and list(classes) == list(range(len(told)))
    labels = told if coded else None if classes is None else tuple(classes)

    def inputs(table: Table) -> Any:
        if of_texts:
            return _texts(table)
        if schema is None and columns and table.width != len(columns):
            raise Refusal(f"Expected {len(columns)} columns, got {table.width}")
        # A first row can be one of names only where there are names to know it by.
        given = table if schema or not columns else replace(table, names=takes.names)
        if takes.numeric and not framed:
            return matrix(aligned(given, takes.names) if takes.names else given.rows, takes.names)
        from jupyter_smkit.serving.frames import frame

        found = frame(given, takes)
        return found if framed else found.to_numpy()

    def predict(table: Table, probabilities: bool) -> Prediction:
        rows = inputs(table)
        values = bare.predict(rows)
        if coded and labels is not None:
            values = _decoded(values, labels)
        if probabilities and labels is not None and hasattr(model, "predict_proba"):
            return Prediction(values, np.asarray(bare.predict_proba(rows)), labels)
        return Prediction(values, None, labels)

    return Loaded(model, predict, schema)


def _schema(given: Schema | None, named: Sequence[str], columns: Sequence[Column]) -> Schema | None:
    """What was given beside the model and what the model itself says, together."""
    if given is not None:
        names = named or (given.names if len(columns) == len(given.names) else ())
        return given.over(Schema.of(names, columns)) if names else given
    return Schema.of(named, columns) if named else None


def _of_booster(model: Any, schema: Schema | None, threads: int | None) -> Loaded:
    """A bare booster takes what its library's own flavour makes of the rows."""
    from jupyter_smkit.serving.flavours import lightgbm, xgboost

    library = type(model).__module__.partition(".")[0]
    flavour: Any = lightgbm if library == "lightgbm" else xgboost
    loaded: Loaded = flavour.loaded(model, schema, threads)
    return loaded


def _texts(table: Table) -> list[str]:
    if table.width != 1:
        raise Refusal(f"Expected 1 column, a text, got {table.width}")
    return ["" if cell is None else str(cell) for [cell] in table.rows]


def unpickled(file: Path) -> Any:
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
