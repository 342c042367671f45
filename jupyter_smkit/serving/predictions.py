"""What a model says of its rows, and which of it goes into the answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

Values = Sequence[Any] | np.ndarray[Any, Any]
OUTPUTS = ("predicted_label", "probability", "probabilities", "labels")


@dataclass(frozen=True)
class Prediction:
    """``values``: a label or a number for each row. A classifier that was asked for them adds
    ``probabilities``, of shape (rows, labels)."""

    values: Values
    probabilities: np.ndarray[Any, Any] | None = None
    labels: tuple[Any, ...] | None = None

    def part(self, start: int, stop: int) -> Prediction:
        whole = self.probabilities
        return Prediction(
            self.values[start:stop], None if whole is None else whole[start:stop], self.labels
        )


def wanted_outputs(environ: Mapping[str, str]) -> tuple[str, ...]:
    """What SAGEMAKER_INFERENCE_OUTPUT asks for; empty: the plain answer.

    Raises ValueError for what does not exist, or is not in SAGEMAKER_INFERENCE_SUPPORTED.
    """
    wanted = _listed(environ.get("SAGEMAKER_INFERENCE_OUTPUT", ""))
    supported = _listed(environ.get("SAGEMAKER_INFERENCE_SUPPORTED", "")) or OUTPUTS
    for name in wanted:
        if name not in OUTPUTS or name not in supported:
            raise ValueError(
                f"SAGEMAKER_INFERENCE_OUTPUT: {name!r} is not one of {', '.join(supported)}"
            )
    return wanted


def _listed(value: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in value.split(",") if name.strip())


def columns(prediction: Prediction, wanted: Sequence[str]) -> dict[str, Values]:
    """The answer's columns by name; one named '' is the plain answer."""
    if not wanted:
        return {"": prediction.values}
    found: dict[str, Values] = {}
    rows = len(prediction.values)
    for name in wanted:
        if name == "predicted_label":
            found[name] = prediction.values
        elif prediction.probabilities is None or prediction.labels is None:
            continue
        elif name == "probability":
            found[name] = prediction.probabilities.max(axis=1)
        elif name == "probabilities":
            found[name] = prediction.probabilities
        else:
            found[name] = [[np.asarray(label).item() for label in prediction.labels]] * rows
    return found or {"": prediction.values}


def labelled(
    probabilities: np.ndarray[Any, Any], labels: Sequence[Any], *, with_probabilities: bool
) -> Prediction:
    """A classifier's answer out of its probabilities: (rows,) of the second label, or (rows, k)."""
    if probabilities.ndim == 1:
        probabilities = np.column_stack((1 - probabilities, probabilities))
    values = [labels[index] for index in probabilities.argmax(axis=1)]
    return Prediction(values, probabilities if with_probabilities else None, tuple(labels))
