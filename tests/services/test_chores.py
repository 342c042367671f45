"""What piles up goes without anybody asking."""

from __future__ import annotations

import os
import threading
import time
from pathlib import Path

from sqlalchemy import select

from jupyter_smkit.config import Home
from jupyter_smkit.control import chores
from jupyter_smkit.objects.content import OPEN_AT_ONCE
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.objects.uploads import MIN_PART, Chosen
from jupyter_smkit.services import metricstore
from jupyter_smkit.services.chores import tidy
from jupyter_smkit.services.metricstore import Metric, single
from jupyter_smkit.state.engine import connect, url_of
from jupyter_smkit.state.metrics import points, series
from jupyter_smkit.state.records import State
from jupyter_smkit.state.schema import metadata


def state_of(home: Home) -> State:
    home.prepare()
    engine = connect(url_of(home))
    metadata.create_all(engine)
    return State(engine, time.time)


def test_old_data_points_go_and_the_metrics_that_had_no_others(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    state = state_of(home)
    now = time.time()
    with state.begin() as transaction:
        for name, at in (("old", now - metricstore.KEPT - 60), ("new", now)):
            metric = Metric("123456789012", "us-east-1", "Mine", name, {})
            metricstore.add(transaction.connection, metric, at, "None", single(1.0))
    assert tidy(home, state)["old data points"] == 1
    with state.read() as transaction:
        assert list(transaction.connection.execute(select(series.c.name)).scalars()) == ["new"]
        assert len(transaction.connection.execute(select(points)).all()) == 1


def test_a_large_object_that_was_deleted_gives_its_room_back(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    state = state_of(home)
    store = ObjectStore(home.objects)
    store.ensure_bucket("bucket", "123456789012", "us-east-1")
    upload = store.uploads.create("bucket", "large")
    chosen = []
    for number in range(1, OPEN_AT_ONCE + 2):
        writer = store.writer()
        writer.write(bytes(MIN_PART))
        part = store.uploads.add_part("bucket", "large", upload.id, number, writer.finish())
        chosen.append(Chosen(number, part.etag, {}))
    store.uploads.complete("bucket", "large", upload.id, chosen)
    store.delete("bucket", "large")
    # A reader may still have to open them: they go when they have lain for an hour.
    blobs = [path for path in home.objects.joinpath("blobs").rglob("*") if path.is_file()]
    assert len(blobs) == OPEN_AT_ONCE + 1
    assert tidy(home, state)["blobs that no object refers to"] == 0
    for blob in blobs:
        os.utime(blob, (0, 0))
    assert tidy(home, state)["blobs that no object refers to"] == len(blobs)
    store.close()


def test_one_that_fails_is_tried_again_and_keeps_no_other(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    failed, done = threading.Semaphore(0), threading.Event()

    def fails(home: Home, state: State) -> None:
        failed.release()
        raise OSError("the disk is full")

    rarely = [chores.Chore(0.01, fails), chores.Chore(0.01, lambda home, state: done.set())]
    stop = chores.start(rarely, home, state_of(home))
    assert done.wait(10)
    assert failed.acquire(timeout=10) and failed.acquire(timeout=10)
    stop.set()


def test_a_slow_one_holds_up_no_other(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    over, done = threading.Event(), threading.Semaphore(0)
    rarely = [
        chores.Chore(0.01, lambda home, state: over.wait(60)),
        chores.Chore(0.01, lambda home, state: done.release()),
    ]
    stop = chores.start(rarely, home, state_of(home))
    assert all(done.acquire(timeout=10) for _ in range(3))
    stop.set()
    over.set()
