"""Ensembling mode: AutoGluon trains the portfolio and weighs it, one candidate after another."""

from __future__ import annotations

import logging
import statistics
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
from autogluon.core.callbacks import AbstractCallback
from autogluon.tabular import TabularPredictor

from jupyter_smkit.automl.objectives import BINARY, MULTICLASS, OBJECTIVES, REGRESSION
from jupyter_smkit.automl.portfolio import Recipe, hyperparameters
from jupyter_smkit.automl.trainer.dataset import Dataset, Division
from jupyter_smkit.automl.trainer.stopping import Stop

_PROBLEM_TYPES = {REGRESSION: "regression", BINARY: "binary", MULTICLASS: "multiclass"}


@dataclass(frozen=True)
class Trained:
    """A model of the ensemble, as it finished."""

    name: str
    """AutoGluon's."""
    objective: float
    """On the validation rows, in the metric's own direction."""
    fit_seconds: float
    latency_seconds: float
    started: float
    ended: float


class Progress(AbstractCallback):  # type: ignore[misc]
    """Tells of each model as it begins and ends, and ends the training when asked to stop."""

    def __init__(
        self,
        stop: Stop,
        objective: str,
        began: Callable[[str], None],
        ended: Callable[[str, Trained | None], None],
    ) -> None:
        super().__init__()
        self._stop, self._objective = stop, OBJECTIVES[objective]
        self._began, self._ended = began, ended
        self._name, self._started = "", 0.0
        self._row: Any = None

    def before_trainer_fit(self, trainer: Any, **arguments: Any) -> None:
        validation = arguments.get("X_val")
        self._row = None if validation is None else validation.iloc[:1]

    def _before_model_fit(
        self, trainer: Any, model: Any, time_limit: float | None = None, **_: Any
    ) -> tuple[bool, bool]:
        if self._stop.requested:
            return True, False
        if time_limit is not None and time_limit <= 0:
            return False, True
        self._name, self._started = str(model.name), time.time()
        self._began(self._name)
        return False, False

    def _after_model_fit(self, trainer: Any, model_names: list[str], **_: Any) -> bool:
        if not model_names:
            self._ended(self._name, None)
        for name in model_names:
            score = float(trainer.get_model_attribute(name, "val_score"))
            trained = Trained(
                name=name,
                objective=self._objective.better(score),
                fit_seconds=float(trainer.get_model_attribute(name, "fit_time")),
                latency_seconds=self._latency(trainer, name),
                started=self._started,
                ended=time.time(),
            )
            self._ended(name, trained)
        return self._stop.requested

    def _latency(self, trainer: Any, name: str) -> float:
        started = time.perf_counter()
        trainer.predict(self._row, model=name)
        return time.perf_counter() - started


def fit(
    dataset: Dataset,
    division: Division,
    objective: str,
    chosen: Sequence[Recipe],
    path: Path,
    *,
    seconds: float,
    seconds_per_model: float | None,
    progress: Progress,
    stop: Stop,
    seed: int,
) -> TabularPredictor | None:
    """What was trained when the time was up, training ended or SIGTERM came; None: nothing."""
    columns = [*dataset.features, dataset.target] + ([dataset.weight] if dataset.weight else [])
    predictor = TabularPredictor(
        label=dataset.target,
        problem_type=_PROBLEM_TYPES[dataset.problem_type],
        eval_metric=OBJECTIVES[objective].library,
        sample_weight=dataset.weight,
        path=str(path),
        verbosity=2,
    )
    # The environment has no torch on purpose; AutoGluon would advise to install it at every model.
    logging.getLogger("autogluon.common.utils.resource_utils").setLevel(logging.ERROR)
    warnings.filterwarnings("ignore", category=FutureWarning, module="sklearn")
    limits = {"max_time_limit": seconds_per_model} if seconds_per_model else {}
    stop.during(
        lambda: predictor.fit(
            division.train[columns],
            tuning_data=division.validation[columns],
            hyperparameters=hyperparameters(chosen),
            time_limit=seconds,
            ag_args_fit={"random_seed": seed, **limits},
            num_gpus=0,
            dynamic_stacking=False,
            auto_stack=False,
            calibrate_decision_threshold=False,
            fit_weighted_ensemble=len(chosen) > 1,
            raise_on_no_models_fitted=False,
            callbacks=[progress],
        )
    )
    # Broken off, the object in memory may be half changed; what is on disk is whole.
    saved = (path / "models" / "trainer.pkl").exists()
    found = TabularPredictor.load(str(path)) if saved else None
    return found if found is not None and found.model_names() else None


def failures(predictor: TabularPredictor) -> dict[str, tuple[str, str]]:
    """Of each model that was begun and not finished: the exception's type and its text."""
    found = predictor.model_failures()
    return {str(row.model): (str(row.exc_type), str(row.exc_str)) for row in found.itertuples()}


def deployable(predictor: TabularPredictor, name: str, path: Path) -> TabularPredictor:
    """A copy at ``path`` that holds only what the model ``name`` needs to predict, in memory."""
    logging.getLogger("autogluon").setLevel(logging.ERROR)
    clone = predictor.clone_for_deployment(str(path), model=name, return_clone=True)
    clone.persist()
    return clone


def latency(predict: Callable[[pd.DataFrame], Any], row: pd.DataFrame, times: int = 7) -> float:
    """Median seconds of a prediction of one row, after one that warms up."""
    predict(row)
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        predict(row)
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)
