"""Which columns a candidate relies on: how much its score falls when a column is shuffled."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from jupyter_smkit.automl.objectives import OBJECTIVES
from jupyter_smkit.automl.trainer.attribution import Attribution
from jupyter_smkit.automl.trainer.metrics import METRICS, Predictions

MAX_ROWS = 1000
REPEATS = 3


def importances(
    predict: Callable[[pd.DataFrame], Predictions],
    holdout: pd.DataFrame,
    features: tuple[str, ...],
    objective: str,
    *,
    seed: int,
    expired: Callable[[], bool],
) -> dict[str, dict[str, float]]:
    """``{feature: {"value", "standard_deviation"}}``, most important first.

    ``value`` is by how much the objective gets worse, in its own unit. Features for which
    ``expired()`` left no time are not in the answer.
    """
    rng = np.random.default_rng(seed)
    rows = holdout.iloc[:MAX_ROWS].reset_index(drop=True)
    measure, direction = METRICS[objective], OBJECTIVES[objective]
    reference = direction.better(measure(predict(rows)))
    found: dict[str, dict[str, float]] = {}
    for feature in features:
        if expired():
            break
        falls = []
        for _ in range(REPEATS):
            shuffled = rows[feature].iloc[rng.permutation(len(rows))].reset_index(drop=True)
            changed = rows.copy(deep=False)
            changed[feature] = shuffled
            falls.append(reference - direction.better(measure(predict(changed))))
        found[feature] = {
            "value": float(np.mean(falls)),
            "standard_deviation": float(np.std(falls, ddof=1)),
        }
    return dict(sorted(found.items(), key=lambda each: each[1]["value"], reverse=True))


def analysis(
    found: dict[str, dict[str, float]],
    attributions: Sequence[Attribution],
    features: Sequence[str],
    objective: str,
    rows: int,
) -> dict[str, Any]:
    """analysis.json in the layout of SageMaker Clarify's, each method under its own name."""
    shapley = {
        f"label{place}": {
            **({} if each.label is None else {"label": each.label}),
            "expected_value": each.expected,
            "global_shap_values": _sizes(each, features),
        }
        for place, each in enumerate(attributions)
    }
    return {
        "version": "1.0",
        "explanations": {
            **({"sampled_shap": shapley} if shapley else {}),
            "permutation": {
                "objective_metric": objective,
                "rows": min(rows, MAX_ROWS),
                "repeats": REPEATS,
                "label0": {
                    "global_importances": {name: each["value"] for name, each in found.items()},
                    "standard_deviations": {
                        name: each["standard_deviation"] for name, each in found.items()
                    },
                },
            },
        },
    }


def _sizes(attribution: Attribution, features: Sequence[str]) -> dict[str, float]:
    """Mean absolute share by feature, the greatest first."""
    sizes = np.abs(attribution.shares).mean(axis=0).tolist()
    return dict(sorted(zip(features, sizes, strict=True), key=lambda each: each[1], reverse=True))


def shares(attributions: Sequence[Attribution], features: Sequence[str]) -> pd.DataFrame:
    """A row for each explained row of the holdout: what each feature added to its prediction."""
    names = [
        f"{feature}_label{place}" for place, _ in enumerate(attributions) for feature in features
    ]
    return pd.DataFrame(np.hstack([each.shares for each in attributions]), columns=names)
