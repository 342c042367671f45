"""Kinds of model artifacts. Each module says whether a directory is its own, and loads it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from jupyter_smkit.serving import tabular
from jupyter_smkit.serving.inference import Service
from jupyter_smkit.serving.predictions import wanted_outputs
from jupyter_smkit.serving.schema import Schema

FLAVOURS = ("autogluon", "xgboost", "lightgbm", "sklearn")
"""In the order in which they are asked."""


@dataclass(frozen=True)
class Loaded:
    """``model``: the library's own object. ``schema``: the columns, where they have names.
    ``sparse``: the columns of a row in libsvm's form, where the model reads that."""

    model: Any
    predict: tabular.Predict
    schema: Schema | None
    sparse: int | None = None


Load = Callable[[Path, Schema | None, int | None], Loaded]
"""Directory, schema, threads (None: the library's choice)."""


class NoModel(Exception):
    """A model directory holds nothing that smkit can serve."""


def serve_model(directory: Path, environ: Mapping[str, str]) -> Service:
    """The model in ``directory``, ready to answer. Raises NoModel, or what its library raises."""
    from jupyter_smkit.serving.flavours import script

    found = script.find(directory, environ)
    if found is not None:
        return script.service(found, directory, environ)
    flavour = flavour_of(directory)
    outputs = wanted_outputs(environ)
    loaded = load(flavour, directory, environ)
    return tabular.service(flavour, loaded.predict, loaded.schema, outputs, loaded.sparse)


def load(flavour: str, directory: Path, environ: Mapping[str, str]) -> Loaded:
    module = import_module(f"{__name__}.{flavour}")
    loader: Load = module.load
    return loader(directory, Schema.read(directory), threads(environ))


def flavour_of(directory: Path) -> str:
    """The flavour that ``smkit-model.json`` names, or that the files speak for."""
    if not directory.is_dir():
        raise NoModel(f"the model directory {directory} does not exist")
    schema = Schema.read(directory)
    if schema is not None and schema.flavour in FLAVOURS:
        return schema.flavour
    for flavour in FLAVOURS:
        if import_module(f"{__name__}.{flavour}").find(directory) is not None:
            return flavour
    there = ", ".join(sorted(path.name for path in directory.iterdir())[:20]) or "nothing"
    raise NoModel(
        f"{directory} holds no model that smkit knows; it holds {there}. It should hold "
        "model.joblib or model.pkl (scikit-learn), xgboost-model, *.ubj or *.json (XGBoost), *.txt "
        "(LightGBM), an AutoGluon predictor, or code/inference.py with model_fn"
    )


def threads(environ: Mapping[str, str]) -> int | None:
    value = environ.get("OMP_NUM_THREADS", "")
    return int(value) if value.isdigit() and int(value) > 0 else None
