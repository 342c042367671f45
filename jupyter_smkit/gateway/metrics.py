"""CloudWatch's metrics of invocations, kept by the minute and written for the api to take in.

The names are those of the namespace AWS/SageMaker; latencies are in microseconds.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_smkit.gateway.routes import Endpoint

_STEPS = 16
"""Steps of the histogram to each doubling: a value is known to about 4 %."""


@dataclass
class Statistic:
    """Values of one metric in one minute."""

    unit: str
    sum: float = 0.0
    count: int = 0
    min: float = math.inf
    max: float = -math.inf
    steps: Counter[int] = field(default_factory=Counter)

    def add(self, value: float) -> None:
        self.sum += value
        self.count += 1
        if value < self.min:
            self.min = value
        if value > self.max:
            self.max = value
        self.steps[round(math.log2(value) * _STEPS) if value > 0 else -1000] += 1

    def summary(self) -> dict[str, Any]:
        """``values`` and ``counts`` as PutMetricData takes them."""
        steps = sorted(self.steps.items())
        values = [0.0 if step == -1000 else 2 ** (step / _STEPS) for step, _ in steps]
        return {
            "sum": self.sum,
            "count": self.count,
            "min": self.min,
            "max": self.max,
            "unit": self.unit,
            "values": [min(max(value, self.min), self.max) for value in values],
            "counts": [count for _, count in steps],
        }


Key = tuple[str, str, str, str, str]
"""Account, region, endpoint, variant, metric name."""


class Metrics:
    """What has happened since the last ``take``."""

    def __init__(self) -> None:
        self._statistics: dict[Key, Statistic] = {}

    def record(
        self, endpoint: Endpoint, variant: str, status: int, model: float, overhead: float
    ) -> None:
        """One invocation: the model's status and its seconds, and the seconds that smkit added."""
        at = (endpoint.account, endpoint.region, endpoint.name, variant)
        self._add((*at, "Invocations"), 1, "None")
        self._add((*at, "Invocation4XXErrors"), int(400 <= status < 500), "None")
        self._add((*at, "Invocation5XXErrors"), int(status >= 500), "None")
        self._add((*at, "ModelLatency"), model * 1e6, "Microseconds")
        self._add((*at, "OverheadLatency"), overhead * 1e6, "Microseconds")

    def _add(self, key: Key, value: float, unit: str) -> None:
        statistic = self._statistics.get(key)
        if statistic is None:
            statistic = self._statistics[key] = Statistic(unit)
        statistic.add(value)

    def take(self, minute: int) -> list[dict[str, Any]]:
        """The data of ``minute`` (Unix minutes), which are forgotten here."""
        taken, self._statistics = self._statistics, {}
        return [
            {
                "namespace": "AWS/SageMaker",
                "name": name,
                "account": account,
                "region": region,
                "dimensions": {"EndpointName": endpoint, "VariantName": variant},
                "timestamp": minute * 60,
                **statistic.summary(),
            }
            for (account, region, endpoint, variant, name), statistic in taken.items()
        ]


def write(directory: Path, minute: int, data: list[dict[str, Any]]) -> None:
    """Puts ``data`` into ``<minute>.json``, or ``<minute>-<n>.json`` beside one that waits."""
    if not data:
        return
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    file = directory / f"{minute}.json"
    number = 0
    while file.exists():
        number += 1
        file = directory / f"{minute}-{number}.json"
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(data))
    temporary.replace(file)
