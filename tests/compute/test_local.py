"""What the executor of this machine keeps and removes."""

from __future__ import annotations

import fcntl
from pathlib import Path

from jupyter_smkit.compute import jsonfile, staging
from jupyter_smkit.compute.executor import Output
from jupyter_smkit.compute.local import LocalExecutor
from jupyter_smkit.compute.site import LocalSite
from jupyter_smkit.config import Home
from jupyter_smkit.objects import open_store


def ended(home: Home, id: str, at: float) -> Path:
    directory = home.jobs / id
    directory.mkdir(parents=True)
    jsonfile.write(directory / "job.json", {"attempt": 1, "socket": ""})
    jsonfile.write(directory / "status.json", {"outcome": "Completed", "ended": at})
    return directory


def test_what_ended_long_ago_is_tidied_away(tmp_path: Path) -> None:
    home = Home(tmp_path)
    old, new = ended(home, "old", 100.0), ended(home, "new", 300.0)
    half_removed = home.jobs / ".killed.1.gone"
    (half_removed / "ml").mkdir(parents=True)
    assert LocalExecutor(home).tidy(before=200.0) == 2
    assert new.exists() and not old.exists() and not half_removed.exists()


def test_a_stray_file_among_the_jobs_hinders_nothing(tmp_path: Path) -> None:
    executor = LocalExecutor(Home(tmp_path))
    executor.home.jobs.mkdir()
    (executor.home.jobs / "stray").touch()
    assert executor.poll("stray").state == "missing"
    executor.forget("stray")


def test_an_end_is_forgotten_although_its_supervisor_still_cleans_up(tmp_path: Path) -> None:
    home = Home(tmp_path)
    directory = ended(home, "one", 100.0)
    with open(directory / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        executor = LocalExecutor(home)
        executor.forget("one")
        assert executor.poll("one").state == "missing"
        assert not directory.exists()


def test_a_supervisor_of_an_earlier_daemon_is_missed_once(tmp_path: Path) -> None:
    home = Home(tmp_path)
    directory = ended(home, "one", 100.0)
    jsonfile.write(directory / "status.json", {"phase": "Running"})
    executor = LocalExecutor(home)
    with open(directory / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        assert executor.poll("one").state == "running"
        assert not executor.lost()
    assert executor.lost() == {"one"}
    assert not executor.lost()
    assert executor.poll("one").state == "lost"


def test_the_launches_of_an_endpoint_among_many(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.jobs.mkdir()
    for name in ("1.r.Worker.a.x", "1.r.Worker.a.y", "1.r.Worker.ab.x", ".1.r.Worker.a.x.9.gone"):
        (home.jobs / name).mkdir()
    executor = LocalExecutor(home)
    assert executor.known("1.r.Worker.a.") == ["1.r.Worker.a.x", "1.r.Worker.a.y"]
    (home.jobs / "1.r.Worker.a.z").mkdir()
    assert len(executor.known("1.r.Worker.a.")) == 3
    assert len(executor.known()) == 4


def test_only_what_changed_is_brought_out_again(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    store = open_store(home)
    store.ensure_bucket("kept", "123456789012", "us-east-1")
    made = Output("s3://kept/check", "/opt/ml/checkpoints", continuous=True)
    source = tmp_path / "source"
    (source / "deep").mkdir(parents=True)
    (source / "same").write_text("same")
    (source / "deep" / "grows").write_text("1")
    (source / "link").symlink_to("/etc/passwd")
    sent: staging.Sent = {}
    staging.send(LocalSite(home), made, source, sent)
    assert [info.key for info in store.keys("kept")] == ["check/deep/grows", "check/same"]
    for info in list(store.keys("kept")):
        store.delete("kept", info.key)
    (source / "deep" / "grows").write_text("12")
    staging.send(LocalSite(home), made, source, sent)
    assert [info.key for info in store.keys("kept")] == ["check/deep/grows"]


def test_a_directory_in_another_is_brought_to_both_addresses(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.prepare()
    store = open_store(home)
    store.ensure_bucket("kept", "123456789012", "us-east-1")
    (inner := tmp_path / "out" / "train").mkdir(parents=True)
    (inner / "rows").write_text("1")
    sent: staging.Sent = {}
    for uri, source in (("s3://kept/all", tmp_path / "out"), ("s3://kept/train", inner)):
        staging.send(LocalSite(home), Output(uri, "/opt/ml/out"), source, sent)
    assert [info.key for info in store.keys("kept")] == ["all/train/rows", "train/rows"]
