"""The two notebooks of an AutoML job: what the data is like, and how candidates are made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pandas as pd
from pandas.api import types

from jupyter_smkit.automl.objectives import OBJECTIVES
from jupyter_smkit.automl.portfolio import Recipe, hyperparameters
from jupyter_smkit.automl.task import Task
from jupyter_smkit.automl.trainer.dataset import Dataset

_SHOWN = 50


def exploration(dataset: Dataset, task: Task) -> dict[str, Any]:
    """Figures of the training channel, column by column."""
    frame = dataset.train
    target = frame[dataset.target]
    cells = [
        _markdown(
            f"# Data exploration: {task.job_name}\n\n"
            f"{len(frame):,} rows, {len(dataset.features)} features, target `{dataset.target}` "
            f"({dataset.problem_type}).\n"
            + "".join(f"\n- **Warning:** {warning}" for warning in dataset.warnings)
        ),
        _markdown(f"## Target\n\n{_target(target, dataset)}"),
        _markdown("## Missing values\n\n" + _missing(frame, dataset)),
    ]
    numeric = [name for name in dataset.features if types.is_numeric_dtype(frame[name])]
    others = [name for name in dataset.features if name not in numeric]
    if numeric:
        cells.append(_markdown("## Numeric features\n\n" + _numeric(frame[numeric])))
    if others:
        cells.append(_markdown("## Other features\n\n" + _others(frame[others])))
    return _notebook(cells)


def definitions(dataset: Dataset, task: Task, objective: str, chosen: tuple[Recipe, ...]) -> Any:
    """Code that trains the same candidates, to be run in the job's own environment."""
    families = "\n".join(
        f"{place}. `{recipe.algorithm}` {recipe.hyperparameters or 'as it comes'}"
        for place, recipe in enumerate(chosen, 1)
    )
    tried = json.dumps(hyperparameters(chosen), indent=4)
    tried = tried.replace(": true", ": True").replace(": false", ": False")
    columns = [*dataset.features, dataset.target] + ([dataset.weight] if dataset.weight else [])
    return _notebook(
        [
            _markdown(
                f"# Candidate definitions: {task.job_name}\n\n"
                f"Candidate 0 is a plain LightGBM. Beside it AutoGluon trains, in this order,\n\n"
                f"{families}\n\nand weighs them into an ensemble by {objective} on "
                f"{task.validation_fraction:.0%} of the rows."
            ),
            _code(
                "import pandas as pd\n"
                "from autogluon.tabular import TabularPredictor\n\n"
                f"data = pd.read_csv({_address(task)!r}{_written(dataset)})\n"
                f"data = data[{columns!r}].dropna(subset=[{dataset.target!r}])"
            ),
            _code(f"hyperparameters = {tried}"),
            _code(
                "predictor = TabularPredictor(\n"
                f"    label={dataset.target!r},\n"
                f"    eval_metric={OBJECTIVES[objective].library!r},\n"
                f"    sample_weight={dataset.weight!r},\n"
                ").fit(\n"
                "    data,\n"
                "    hyperparameters=hyperparameters,\n"
                f"    holdout_frac={task.validation_fraction!r},\n"
                f"    time_limit={task.max_runtime_seconds!r},\n"
                "    dynamic_stacking=False,\n"
                ")"
            ),
            _code("predictor.leaderboard()"),
        ]
    )


def write(notebook: dict[str, Any], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1))


def _written(dataset: Dataset) -> str:
    delimiter, encoding = dataset.dialect
    separated = f", sep={delimiter!r}" if delimiter != "," else ""
    return separated + (f", encoding={encoding!r}" if encoding != "utf-8" else "")


def _address(task: Task) -> str:
    return next(str(source.path.name) for source in task.data if source.channel == "training")


def _target(target: pd.Series, dataset: Dataset) -> str:
    if not dataset.labels:
        return _table(["figure", "value"], list(target.describe().items()))
    counts = target.value_counts()
    rows = [(label, count, f"{count / len(target):.1%}") for label, count in counts.items()]
    return _table(["class", "rows", "share"], rows)


def _missing(frame: pd.DataFrame, dataset: Dataset) -> str:
    missing = frame[list(dataset.features)].isna().sum().sort_values(ascending=False)
    rows = [(name, count, f"{count / len(frame):.1%}") for name, count in missing.items() if count]
    return _table(["feature", "missing", "share"], rows) if rows else "No value is missing."


def _numeric(frame: pd.DataFrame) -> str:
    figures = ["mean", "std", "min", "50%", "max"]
    described = frame.describe().loc[figures]
    rows = [(name, *(f"{described[name][each]:.6g}" for each in figures)) for name in frame]
    return _table(["feature", "mean", "deviation", "least", "median", "greatest"], rows)


def _others(frame: pd.DataFrame) -> str:
    rows = []
    for name in frame:
        counts = frame[name].value_counts()
        if len(counts):
            rows.append((name, len(counts), counts.index[0], counts.iloc[0]))
    return _table(["feature", "distinct", "most frequent", "its rows"], rows)


def _table(header: list[str], rows: list[tuple[Any, ...]]) -> str:
    lines = [header, ["---"] * len(header), *rows[:_SHOWN]]
    text = "\n".join("| " + " | ".join(_cell(each) for each in line) + " |" for line in lines)
    return text + (f"\n\nand {len(rows) - _SHOWN} more" if len(rows) > _SHOWN else "")


def _cell(value: Any) -> str:
    text = f"{value:.6g}" if isinstance(value, float) else str(value)
    return text.replace("|", "\\|").replace("\n", " ")[:80]


def _markdown(source: str) -> dict[str, Any]:
    return {"cell_type": "markdown", "metadata": {}, "source": source}


def _code(source: str) -> dict[str, Any]:
    return {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        "source": source,
    }


def _notebook(cells: list[dict[str, Any]]) -> dict[str, Any]:
    for place, cell in enumerate(cells):
        cell["id"] = f"cell-{place}"
    return {
        "cells": cells,
        "metadata": {"kernelspec": {"name": "python3", "display_name": "Python 3"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
