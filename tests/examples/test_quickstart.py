"""The quickstart notebook, as a newcomer runs it: all of it, in a kernel of its own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import nbformat
import pytest
from nbclient import NotebookClient

from jupyter_smkit.wrangler import engine, flow

if TYPE_CHECKING:
    from conftest import Smkit

QUICKSTART = Path(__file__).parents[2] / "examples" / "quickstart"


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(QUICKSTART, tmp_path_factory.mktemp("project") / "quickstart"))


def test_the_flow_answers_the_question(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(project))
    from flights import ROWS, flights

    df = flights()
    assert len(df) == ROWS and df.isna().any(axis=None) and df.dtypes.nunique() >= 3
    df.to_csv(project / "flights.csv", index=False)
    steps = engine.execute(
        flow.load(project / "flights.flow"), lambda node: [project / "flights.csv"]
    )
    rows = list(steps.values())[-1].frame.collect()
    assert rows.height == int(df["arr_delay"].notna().sum())
    assert set(rows["late"]) == {"late", "on time"}
    assert sum(rows.null_count().row(0)) == 0
    assert "arr_delay" not in rows.columns


def test_the_notebook_runs(project: Path, smkit: Smkit, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SMKIT_HOME", str(smkit.home.path))
    notebook = nbformat.read(project / "quickstart.ipynb", as_version=4)
    NotebookClient(notebook, timeout=600, resources={"metadata": {"path": str(project)}}).execute()
    text = "\n".join(
        output.get("text", "") for cell in notebook.cells for output in cell.get("outputs", ())
    )
    right, always = map(float, re.search(r"([\d.]+) right; .*: ([\d.]+)", text).groups())  # type: ignore[union-attr]
    assert right > always + 0.05
