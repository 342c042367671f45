"""XGBoost's models, served in the AutoML environment, which has the library: one process for all."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.gateway.conftest import environment

from . import xgboost_models


@pytest.fixture(scope="module")
def found(
    automl_python: Path, runtime: Path, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[tuple[Any, Any]]]:
    directory = tmp_path_factory.mktemp("xgboost")
    subprocess.run(
        [automl_python, xgboost_models.__file__, directory],
        env=environment(PYTHONPATH=str(runtime)),
        check=True,
        timeout=120,
    )
    answers: dict[str, list[tuple[Any, Any]]] = json.loads((directory / "found.json").read_text())
    return answers


@pytest.mark.parametrize("name", xgboost_models.CHECKS)
def test_xgboost(found: dict[str, list[tuple[Any, Any]]], name: str) -> None:
    for got, wanted in found[name]:
        one, other = flat(got), flat(wanted)
        assert len(one) == len(other), got
        for a, b in zip(one, other, strict=True):
            assert a == (b if isinstance(b, str) else pytest.approx(b, rel=1e-5))


def flat(answer: Any) -> list[Any]:
    """Numbers as such: an answer of CSV has them as text."""
    if isinstance(answer, list):
        return [cell for each in answer for cell in flat(each)]
    try:
        return [float(answer)]
    except ValueError:
        return [answer]
