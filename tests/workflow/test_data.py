"""Nothing in s3:// is replaced without a word."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path

import boto3
import pandas as pd
import pytest

from jupyter_smkit import workflow as sm
from jupyter_smkit.client import environment
from jupyter_smkit.wrangler import flow

BUCKET = environment.default_bucket("123456789012", "us-east-1")
SAID = "is replaced"


def contents(prefix: str = "") -> dict[str, str]:
    """Keys, and by the ETag what stands there."""
    pages = boto3.client("s3").get_paginator("list_objects_v2").paginate(Bucket=BUCKET)
    found = {each["Key"]: each["ETag"] for page in pages for each in page.get("Contents", ())}
    return {key: etag for key, etag in found.items() if key.startswith(prefix)}


def source(file: Path) -> str:
    uri = flow.load(file).nodes[0].parameters["dataset_definition"]["s3ExecutionContext"]
    return str(uri["s3Uri"])


@pytest.fixture
def folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """``x`` and ``y`` with a ``rows.csv`` each."""
    for name in ("x", "y"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "rows.csv").write_text(f"{name}\n1\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_files_of_one_name_keep_apart(folders: Path) -> None:
    first, second = sm.wrangle("x/rows.csv"), sm.wrangle("y/rows.csv", "y.flow")
    assert source(first) != source(second)
    for file, column in ((first, "x"), (second, "y")):
        assert sm.read_dataframe(source(file)).columns == [column]


def test_a_flow_that_is_refused_sends_nothing(folders: Path) -> None:
    sm.wrangle("x/rows.csv")
    before = contents()
    for data in ("y/rows.csv", pd.DataFrame({"z": [1]})):
        with pytest.raises(FileExistsError, match=r"rows\.flow exists already: name another"):
            sm.wrangle(data, "rows.flow")
    assert contents() == before


def test_a_file_keeps_its_address_and_what_it_replaces_is_said(
    folders: Path, caplog: pytest.LogCaptureFixture
) -> None:
    first, again = sm.wrangle("x/rows.csv"), sm.wrangle(folders / "x/rows.csv", "again.flow")
    assert source(first) == source(again) and SAID not in caplog.text
    (folders / "x/rows.csv").write_text("x\n2\n")
    sm.wrangle("x/rows.csv", "third.flow")
    assert f"{source(first)}: " in caplog.text and SAID in caplog.text


def test_a_frame_that_replaces_another_is_said(caplog: pytest.LogCaptureFixture) -> None:
    frame = pd.DataFrame({"a": [1]})
    for _ in range(2):
        sm.put_dataframe(frame, "said.csv")
    assert SAID not in caplog.text
    with caplog.at_level(logging.WARNING):
        sm.put_dataframe(frame * 2, "said.csv")
    assert f"s3://{BUCKET}/data/said.csv: " in caplog.text and SAID in caplog.text


def _process() -> object:
    return sm.process("1 / 0", name="data-taken", wait=False)


def _train() -> object:
    frame = pd.DataFrame({"x": range(600), "y": [n % 2 for n in range(600)]})
    return sm.train_automl(frame, "y", name="data-taken", wait=False)


def _run_flow(file: Path) -> object:
    return sm.run_flow(file, name="data-taken", wait=False)


@pytest.mark.parametrize("again", [_process, _train, _run_flow], ids=lambda run: run.__name__[1:])
def test_a_name_that_is_taken_leaves_its_data(
    again: Callable[..., object], tmp_path: Path, taken: None
) -> None:
    flows = ()
    if again is _run_flow:
        flows = (sm.wrangle(f"s3://{BUCKET}/data/said.csv", str(tmp_path / "one.flow")),)
    before = contents()
    with pytest.raises(ValueError, match="'data-taken' already"):
        again(*flows)
    assert contents() == before


@pytest.fixture(scope="module")
def taken(on_smkits_side: None) -> None:
    """A processing job and an AutoML job whose names are asked for again."""
    sm.process("print('first')", name="data-taken", wait=False)
    rows = pd.DataFrame({"x": range(500), "y": [n % 2 for n in range(500)]})
    sm.train_automl(rows, "y", name="data-taken", wait=False).stop()
