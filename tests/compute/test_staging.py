"""Bringing a launch's data."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from jupyter_smkit.compute import staging
from jupyter_smkit.compute.executor import Input
from jupyter_smkit.compute.site import LocalSite
from jupyter_smkit.config import Home

BROKEN = b"\xff" * 20


def bring_unpacked(source: Path, target: Path) -> None:
    given = Input(f"file://{source}", "/opt/ml/code", decompress=True)
    staging.bring(LocalSite(Home(target)), given, target / "in")


def test_packed_files_are_unpacked_also_in_a_folder_of_such_a_name(tmp_path: Path) -> None:
    (folder := tmp_path / "data" / "rows.csv.gz").mkdir(parents=True)
    (folder / "part-0.csv.gz").write_bytes(gzip.compress(b"1,2\n"))
    bring_unpacked(tmp_path / "data", tmp_path)
    assert (tmp_path / "in" / "rows.csv.gz" / "part-0.csv").read_bytes() == b"1,2\n"


def test_what_is_packed_badly_is_named(tmp_path: Path) -> None:
    (data := tmp_path / "data").mkdir()
    (data / "rows.gz").write_bytes(gzip.compress(b"1,2\n")[:10] + BROKEN)
    with pytest.raises(staging.StagingFailed, match=r"rows.gz is no gzip file"):
        bring_unpacked(data, tmp_path)
