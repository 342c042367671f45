"""Bringing a flow's data beside smkit's own for previews."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.wrangler import edit
from jupyter_smkit.wrangler.staging import prune, stage


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


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    import os

    for age, name in enumerate(("new", "old", "oldest")):
        (tmp_path / name).mkdir()
        file = tmp_path / name / "rows.csv"
        file.write_bytes(b"x" * 10)
        os.utime(file, (1000 - age, 1000 - age))
    prune(tmp_path, limit=20)
    assert {path.parent.name for path in tmp_path.glob("*/*")} == {"new", "old"}
