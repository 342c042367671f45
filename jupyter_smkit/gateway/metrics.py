"""CloudWatch's metrics of invocations, kept by the minute and written for the api to take in.

The names are those of the namespace AWS/SageMaker; latencies are in microseconds.
"""

from __future__ import annotations

import json
import math
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_smkit.gateway.demand import Key
from jupyter_smkit.gateway.routes import Endpoint

_STEPS = 16
"""Steps of the histogram to each doubling: a value is known to about 4 %."""
_NONE = -1000
"""The step of what took no time."""


@dataclass
class Durations:
    """Seconds of one kind in one minute."""

    sum: float = 0.0
    min: float = math.inf
    max: float = -math.inf
    steps: Counter[int] = field(default_factory=Counter)

    def add(self, seconds: float) -> None:
        self.sum += seconds
        if seconds < self.min:
            self.min = seconds
        if seconds > self.max:
            self.max = seconds
        self.steps[round(math.log2(seconds) * _STEPS) if seconds > 0 else _NONE] += 1

    def summary(self) -> dict[str, Any]:
        """In microseconds; ``values`` and ``counts`` as PutMetricData takes them."""
        steps = sorted(self.steps.items())
        values = [0.0 if step == _NONE else 2 ** (step / _STEPS) for step, _ in steps]
        return {
            "sum": self.sum * 1e6,
            "count": self.steps.total(),
            "min": self.min * 1e6,
            "max": self.max * 1e6,
            "unit": "Microseconds",
            "values": [min(max(value, self.min), self.max) * 1e6 for value in values],
            "counts": [count for _, count in steps],
        }


@dataclass
class Invocations:
    """What one variant was asked in one minute."""

    count: int = 0
    errors: Counter[int] = field(default_factory=Counter)
    """By the first digit of the model's status."""
    model: Durations = field(default_factory=Durations)
    overhead: Durations = field(default_factory=Durations)

    def summaries(self) -> dict[str, dict[str, Any]]:
        return {
            "Invocations": _flags(self.count, self.count),
            "Invocation4XXErrors": _flags(self.errors[4], self.count),
            "Invocation5XXErrors": _flags(self.errors[5], self.count),
            "ModelLatency": self.model.summary(),
            "OverheadLatency": self.overhead.summary(),
        }


def _flags(ones: int, count: int) -> dict[str, Any]:
    """``count`` values, of which ``ones`` are 1 and the others 0."""
    found = {0.0: count - ones, 1.0: ones}
    values = [value for value, times in found.items() if times]
    return {
        "sum": ones,
        "count": count,
        "min": min(values),
        "max": max(values),
        "unit": "None",
        "values": values,
        "counts": [found[value] for value in values],
    }


class Metrics:
    """What has happened since the last ``take``."""

    def __init__(self) -> None:
        self._invocations: defaultdict[Key, Invocations] = defaultdict(Invocations)

    def record(
        self, endpoint: Endpoint, variant: str, status: int, model: float, overhead: float
    ) -> None:
        """One invocation: the model's status and its seconds, and the seconds that smkit added."""
        found = self._invocations[endpoint.account, endpoint.region, endpoint.name, variant]
        found.count += 1
        if status >= 400:
            found.errors[4 if status < 500 else 5] += 1
        found.model.add(model)
        found.overhead.add(overhead)

    def take(self, minute: int) -> list[dict[str, Any]]:
        """The data of ``minute`` (Unix minutes), which are forgotten here."""
        taken, self._invocations = self._invocations, defaultdict(Invocations)
        return [
            {
                "namespace": "AWS/SageMaker",
                "name": name,
                "account": account,
                "region": region,
                "dimensions": {"EndpointName": endpoint, "VariantName": variant},
                "timestamp": minute * 60,
                **summary,
            }
            for (account, region, endpoint, variant), invocations in taken.items()
            for name, summary in invocations.summaries().items()
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
