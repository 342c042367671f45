"""Metrics found in what a program prints."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jupyter_smkit.compute import metrics
from jupyter_smkit.compute.executor import Launch
from jupyter_smkit.compute.metrics import Metrics
from jupyter_smkit.compute.site import LocalSite
from jupyter_smkit.config import Home


def launch(*definitions: tuple[str, str]) -> Launch:
    return Launch(
        id="one",
        argv=("true",),
        image="python",
        account="123456789012",
        region="us-east-1",
        log_group="/aws/sagemaker/TrainingJobs",
        log_stream="one/algo-1",
        metrics=definitions,
        dimensions={"TrainingJobName": "one"},
    )


def test_the_first_group_is_the_value() -> None:
    found = Metrics(launch(("loss", r"loss=([0-9.]+|\w+)"), ("score", r"score (-?[0-9.e-]+)")))
    found.feed(["epoch 1 loss=0.5 score 1e-3", "nothing here"], 10.0)
    found.feed(["loss=0.25", "loss=nan", "loss=high", "score 1e308"], 12.0)
    assert found.last == {"loss": (0.25, 12.0), "score": (0.001, 10.0)}


def test_data_points_wait_until_the_last_ones_are_taken(tmp_path: Path) -> None:
    home = Home(tmp_path)
    site, directory = LocalSite(home), home.run / "metrics"
    found = Metrics(launch(("loss", "loss=([0-9.]+)")))
    found.feed(["loss=1", "loss=3"], 10.2)
    found.publish(site, 10.5)
    found.feed(["loss=5"], 11.0)
    found.publish(site, 11.5)
    [first] = directory.glob("*.json")
    [point] = json.loads(first.read_text())
    assert (point["timestamp"], point["sum"], point["count"]) == (10, 4.0, 2)
    assert point["dimensions"] == {"TrainingJobName": "one"}
    first.unlink()
    found.publish(site, 12.0)
    [second] = directory.glob("*.json")
    assert json.loads(second.read_text())[0]["sum"] == 5.0


@pytest.mark.parametrize(
    ("regex", "says"), [("loss=(", "is not one"), ("loss=.*", "needs a group")]
)
def test_an_expression_that_finds_no_value_is_refused(regex: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        metrics.checked("loss", regex)
