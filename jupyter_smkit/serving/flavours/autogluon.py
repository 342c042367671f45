"""AutoGluon predictors: the directory that ``TabularPredictor.save`` made, or one below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jupyter_smkit.serving.columns import TEXT, kind_of
from jupyter_smkit.serving.flavours import Loaded, NoModel
from jupyter_smkit.serving.predictions import Prediction
from jupyter_smkit.serving.schema import Schema
from jupyter_smkit.serving.tables import Table


def find(directory: Path) -> Path | None:
    for place in (directory, *sorted(path for path in directory.iterdir() if path.is_dir())):
        if (place / "predictor.pkl").exists() and (place / "learner.pkl").exists():
            return place
    return None


def load(directory: Path, schema: Schema | None, threads: int | None) -> Loaded:
    place = find(directory)
    if place is None:
        raise NoModel(f"{directory} holds no predictor.pkl: it is no AutoGluon predictor")
    from autogluon.tabular import TabularPredictor

    from jupyter_smkit.serving.frames import frame

    predictor: Any = TabularPredictor.load(str(place), verbosity=1)
    predictor.persist()
    columns = schema or _schema(predictor)
    classifies = predictor.problem_type in ("binary", "multiclass")
    labels = tuple(predictor.class_labels) if classifies else None

    def predict(table: Table, probabilities: bool) -> Prediction:
        rows = frame(table, columns)
        if labels is None or not probabilities:
            return Prediction(predictor.predict(rows, as_pandas=False), None, labels)
        found = predictor.predict_proba(rows)
        values = predictor.predict_from_proba(found).to_numpy()
        return Prediction(values, found[list(labels)].to_numpy(), labels)

    return Loaded(predictor, predict, columns)


def _schema(predictor: Any) -> Schema:
    """The columns that the predictor was trained on, with the types it found."""
    types = predictor.feature_metadata_in.type_map_raw
    names = tuple(predictor.original_features)
    # What it was given and has no use for may hold anything.
    kinds = tuple(kind_of(types[name]) if name in types else TEXT for name in names)
    return Schema(names, kinds)
