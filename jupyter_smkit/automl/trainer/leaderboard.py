"""Trained models become candidates: measured on validation and holdout, packed, ranked."""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import joblib
import pandas as pd

from jupyter_smkit.automl import layout
from jupyter_smkit.automl.objectives import OBJECTIVES
from jupyter_smkit.automl.trainer import archive, ensemble
from jupyter_smkit.automl.trainer.dataset import Dataset, Division
from jupyter_smkit.automl.trainer.metrics import Predictions, compute
from jupyter_smkit.automl.trainer.prediction import Predict, of_pipeline, of_predictor
from jupyter_smkit.automl.trainer.report import Candidate


@dataclass(frozen=True)
class Finished:
    """A candidate with the means to ask it again for the reports."""

    candidate: Candidate
    predict: Predict
    holdout: Predictions


@dataclass(frozen=True)
class Bench:
    """What every candidate is measured with."""

    dataset: Dataset
    division: Division
    objective: str
    output_dir: Path

    def finish_pipeline(self, candidate: Candidate, pipeline: Any) -> Finished:
        """The baseline: a scikit-learn pipeline with LightGBM at its end."""
        with TemporaryDirectory(prefix="smkit-automl-") as work:
            joblib.dump(pipeline, Path(work) / "model.joblib", compress=3)
            archive.describe(Path(work), self.dataset, flavour="sklearn", library="scikit-learn")
            archive.pack(Path(work), self.output_dir / layout.model(candidate.name))
        return self._finish(candidate, of_pipeline(pipeline, self.dataset))

    def finish_predictor(self, candidate: Candidate, predictor: Any, name: str) -> Finished:
        """One model of an AutoGluon predictor."""
        with TemporaryDirectory(prefix="smkit-automl-") as work:
            deployed = ensemble.deployable(predictor, name, Path(work) / "predictor")
            archive.describe(
                Path(work), self.dataset, flavour="autogluon", library="autogluon.tabular"
            )
            archive.pack(Path(work), self.output_dir / layout.model(candidate.name))
        return self._finish(candidate, of_predictor(deployed, self.dataset))

    def _finish(self, candidate: Candidate, predict: Predict) -> Finished:
        validation = predict(self.division.validation)
        holdout = predict(self.division.holdout)
        on_validation = compute(self.dataset.problem_type, validation)
        metrics = [*_data("Validation", on_validation)]
        metrics += _data("Test", compute(self.dataset.problem_type, holdout))
        measured = replace(
            candidate,
            status="Completed",
            ended=candidate.ended or time.time(),
            objective=on_validation.get(self.objective),
            metrics=tuple(metrics),
            latency_seconds=ensemble.latency(predict, self._row()),
            model=layout.model(candidate.name),
        )
        return Finished(measured, predict, holdout)

    def _row(self) -> pd.DataFrame:
        return self.division.holdout.iloc[:1]


def best_of(finished: Iterable[Finished], objective: str) -> Finished | None:
    """The best by the objective on the validation rows; of equals, the quickest to answer."""
    direction = OBJECTIVES[objective]
    scored = [each for each in finished if each.candidate.objective is not None]
    return max(
        scored,
        key=lambda each: (
            direction.better(each.candidate.objective or 0.0),
            -(each.candidate.latency_seconds or 0.0),
        ),
        default=None,
    )


def _data(source: str, values: dict[str, float]) -> list[dict[str, Any]]:
    return [{"name": name, "value": value, "set": source} for name, value in values.items()]
