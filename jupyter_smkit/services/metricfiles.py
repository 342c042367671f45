"""Takes in what the edge measured: ``run/metrics/*.json``, a file a minute."""

from __future__ import annotations

import fcntl
import json
import logging
import math
from typing import Any

from jupyter_smkit.config import Home
from jupyter_smkit.services import metricstore
from jupyter_smkit.services.metricstore import Metric, Summary
from jupyter_smkit.state.records import State

log = logging.getLogger("smkit.metrics")
ASIDE = "malformed"
"""The file that holds the last one that could not be read."""

Datum = tuple[Metric, float, str, Summary]
"""A metric, the Unix time, the unit, and the values of one data point."""


def take_in(home: Home, state: State) -> int:
    """How many files were taken in. A file goes once its data points are committed.

    Killed in between, a minute may count twice; it is never lost.
    """
    directory = home.run / "metrics"
    waiting = sorted(directory.glob("*.json")) if directory.is_dir() else []
    if not waiting:
        return 0
    taken = 0
    with open(directory / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        files = {file: file.read_bytes() for file in waiting if file.is_file()}
        with state.begin() as transaction:
            for file, content in files.items():
                try:
                    data = [_datum(home, each) for each in json.loads(content)]
                except Exception as error:
                    log.warning("%s is set aside: %s: %s", file, type(error).__name__, error)
                    file.replace(directory / ASIDE)
                    continue
                taken += 1
                for datum in data:
                    metricstore.add(transaction.connection, *datum)
        for file in files:
            file.unlink(missing_ok=True)
    return taken


def _datum(home: Home, told: dict[str, Any]) -> Datum:
    metric = Metric(
        str(told.get("account", home.settings.account)),
        str(told.get("region", home.settings.region)),
        str(told["namespace"]),
        str(told["name"]),
        {str(name): str(value) for name, value in told.get("dimensions", {}).items()},
    )
    values, counts = (map(_number, told.get(name, ())) for name in ("values", "counts"))
    pairs = tuple(zip(values, counts, strict=True))
    sum, count, least, most = (_number(told[name]) for name in ("sum", "count", "min", "max"))
    summary = Summary(sum, count, least, most, pairs or None)
    return metric, _number(told["timestamp"]), str(told.get("unit", "None")), summary


def _number(told: Any) -> float:
    if not isinstance(told, int | float) or not math.isfinite(told):
        raise ValueError(f"{told!r:.100} is no number")
    return float(told)
