"""The algorithms that ensembling mode tries, in order, as AutoGluon's hyperparameters.

Only the standard library is imported: the API asks here what it may promise.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Recipe:
    algorithm: str
    """AWS's name (AutoMLAlgorithm)."""
    library: str
    """AutoGluon's key for the model family."""
    hyperparameters: dict[str, Any] = field(default_factory=dict)
    suffix: str = ""


RECIPES = (
    Recipe("lightgbm", "GBM"),
    Recipe("catboost", "CAT"),
    Recipe("lightgbm", "GBM", {"extra_trees": True}, "XT"),
    Recipe("xgboost", "XGB"),
    Recipe("randomforest", "RF", {"max_depth": 15}),
    Recipe("extra-trees", "XT", {"max_depth": 15}),
    Recipe(
        "lightgbm",
        "GBM",
        {"learning_rate": 0.03, "num_leaves": 128, "feature_fraction": 0.9, "min_data_in_leaf": 3},
        "Large",
    ),
    Recipe("linear-learner", "LR"),
)

ALGORITHMS = frozenset(recipe.algorithm for recipe in RECIPES)
NEEDS_TORCH = frozenset({"mlp", "nn-torch", "fastai"})
FORECASTING_ONLY = frozenset({"cnn-qr", "deepar", "prophet", "npts", "arima", "ets"})


def recipes(algorithms: Iterable[str] | None, max_candidates: int) -> tuple[Recipe, ...]:
    """Those that fit beside the baseline and, from three candidates on, the ensemble."""
    wanted = ALGORITHMS if algorithms is None else frozenset(algorithms)
    room = max_candidates - (2 if max_candidates > 2 else 1)
    return tuple(recipe for recipe in RECIPES if recipe.algorithm in wanted)[: max(room, 0)]


def hyperparameters(chosen: Iterable[Recipe]) -> dict[str, list[dict[str, Any]]]:
    """AutoGluon's ``hyperparameters``; it trains by priority, highest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    for place, recipe in enumerate(chosen):
        arguments: dict[str, Any] = {"priority": 100 - place}
        if recipe.suffix:
            arguments["name_suffix"] = recipe.suffix
        found.setdefault(recipe.library, []).append(
            {**recipe.hyperparameters, "ag_args": arguments}
        )
    return found
