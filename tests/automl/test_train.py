"""The trainer whole, in its own environment, on real and mixed data."""

from __future__ import annotations

import json
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from sklearn.datasets import load_breast_cancer

from jupyter_smkit.automl.task import Source, Task
from jupyter_smkit.automl.trainer.dataset import divide, load

from .conftest import Run, mixed

Train = Callable[..., Run]
ORDER = [
    *("AnalyzingData", "FeatureEngineering", "ModelTuning", "GeneratingExplainabilityReport"),
    "GeneratingModelInsightsReport",
]
SERVE = """
import sys
from pathlib import Path
from jupyter_smkit.serving import flavours
from jupyter_smkit.serving.tables import Table
place, rows = Path(sys.argv[1]), [line.split(";") for line in sys.argv[2:]]
loaded = flavours.load(flavours.flavour_of(place), place, {})
for value in loaded.predict(Table(rows), False).values:
    print(value)
"""


def served(
    run: Run, name: str, rows: pd.DataFrame, python: Path, runtime: Path, place: Path
) -> list[str]:
    """What the built-in model server answers for a candidate's archive."""
    with tarfile.open(run.output / run.candidates[name]["model"]) as archive:
        archive.extractall(place, filter="data")
    lines = rows.to_csv(sep=";", index=False, header=False).splitlines()
    answer = subprocess.run(
        [python, "-c", SERVE, place, *lines],
        env={"PYTHONPATH": str(runtime)},
        capture_output=True,
        text=True,
        check=True,
    )
    return answer.stdout.split("\n")[-len(rows) - 1 : -1]


@pytest.mark.parametrize(
    ("problem", "objective"),
    [("Regression", "MSE"), ("MulticlassClassification", "Accuracy")],
)
def test_mixed_data_with_missing_values(
    train: Train,
    automl_python: Path,
    runtime: Path,
    tmp_path: Path,
    problem: str,
    objective: str,
) -> None:
    data = mixed(1200, problem)
    run = train(data, max_runtime_seconds=40, max_candidates=4, algorithms=("lightgbm", "catboost"))
    assert run.code == 0, run.log
    assert run.seconds < 45
    report = run.report
    assert (report["problem_type"], report["objective"]) == (problem, objective)
    assert report["rows"] == {"train": 864, "validation": 216, "holdout": 120}
    assert run.steps == [*ORDER, "MaxCandidatesReached"]
    assert report["progress"] == 1.0
    assert list(run.candidates) == [
        *("Baseline-LightGBM", "LightGBM", "CatBoost", "WeightedEnsemble-L2")
    ]
    for candidate in run.candidates.values():
        assert candidate["status"] == "Completed"
        assert candidate["fit_seconds"] > 0
        assert 0 < candidate["latency_seconds"] < 5
        assert {metric["set"] for metric in candidate["metrics"]} == {"Validation", "Test"}
    test = {
        name: next(
            metric["value"]
            for metric in candidate["metrics"]
            if (metric["name"], metric["set"]) == (objective, "Test")
        )
        for name, candidate in run.candidates.items()
    }
    assert all(0.25 < value < 0.95 for value in test.values())
    best = run.candidates[report["best"]]
    page = json.loads((run.output / best["explainability"] / "analysis.json").read_text())
    importances = page["explanations"]["permutation"]["label0"]["global_importances"]
    assert set(list(importances)[:3]) == {"age", "city", "income"}
    labels = page["explanations"]["sampled_shap"]
    assert len(labels) == (1 if problem == "Regression" else 3)
    assert next(iter(labels["label0"]["global_shap_values"])) in ("age", "city", "income")
    shares = pd.read_csv(run.output / best["explainability"] / "explanations_shap" / "out.csv")
    assert shares.shape == (50, 6 * len(labels))
    shown = (run.output / best["explainability"] / "report.html").read_text()
    assert all(f">{name}</th>" in shown for name in importances)
    quality = json.loads((run.output / best["insights"] / "statistics.json").read_text())
    assert quality["dataset"]["item_count"] == 120
    rows = data.drop(columns="y").head(5)
    for name in ("Baseline-LightGBM", "WeightedEnsemble-L2"):
        answers = served(run, name, rows, automl_python, runtime, tmp_path / name)
        truth = data["y"].head(5)
        if problem == "Regression":
            assert all(abs(float(a) - y) < 2.5 for a, y in zip(answers, truth, strict=True))
        else:
            assert set(answers) <= {"low", "middle", "high"}
            assert sum(a == y for a, y in zip(answers, truth, strict=True)) >= 2


def test_the_score_is_what_the_endpoint_would_reach(
    train: Train, automl_python: Path, runtime: Path, tmp_path: Path
) -> None:
    """The holdout's own lines, sent without a header, score what the candidates report."""
    data = mixed(600, "BinaryClassification")
    data["at"] = [f"{number % 24}:{number * 7 % 60:02}" for number in range(600)]
    data["code"] = (data["age"] // 10).astype("Int64")
    data["kind"] = [("NA", "None", "n/a", "007", "x")[number % 5] for number in range(600)]
    data["far"] = [("inf", "1", "", "NA")[number % 4] for number in range(600)]
    specification = {"FeatureDataTypes": {"code": "categorical"}}
    (tmp_path / "features.json").write_text(json.dumps(specification))
    run = train(
        data,
        max_runtime_seconds=40,
        max_candidates=4,
        algorithms=("randomforest", "linear-learner"),
        feature_specification=Path("features.json"),
    )
    assert run.code == 0, run.log
    lines = pd.read_csv(tmp_path / "data.csv", dtype=str, keep_default_na=False)
    task = Task("a-job", (Source("training", tmp_path / "data.csv"),), "y", tmp_path)
    holdout = divide(load(task), task.validation_fraction, task.seed).holdout
    rows = lines.set_index(lines["income"].astype(float)).loc[holdout["income"]]
    for name in run.candidates:
        features = rows.drop(columns="y")
        answers = served(run, name, features, automl_python, runtime, tmp_path / name)
        reported = {
            metric["name"]: metric["value"]
            for metric in run.candidates[name]["metrics"]
            if metric["set"] == "Test"
        }
        right = [a == y for a, y in zip(answers, rows["y"], strict=True)]
        assert reported["Accuracy"] == pytest.approx(sum(right) / len(right))
        chosen = [y for a, y in zip(answers, rows["y"], strict=True) if a == "yes"]
        assert reported["Precision"] == pytest.approx(chosen.count("yes") / len(chosen))


def test_two_classes_within_a_short_time(train: Train) -> None:
    data = load_breast_cancer(as_frame=True)
    frame = data.data.assign(y=data.target)
    run = train(frame, max_runtime_seconds=12, objective_metric="AUC")
    assert run.code == 0, run.log
    assert run.seconds < 22
    assert run.report["secondary_status"] in ("Completed", "MaxAutoMLJobRuntimeReached")
    assert run.candidates[run.report["best"]]["objective"] > 0.95
    finished = [each for each in run.candidates.values() if each["status"] == "Completed"]
    assert all((run.output / each["model"]).exists() for each in finished)
    assert json.loads((run.output / "sagemaker-automl-candidates/candidates.json").read_text())[
        "best"
    ] in {each["name"] for each in finished}


def test_sigterm_keeps_what_is_finished(train: Train) -> None:
    def an_ensemble_model_trains(report: dict[str, Any]) -> bool:
        done = [each for each in report["candidates"] if each["status"] == "Completed"]
        return len(report["candidates"]) > len(done) >= 2

    run = train(
        mixed(1200, "BinaryClassification"),
        until=an_ensemble_model_trains,
        max_runtime_seconds=600,
    )
    assert run.code == 0, run.log
    assert run.report["secondary_status"] == "Stopped"
    assert run.report["best"]
    states = [each["status"] for each in run.candidates.values()]
    assert states.count("Completed") >= 2
    assert set(states) <= {"Completed", "Stopped"}
    for candidate in run.candidates.values():
        assert (candidate["model"] is not None) == (candidate["status"] == "Completed")


def test_sigterm_while_data_is_read(train: Train) -> None:
    run = train(
        mixed(200_000, "BinaryClassification"),
        until=lambda report: report["secondary_status"] == "AnalyzingData",
    )
    assert run.code == 0, run.log
    assert run.report["secondary_status"] == "Stopped"


def test_data_at_fault_is_said(train: Train) -> None:
    run = train(mixed(100, "Regression").assign(y=1))
    assert run.code == 1
    assert run.report["failure"] == "The target 'y' is always '1': there is nothing to learn."
    assert run.log.rstrip().endswith(run.report["failure"])


def test_only_the_definitions(train: Train) -> None:
    run = train(mixed(300, "Regression"), definitions_only=True)
    assert run.code == 0, run.log
    assert run.steps[-1] == "CandidateDefinitionsGenerated"
    assert not run.candidates
    assert "with fewer than 500 the scores vary much" in run.report["warnings"][0]
    for place in run.report["artifacts"].values():
        notebook = json.loads((run.output / place).read_text())
        assert notebook["nbformat"] == 4
    code = "\n".join(cell["source"] for cell in notebook["cells"] if cell["cell_type"] == "code")
    compile(code, "notebook", "exec")
