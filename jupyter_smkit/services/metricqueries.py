"""The queries of GetMetricData and of alarms: metrics' statistics, and math over them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache, partial
from graphlib import CycleError, TopologicalSorter
from typing import Any

from sqlalchemy import Connection

from jupyter_smkit.api.errors import ApiError, ValidationException
from jupyter_smkit.services import metricmath, metricstore
from jupyter_smkit.services.metricmath import Series
from jupyter_smkit.services.metricstore import Metric, Summary

STATISTICS = ("Average", "Sum", "Minimum", "Maximum", "SampleCount")
_PERCENTILE = re.compile(r"p(100(\.0+)?|\d{1,2}(\.\d+)?)")


def evaluate(
    connection: Connection,
    account: str,
    region: str,
    queries: list[dict[str, Any]],
    start: float,
    end: float,
) -> dict[str, Series]:
    """The values of each query by its Id; raises ValidationException."""
    ids = [query["Id"] for query in queries]
    if len(set(ids)) < len(ids):
        raise ValidationException(
            "The values for parameter id in MetricDataQueries are not unique."
        )
    # Several statistics of one metric come from one reading.
    read = cache(partial(metricstore.by_period, connection, start=start, end=end))
    measured = {
        query["Id"]: _measured(read, account, region, query)
        for query in queries
        if "MetricStat" in query
    }
    expressions = {
        query["Id"]: _expression(query) for query in queries if "MetricStat" not in query
    }
    period = max(
        (query["MetricStat"]["Period"] for query in queries if "MetricStat" in query), default=60
    )
    periods = range(int(start // period * period), math.ceil(end), period)
    computed: dict[str, Series] = {}
    known = metricmath.Known(measured, computed, periods)
    for name in _in_order(expressions):
        with _telling(name):
            computed[name] = metricmath.evaluate(expressions[name], known)
    return {**measured, **computed}


def _expression(query: dict[str, Any]) -> str:
    if "Expression" not in query:
        raise ValidationException(
            f"The query {query['Id']} needs either a MetricStat or an Expression"
        )
    return str(query["Expression"])


def _in_order(expressions: dict[str, str]) -> list[str]:
    """The Ids, each behind those that its expression uses."""
    uses: dict[str, set[str]] = {}
    for name, expression in expressions.items():
        with _telling(name):
            uses[name] = metricmath.names(expression) & expressions.keys()
    try:
        return list(TopologicalSorter(uses).static_order())
    except CycleError as wrong:
        raise ValidationException(
            f"Error in expression {wrong.args[1][0]!r} [it uses its own result]"
        ) from None


@contextmanager
def _telling(name: str) -> Iterator[None]:
    try:
        yield
    except metricmath.InvalidExpression as wrong:
        raise ValidationException(f"Error in expression {name!r} [{wrong}]") from None


def _measured(
    read: Callable[..., dict[tuple[int, str], Summary]],
    account: str,
    region: str,
    query: dict[str, Any],
) -> Series:
    wanted = query["MetricStat"]
    statistic = check_statistic(wanted["Stat"])
    metric = metric_of(account, region, wanted["Metric"])
    period = check_period(wanted["Period"])
    summaries = read(
        metric,
        period=period,
        unit=wanted.get("Unit"),
        distributed=statistic not in STATISTICS,
    )
    parts: dict[int, list[Summary]] = {}
    for (at, _), summary in summaries.items():
        parts.setdefault(at, []).append(summary)
    values = {at: metricstore.together(each).statistic(statistic) for at, each in parts.items()}
    return {at: value for at, value in values.items() if value is not None}


def metric_of(account: str, region: str, params: dict[str, Any]) -> Metric:
    dimensions = {each["Name"]: each["Value"] for each in params.get("Dimensions", [])}
    return Metric(
        account, region, params.get("Namespace", ""), params.get("MetricName", ""), dimensions
    )


def check_statistic(name: str) -> str:
    if name in STATISTICS or _PERCENTILE.fullmatch(name):
        return name
    raise ApiError(
        f"The value {name} for parameter Stat is not supported by smkit: use one of "
        f"{', '.join(STATISTICS)} or a percentile like p99",
        code="InvalidParameterValue",
        status=400,
    )


def check_period(period: int) -> int:
    if period in (1, 5, 10, 20, 30) or (period > 0 and period % 60 == 0):
        return period
    raise ApiError(
        f"The value {period} for parameter Period is invalid: it must be 1, 5, 10, 20, 30 or a "
        "multiple of 60",
        code="InvalidParameterValue",
        status=400,
    )
