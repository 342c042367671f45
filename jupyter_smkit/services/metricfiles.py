"""Takes in what the edge measured: ``run/metrics/*.json``, a file a minute."""

from __future__ import annotations

import fcntl
import json
import logging
from typing import Any

from jupyter_smkit.config import Home
from jupyter_smkit.services import metricstore
from jupyter_smkit.services.metricstore import Metric, Summary
from jupyter_smkit.state.records import State

log = logging.getLogger("smkit.metrics")


def take_in(home: Home, state: State) -> int:
    """How many files were taken in. A file goes once its data points are committed.

    Killed in between, a minute may count twice; it is never lost.
    """
    directory = home.run / "metrics"
    waiting = sorted(directory.glob("*.json")) if directory.is_dir() else []
    if not waiting:
        return 0
    with open(directory / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        files = {file: file.read_text() for file in waiting if file.exists()}
        with state.begin() as transaction:
            for file, text in files.items():
                try:
                    data = json.loads(text)
                except ValueError:
                    log.warning("%s is no JSON", file)
                    continue
                for datum in data:
                    _add(transaction.connection, home, datum)
        for file in files:
            file.unlink(missing_ok=True)
    return len(files)


def _add(connection: Any, home: Home, datum: dict[str, Any]) -> None:
    metric = Metric(
        datum.get("account", home.settings.account),
        datum.get("region", home.settings.region),
        datum["namespace"],
        datum["name"],
        datum.get("dimensions", {}),
    )
    pairs = zip(datum.get("values", ()), datum.get("counts", ()), strict=True)
    summary = Summary(
        datum["sum"], datum["count"], datum["min"], datum["max"], tuple(pairs) or None
    )
    metricstore.add(connection, metric, datum["timestamp"], datum.get("unit", "None"), summary)
