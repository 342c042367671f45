from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from jupyter_smkit import workflow as sm
from jupyter_smkit.wrangler import edit, flow


def test_a_flow_on_a_frame_runs_as_a_job(tmp_path: Path) -> None:
    df = pd.DataFrame({"price": [1.0, None, 3.0], "kind": ["x", "y", "x"]})
    file = sm.wrangle(df, str(tmp_path / "prices.flow"))
    written = flow.load(file)
    parameters = {"output_column": "double", "formula": "price * 2"}
    changed, _ = edit.add_step(
        written, written.nodes[-1].id, "sagemaker.spark.custom_formula_0.1", parameters
    )
    flow.save(changed, file)
    job, rows = sm.run_flow(file)
    assert job.status == "Completed"
    assert sm.read_dataframe(rows)["double"].tolist()[::2] == [2.0, 6.0]


def test_a_flow_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "mine.flow").write_text("{}")
    with pytest.raises(FileExistsError, match="exists already"):
        sm.wrangle("s3://bucket/data.csv", str(tmp_path / "mine.flow"))
