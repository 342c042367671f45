"""Metrics that regular expressions find in what a program prints, as in MetricDefinitions."""

from __future__ import annotations

import math
import re
from collections import Counter
from typing import Any

from jupyter_smkit.compute.executor import Launch
from jupyter_smkit.compute.site import Site

_LONGEST = 4096
"""Characters of a line that are looked at."""
_LARGEST = 2.0**360
"""The greatest value that CloudWatch takes."""


class Metrics:
    def __init__(self, launch: Launch) -> None:
        self._launch = launch
        self._expressions = [(name, re.compile(regex)) for name, regex in launch.metrics]
        self._points: dict[tuple[str, int], Counter[float]] = {}
        self._published = 0.0
        self.last: dict[str, tuple[float, float]] = {}
        """Of each metric that was found: its last value, and when, in Unix seconds."""

    def feed(self, lines: list[str], now: float) -> None:
        for line in lines:
            for name, expression in self._expressions:
                for found in expression.finditer(line[:_LONGEST]):
                    self._add(name, found, now)

    def _add(self, name: str, found: re.Match[str], now: float) -> None:
        try:
            value = float(found[1])
        except (IndexError, TypeError, ValueError):
            return
        if abs(value) <= _LARGEST:
            self.last[name] = (value, now)
            self._points.setdefault((name, int(now)), Counter())[value] += 1

    def publish(self, site: Site, now: float, *, whole: bool = False) -> None:
        """Hands the data points on. Where the last ones were not taken yet, the next ones wait for
        a minute, or for ``whole``."""
        wait = not whole and now - self._published < 60
        if self._points and site.publish(self._waiting(), wait=wait):
            self._points, self._published = {}, now

    def _waiting(self) -> list[dict[str, Any]]:
        """The data points since the last time, one a second and metric."""
        return [
            {
                "namespace": self._launch.log_group,
                "name": name,
                "account": self._launch.account,
                "region": self._launch.region,
                "dimensions": self._launch.dimensions,
                "timestamp": second,
                "sum": math.fsum(counts.elements()),
                "count": counts.total(),
                "min": min(counts),
                "max": max(counts),
                "unit": "None",
                "values": list(counts),
                "counts": list(counts.values()),
            }
            for (name, second), counts in self._points.items()
        ]


def checked(name: str, regex: str) -> None:
    """Raises ValueError where ``regex`` cannot find a value."""
    try:
        groups = re.compile(regex).groups
    except re.error as error:
        raise ValueError(
            f"The regular expression of the metric {name} is not one: {error}"
        ) from None
    if groups == 0:
        raise ValueError(
            f"The regular expression of the metric {name} needs a group for the value, "
            r"such as loss=([0-9.]+)"
        )
