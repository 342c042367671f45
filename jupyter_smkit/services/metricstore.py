"""Metrics in the state: data points as they came, and their summaries by period."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, delete, insert, select
from sqlalchemy.exc import IntegrityError

from jupyter_smkit.state.metrics import points, series

KEPT = 455 * 24 * 3600
"""Seconds that data points are kept: 15 months, as on AWS."""


@dataclass(frozen=True)
class Metric:
    account: str
    region: str
    namespace: str
    name: str
    dimensions: Mapping[str, str] = field(hash=False)

    @property
    def dimensions_text(self) -> str:
        return json.dumps(dict(sorted(self.dimensions.items())), separators=(",", ":"))


@dataclass(frozen=True)
class Summary:
    """Of one or more values of a metric."""

    sum: float
    count: float
    min: float
    max: float
    distribution: tuple[tuple[float, float], ...] | None = None
    """Values and how often each occurred; None where only the summary is known."""

    def statistic(self, name: str) -> float | None:
        """``Average``, ``Sum``, ``Minimum``, ``Maximum``, ``SampleCount`` or ``p99.9``."""
        match name:
            case "Average":
                return self.sum / self.count if self.count else None
            case "Sum":
                return self.sum
            case "Minimum":
                return self.min
            case "Maximum":
                return self.max
            case "SampleCount":
                return self.count
        return self._percentile(float(name[1:]))

    def _percentile(self, percent: float) -> float | None:
        if self.distribution is None:
            return self.min if self.min == self.max else None
        wanted = self.count * percent / 100
        passed = 0.0
        ordered = sorted(self.distribution)
        for value, count in ordered:
            passed += count
            if passed >= wanted:
                return value
        return ordered[-1][0]


def single(value: float) -> Summary:
    return Summary(value, 1, value, value, ((value, 1),))


def of_values(values: Iterable[float], counts: Iterable[float]) -> Summary:
    pairs = tuple(zip(values, counts, strict=True))
    return Summary(
        math.fsum(value * count for value, count in pairs),
        math.fsum(count for _, count in pairs),
        min(value for value, _ in pairs),
        max(value for value, _ in pairs),
        pairs,
    )


def together(parts: Sequence[Summary]) -> Summary:
    known = all(part.distribution is not None for part in parts)
    return Summary(
        math.fsum(part.sum for part in parts),
        math.fsum(part.count for part in parts),
        min(part.min for part in parts),
        max(part.max for part in parts),
        tuple(pair for part in parts for pair in part.distribution or ()) if known else None,
    )


def add(connection: Connection, metric: Metric, at: float, unit: str, summary: Summary) -> None:
    connection.execute(
        insert(points).values(
            series=_series(connection, metric),
            at=at,
            unit=unit,
            sum=summary.sum,
            count=summary.count,
            min=summary.min,
            max=summary.max,
            distribution=summary.distribution if _several(summary) else None,
        )
    )


def _several(summary: Summary) -> bool:
    """Whether its values say more than their sum does."""
    return summary.distribution != ((summary.sum, 1),)


def forget(connection: Connection, before: float) -> int:
    """Removes data points older than ``before``, and metrics that have none left."""
    gone = connection.execute(delete(points).where(points.c.at < before)).rowcount
    left = select(points.c.series).where(points.c.series == series.c.id).exists()
    connection.execute(delete(series).where(~left))
    return gone


def find(
    connection: Connection,
    account: str,
    region: str,
    namespace: str | None = None,
    name: str | None = None,
    since: float | None = None,
) -> list[Metric]:
    """The metrics there are, in order; ``since``: those with a data point at or after it."""
    where = [series.c.account == account, series.c.region == region]
    if namespace:
        where.append(series.c.namespace == namespace)
    if name:
        where.append(series.c.name == name)
    if since is not None:
        where.append(series.c.id.in_(select(points.c.series).where(points.c.at >= since)))
    order = (series.c.namespace, series.c.name, series.c.dimensions)
    return [
        Metric(row.account, row.region, row.namespace, row.name, json.loads(row.dimensions))
        for row in connection.execute(select(series).where(*where).order_by(*order))
    ]


def by_period(
    connection: Connection,
    metric: Metric,
    start: float,
    end: float,
    period: int,
    unit: str | None = None,
    distributed: bool = True,
) -> dict[tuple[int, str], Summary]:
    """Summaries by each period's begin and unit, in order; ``end`` is exclusive.

    Only percentiles need what costs most to read: ``distributed=False`` leaves it out.
    """
    where = [
        series.c.account == metric.account,
        series.c.region == metric.region,
        series.c.namespace == metric.namespace,
        series.c.name == metric.name,
        series.c.dimensions == metric.dimensions_text,
        points.c.at >= start // period * period,
        points.c.at < end,
    ]
    if unit:
        where.append(points.c.unit == unit)
    columns = [each for each in points.c if distributed or each is not points.c.distribution]
    query = select(*columns).join(series, series.c.id == points.c.series).where(*where)
    parts: dict[tuple[int, str], list[Summary]] = {}
    for row in connection.execute(query.order_by(points.c.at)):
        begin = int(row.at // period * period)
        parts.setdefault((begin, row.unit), []).append(_summary(row, distributed))
    return {key: together(each) for key, each in parts.items()}


def _summary(row: Any, distributed: bool) -> Summary:
    distribution = row.distribution if distributed else None
    if distribution is None and row.count == 1:
        distribution = [[row.sum, 1]]
    pairs = None if distribution is None else tuple((value, count) for value, count in distribution)
    return Summary(row.sum, row.count, row.min, row.max, pairs)


def _series(connection: Connection, metric: Metric) -> int:
    values = {
        "account": metric.account,
        "region": metric.region,
        "namespace": metric.namespace,
        "name": metric.name,
        "dimensions": metric.dimensions_text,
    }
    query = select(series.c.id).where(*(series.c[name] == value for name, value in values.items()))
    found = connection.execute(query).scalar()
    if found is None:
        try:
            with connection.begin_nested():
                connection.execute(insert(series).values(**values))
        except IntegrityError:
            pass
        found = connection.execute(query).scalar_one()
    return int(found)
