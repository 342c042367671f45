"""The four functions of a script-mode model server."""

import json
from pathlib import Path

import joblib
import numpy as np

NAMES = ("setosa", "versicolor", "virginica")


def model_fn(model_dir):
    return joblib.load(Path(model_dir) / "model.joblib")


def input_fn(body, content_type):
    if content_type != "application/json":
        raise ValueError(f"{content_type} is not application/json")
    return np.array(json.loads(body)["rows"])


def predict_fn(rows, model):
    return model.predict(rows)


def output_fn(prediction, accept):
    return json.dumps({"names": [NAMES[int(label)] for label in prediction]})
