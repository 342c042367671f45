"""Bringing a flow's data beside smkit's own for previews."""

from __future__ import annotations

import gzip
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import polars as pl
import pytest

from jupyter_smkit.objects.staging import download
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.wrangler import edit, staging
from jupyter_smkit.wrangler.dataset import data_files
from jupyter_smkit.wrangler.staging import prune, stage, whole_rows


def test_several_requests_may_bring_the_same_data_at_once(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path / "objects")
    store.ensure_bucket("data", "123456789012", "us-east-1")
    store.put("data", "rows.csv", b"a,b\n1,2\n" * 1000)
    flow = edit.new("s3://data/rows.csv", "rows.csv")
    target = flow.nodes[-1].id
    for round_ in range(10):
        cache = tmp_path / f"cache-{round_}"
        with ThreadPoolExecutor(8) as threads:
            found = list(threads.map(lambda _, at=cache: stage(store, at, flow, target), range(8)))
        (files,) = found[0].values()
        assert all(one == found[0] for one in found)
        assert Path(files[0]).stat().st_size == 8000
        assert len(list(cache.glob("*/*"))) == 1


@pytest.mark.parametrize("address", ["s3://data/rows", "s3://data/rows/", "s3://data/rows2.csv"])
def test_a_preview_reads_what_a_job_reads(tmp_path: Path, address: str) -> None:
    store = ObjectStore(tmp_path / "objects")
    store.ensure_bucket("data", "123456789012", "us-east-1")
    for key in (
        "rows/part-0.csv",
        "rows/_SUCCESS",
        "rows/deep/x.csv",
        "rows2.csv",
        "rows2.csv.bak",
    ):
        store.put("data", key, b"" if key.endswith("_SUCCESS") else b"a,b\n1,2\n")
    flow = edit.new(address)
    (staged,) = stage(store, tmp_path / "cache", flow, flow.nodes[-1].id).values()
    download(store, address, tmp_path / "channel")
    read = [path.name for path in data_files(tmp_path / "channel", flow.nodes[0])]
    assert [Path(path).name for path in staged] == read
    assert "_SUCCESS" not in read


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    import os

    for age, name in enumerate(("new", "old", "oldest")):
        (tmp_path / name).mkdir()
        file = tmp_path / name / "rows.csv"
        file.write_bytes(b"x" * 10)
        os.utime(file, (1000 - age, 1000 - age))
    prune(tmp_path, limit=20)
    assert {path.parent.name for path in tmp_path.glob("*/*")} == {"new", "old"}


def test_the_head_of_a_large_file_ends_with_a_row() -> None:
    row = b'1,"one line\nand another"\n'
    for cut in range(len(row)):
        assert whole_rows(row * 3 + row[:cut]) == row * 3


def test_of_a_large_packed_file_the_head_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(staging, "HEAD_BYTES", 2000)
    store = ObjectStore(tmp_path / "objects")
    store.ensure_bucket("data", "123456789012", "us-east-1")
    rows = "".join(f"{n},{n * 7919 % 10007}\n" for n in range(5000))
    store.put("data", "rows.csv.gz", gzip.compress(b"a,b\n" + rows.encode()))
    flow = edit.new("s3://data/rows.csv.gz", "rows")
    ((path,),) = stage(store, tmp_path / "cache", flow, flow.nodes[-1].id).values()
    found = pl.read_csv(path)
    assert found.columns == ["a", "b"]
    assert found["a"].to_list() == list(range(found.height))
