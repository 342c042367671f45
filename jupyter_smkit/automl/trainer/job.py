"""An AutoML job from its data to its candidates and reports."""

from __future__ import annotations

import json
import time
import traceback
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from jupyter_smkit.automl import layout, portfolio
from jupyter_smkit.automl.objectives import DEFAULTS, OBJECTIVES, objectives_of
from jupyter_smkit.automl.task import Task
from jupyter_smkit.automl.trainer import baseline, dataset, ensemble, explain, insights, notebooks
from jupyter_smkit.automl.trainer.attribution import attribute
from jupyter_smkit.automl.trainer.dataset import Dataset, Division
from jupyter_smkit.automl.trainer.leaderboard import Bench, Finished, best_of
from jupyter_smkit.automl.trainer.page import explanation
from jupyter_smkit.automl.trainer.report import Candidate, Report, finite
from jupyter_smkit.automl.trainer.specification import specified
from jupyter_smkit.automl.trainer.stopping import Stop
from jupyter_smkit.automl.trainer.tables import DataError

FEW_MODELS = 3
"""A warning is given where the time was enough for fewer models of the portfolio."""


@dataclass
class Job:
    task: Task
    report: Report
    stop: Stop
    started: float
    """When the program started, by time.monotonic."""
    cut_short: bool = False
    """The time was up before the whole portfolio was trained."""

    def left(self) -> float:
        """Seconds, with a share kept for measuring, packing and reporting."""
        limit = self.task.max_runtime_seconds
        return limit - min(max(0.2 * limit, 5.0), 60.0) - (time.monotonic() - self.started)

    def run(self) -> None:
        data, objective = self._analyze()
        division, chosen = self._engineer(data, objective)
        if self.task.definitions_only:
            self._end("CandidateDefinitionsGenerated", "The candidates are defined")
            return
        bench = Bench(data, division, objective, self.task.output_dir)
        finished = self._tune(bench, chosen)
        best = best_of(finished, objective)
        if best is None:
            if not self.stop.requested:
                raise DataError("No candidate could be trained: see the log.")
            self._end("Stopped", "Stopped before a candidate was finished")
            return
        self.report.best = best.candidate.name
        outcome = self._reports(bench, best, finished)
        self._end(outcome, f"The best candidate is {best.candidate.name}")

    def _analyze(self) -> tuple[Dataset, str]:
        self.report.step("AnalyzingData", 0.02, "Reading the data")
        self.task = specified(self.task)
        data = dataset.load(self.task)
        objective = self.task.objective_metric or DEFAULTS[data.problem_type]
        if objective not in objectives_of(data.problem_type):
            raise DataError(
                f"{objective} is no objective for {data.problem_type}; choose one of "
                f"{', '.join(objectives_of(data.problem_type))}."
            )
        self.report.problem_type, self.report.objective = data.problem_type, objective
        self.report.warn(data.warnings)
        page = notebooks.exploration(data, self.task)
        notebooks.write(page, self.task.output_dir / layout.EXPLORATION_NOTEBOOK)
        self.report.artifacts["DataExplorationNotebookLocation"] = layout.EXPLORATION_NOTEBOOK
        return data, objective

    def _engineer(
        self, data: Dataset, objective: str
    ) -> tuple[Division, tuple[portfolio.Recipe, ...]]:
        self.report.step("FeatureEngineering", 0.05, "Dividing rows, choosing recipes")
        division = dataset.divide(data, self.task.validation_fraction, self.task.seed)
        self.report.rows = {name: len(frame) for name, frame in vars(division).items()}
        chosen = portfolio.recipes(self.task.algorithms, self.task.max_candidates)
        page = notebooks.definitions(data, self.task, objective, chosen)
        notebooks.write(page, self.task.output_dir / layout.DEFINITION_NOTEBOOK)
        self.report.artifacts["CandidateDefinitionNotebookLocation"] = layout.DEFINITION_NOTEBOOK
        return division, chosen

    def _tune(self, bench: Bench, chosen: tuple[portfolio.Recipe, ...]) -> list[Finished]:
        finished = self._baseline(bench)
        if not chosen or self.stop.requested:
            return finished
        if self.left() < 1:
            self.cut_short = True
            self.report.warn(["The time was up after the baseline: allow the job more time."])
            return finished
        with TemporaryDirectory(prefix="smkit-automl-") as work:
            progress = Leaderboard(self, bench.objective, chosen).progress()
            predictor = ensemble.fit(
                bench.dataset,
                bench.division,
                bench.objective,
                chosen,
                Path(work) / "predictor",
                seconds=self.left(),
                seconds_per_model=self.task.max_runtime_per_candidate,
                progress=progress,
                stop=self.stop,
                seed=self.task.seed,
            )
            trained = predictor.model_names() if predictor is not None else []
            models = [name for name in trained if not name.startswith("WeightedEnsemble")]
            self.cut_short = len(models) < len(chosen) and self.left() <= 1
            self._settle_unfinished(ensemble.failures(predictor) if predictor is not None else {})
            for name in trained:
                candidate = self.report.candidates[candidate_name(name)]
                self.report.step("ModelTuning", 0.82, f"Measuring {candidate.name}")
                finished.append(bench.finish_predictor(candidate, predictor, name))
                self.report.put(finished[-1].candidate)
        if len(models) < min(FEW_MODELS, len(chosen)) and not self.stop.requested:
            self.report.warn(
                [
                    f"Only {len(models)} of {len(chosen)} models finished in the time allowed: "
                    "allow the job more time for better scores."
                ]
            )
        return finished

    def _baseline(self, bench: Bench) -> list[Finished]:
        name = baseline.NAME
        self.report.step("ModelTuning", 0.08, f"Training {name}")
        candidate = Candidate(name, "InProgress", "lightgbm", created=time.time())
        self.report.put(candidate)
        train, seed = bench.division.train, self.task.seed
        try:
            seconds = min(self.left(), self.task.max_runtime_per_candidate or self.left())
            pipeline = self.stop.during(lambda: baseline.fit(bench.dataset, train, seed, seconds))
        except Exception as error:
            traceback.print_exc()
            self.report.warn([f"{name} failed: {error}"])
            self._failed(candidate, str(error))
            return []
        if pipeline is None:
            self._failed(candidate, "The job was stopped")
            return []
        ended = time.time()
        timed = replace(candidate, ended=ended, fit_seconds=ended - candidate.created)
        finished = bench.finish_pipeline(timed, pipeline)
        self.report.put(finished.candidate)
        return [finished]

    def _settle_unfinished(self, failures: dict[str, tuple[str, str]]) -> None:
        reasons = {candidate_name(model): reason for model, reason in failures.items()}
        for candidate in list(self.report.candidates.values()):
            if candidate.status in ("InProgress", "Failed") and candidate.name != baseline.NAME:
                kind, text = reasons.get(candidate.name, ("", ""))
                timely = kind not in ("", "TimeLimitExceeded")
                self._failed(
                    candidate,
                    f"{kind}: {text}" if timely else "The time was up before it was trained",
                    "Failed" if timely else "Stopped",
                )

    def _failed(self, candidate: Candidate, reason: str, status: str = "Failed") -> None:
        stopped = self.stop.requested and candidate.status == "InProgress"
        status, reason = ("Stopped", "The job was stopped") if stopped else (status, reason)
        failed = replace(candidate, status=status, ended=time.time(), failure=reason)
        self.report.put(failed)

    def _reports(self, bench: Bench, best: Finished, finished: list[Finished]) -> str:
        """Explains the best candidate and says how good it is; answers how the job ended."""
        if self.stop.requested:
            return "Stopped"
        name, outcome = best.candidate.name, self._outcome()
        self.report.step("GeneratingExplainabilityReport", 0.86, f"Explaining {name}")
        try:
            self._explain(bench, best)
        except Exception as error:
            traceback.print_exc()
            self.report.warn([f"The explainability report failed: {error}"])
            outcome = "ExplainabilityError"
        self.report.step("GeneratingModelInsightsReport", 0.93, f"Measuring {name} on the holdout")
        try:
            self._insights(bench, best, finished)
        except Exception as error:
            traceback.print_exc()
            self.report.warn([f"The model insights report failed: {error}"])
            outcome = "ModelInsightsError"
        return "Stopped" if self.stop.requested else outcome

    def _outcome(self) -> str:
        if self.cut_short:
            return "MaxAutoMLJobRuntimeReached"
        possible = portfolio.recipes(self.task.algorithms, max_candidates=10_000)
        tried = portfolio.recipes(self.task.algorithms, self.task.max_candidates)
        return "MaxCandidatesReached" if len(tried) < len(possible) else "Completed"

    def _explain(self, bench: Bench, best: Finished) -> None:
        holdout, features = bench.division.holdout, bench.dataset.features
        deadline = time.monotonic() + max(self.left(), 5.0)
        seed = self.task.seed

        def expired() -> bool:
            return self.stop.requested or time.monotonic() > deadline

        found = explain.importances(
            best.predict, holdout, features, bench.objective, seed=seed, expired=expired
        )
        train = bench.division.train
        attributions = attribute(best.predict, holdout, train, features, seed=seed, expired=expired)
        if len(found) < len(features) and not self.stop.requested:
            self.report.warn(
                [f"The time allowed explaining {len(found)} of {len(features)} features."]
            )
        place = layout.explainability(best.candidate.name)
        analysis = explain.analysis(found, attributions, features, bench.objective, len(holdout))
        self._write(f"{place}/analysis.json", analysis)
        page = explanation(
            f"What {best.candidate.name} relies on",
            {
                "Job": self.task.job_name,
                "Target": self.task.target,
                "Problem": bench.dataset.problem_type,
                "Algorithm": best.candidate.algorithm,
                f"{bench.objective} on the validation rows": f"{best.candidate.objective:.4g}",
                "Rows of the holdout": f"{len(holdout):,}",
            },
            found,
            attributions,
            features,
            bench.objective,
        )
        (self.task.output_dir / place / "report.html").write_text(page, encoding="utf-8")
        if attributions:
            path = self.task.output_dir / place / "explanations_shap" / "out.csv"
            path.parent.mkdir(parents=True, exist_ok=True)
            explain.shares(attributions, features).to_csv(path, index=False)
        candidate = self.report.candidates[best.candidate.name]
        self.report.put(replace(candidate, explainability=place))

    def _insights(self, bench: Bench, best: Finished, finished: list[Finished]) -> None:
        name = best.candidate.name
        plain = next((each for each in finished if each.candidate.name == baseline.NAME), None)
        header = {
            "job_name": self.task.job_name,
            "candidate_name": name,
            "problem_type": bench.dataset.problem_type,
            "objective_metric": bench.objective,
            "optimization_direction": OBJECTIVES[bench.objective].direction,
        }
        page = insights.report(
            bench.dataset.problem_type, best.holdout, plain.holdout if plain else None, header
        )
        place = layout.insights(name)
        self._write(f"{place}/statistics.json", page)
        candidate = self.report.candidates[name]
        self.report.put(replace(candidate, insights=place))

    def _write(self, place: str, page: object) -> None:
        path = self.task.output_dir / place
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(finite(page), indent=1))

    def _end(self, outcome: str, message: str) -> None:
        self.report.step(outcome, 1.0, message)
        path = self.task.output_dir / layout.LEADERBOARD
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(self.report.to_json())


class Leaderboard:
    """Puts each model of the ensemble on the report as it begins and as it ends."""

    def __init__(self, job: Job, objective: str, chosen: tuple[portfolio.Recipe, ...]) -> None:
        self._job, self._objective = job, objective
        self._models = len(chosen) + (len(chosen) > 1)
        self._ended = 0
        self._allowed = max(job.left(), 1.0)

    def progress(self) -> ensemble.Progress:
        return ensemble.Progress(self._job.stop, self._objective, self.began, self.ended)

    def began(self, model: str) -> None:
        name = candidate_name(model)
        self._job.report.put(Candidate(name, "InProgress", algorithm_of(model), time.time()))
        by_models = self._ended / self._models
        by_time = 1 - self._job.left() / self._allowed
        share = 0.12 + 0.68 * max(by_models, min(by_time, 1.0))
        self._job.report.step("ModelTuning", share, f"Training {name}")

    def ended(self, model: str, trained: ensemble.Trained | None) -> None:
        report = self._job.report
        self._ended += 1
        candidate = report.candidates[candidate_name(model)]
        if trained is None:
            report.put(replace(candidate, status="Failed", ended=time.time()))
            return
        metric = {"name": self._objective, "value": trained.objective, "set": "Validation"}
        report.put(
            replace(
                candidate,
                status="Completed",
                ended=trained.ended,
                fit_seconds=trained.fit_seconds,
                latency_seconds=trained.latency_seconds,
                objective=trained.objective,
                metrics=(metric,),
            )
        )


_FAMILIES = {
    "LightGBM": "lightgbm",
    "CatBoost": "catboost",
    "XGBoost": "xgboost",
    "RandomForest": "randomforest",
    "ExtraTrees": "extra-trees",
    "LinearModel": "linear-learner",
    "WeightedEnsemble": "ensemble",
}


def candidate_name(model: str) -> str:
    return model.replace("_", "-")


def algorithm_of(model: str) -> str:
    return next((name for family, name in _FAMILIES.items() if model.startswith(family)), model)
