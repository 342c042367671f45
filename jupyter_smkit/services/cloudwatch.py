"""CloudWatch's metrics: what programs put, and what the edge measured of endpoints."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.api.numbers import whole
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.services import alarms, metricfiles, metricqueries, metricstore
from jupyter_smkit.services.metricstore import Metric, Summary
from jupyter_smkit.services.paging import page

_PAST, _FUTURE = 14 * 24 * 3600, 2 * 3600
"""Seconds around now outside which AWS takes no data point."""
_LARGEST = 2.0**360
_RECENT = 3 * 3600
_METRICS = 500
_DATAPOINTS = 1440
_MAX_DATAPOINTS = 100_800


def put_metric_data(call: Call) -> Params:
    namespace = call.params["Namespace"]
    if namespace.startswith("AWS/"):
        raise _invalid(f"The value {namespace} for parameter Namespace is invalid.")
    data = [*call.params.get("MetricData", [])]
    for entity in call.params.get("EntityMetricData", []):
        data += entity.get("MetricData", [])
    if not data:
        raise ApiError("The parameter MetricData is required.", code="MissingParameter", status=400)
    points = [_point(call, index, datum) for index, datum in enumerate(data, 1)]
    with call.state.begin() as transaction:
        for metric, at, unit, summary in points:
            metricstore.add(transaction.connection, metric, at, unit, summary)
    return {}


def _point(call: Call, index: int, datum: Params) -> tuple[Metric, float, str, Summary]:
    where = f"MetricData.member.{index}"
    at = datum["Timestamp"].timestamp() if "Timestamp" in datum else call.now
    if not call.now - _PAST <= at <= call.now + _FUTURE:
        raise _invalid(
            f"The parameter {where}.Timestamp must not be more than two weeks in the past or two "
            "hours in the future."
        )
    metric = metricqueries.metric_of(
        call.account, call.region, {**datum, "Namespace": call.params["Namespace"]}
    )
    return metric, at, datum.get("Unit", "None"), _summary(datum, where)


def _summary(datum: Params, where: str) -> Summary:
    given = [name for name in ("Value", "StatisticValues", "Values") if name in datum]
    if len(given) != 1:
        raise ApiError(
            f"The parameters {where}.Value, {where}.StatisticValues and {where}.Values are "
            "mutually exclusive, and one of them must be specified.",
            code="InvalidParameterCombination",
            status=400,
        )
    numbers = [*datum.get("Values", []), *datum.get("Counts", [])]
    numbers += datum.get("StatisticValues", {}).values()
    if any(abs(each) > _LARGEST for each in (*numbers, datum.get("Value", 0))):
        raise _invalid(f"A value for parameter {where} is beyond 2^360.")
    if "Value" in datum:
        return metricstore.single(datum["Value"])
    if "StatisticValues" in datum:
        known = datum["StatisticValues"]
        return Summary(known["Sum"], known["SampleCount"], known["Minimum"], known["Maximum"])
    values = datum["Values"]
    counts = datum.get("Counts", [1.0] * len(values))
    if not values or len(counts) != len(values) or min(counts) <= 0:
        raise _invalid(
            f"The parameters {where}.Values and {where}.Counts must be of the same size, not "
            "empty, and each count above 0."
        )
    return metricstore.of_values(values, counts)


def get_metric_statistics(call: Call) -> Params:
    params = call.params
    period = metricqueries.check_period(params["Period"])
    start, end = _span(params)
    plain = params.get("Statistics", [])
    extended = [
        metricqueries.check_statistic(each) for each in params.get("ExtendedStatistics", [])
    ]
    if not plain and not extended:
        raise ApiError(
            "At least one of the parameters Statistics and ExtendedStatistics must be specified.",
            code="InvalidParameterCombination",
            status=400,
        )
    asked = int((end - start) // period)
    if asked > _DATAPOINTS:
        raise ApiError(
            f"You have requested up to {asked:,} datapoints, which exceeds the limit of "
            f"{_DATAPOINTS:,}. You may reduce the datapoints requested by increasing Period, or "
            "decreasing the time range.",
            code="InvalidParameterCombination",
            status=400,
        )
    metricfiles.take_in(call.home, call.state)
    metric = metricqueries.metric_of(call.account, call.region, params)
    with call.state.read() as transaction:
        found = metricstore.by_period(
            transaction.connection,
            metric,
            start,
            end,
            period,
            params.get("Unit"),
            distributed=bool(extended),
        )
    return {
        "Label": params["MetricName"],
        "Datapoints": [
            {
                "Timestamp": at,
                "Unit": unit,
                **{name: summary.statistic(name) for name in plain},
                "ExtendedStatistics": {name: summary.statistic(name) for name in extended} or None,
            }
            for (at, unit), summary in found.items()
        ],
    }


def get_metric_data(call: Call) -> Params:
    params = call.params
    start, end = _span(params)
    queries = params["MetricDataQueries"]
    metricfiles.take_in(call.home, call.state)
    with call.state.read() as transaction:
        found = metricqueries.evaluate(
            transaction.connection, call.account, call.region, queries, start, end
        )
    descending = params.get("ScanBy", "TimestampDescending") == "TimestampDescending"
    shown = [query for query in queries if query.get("ReturnData", True)]
    values = {
        query["Id"]: sorted(found[query["Id"]].items(), reverse=descending) for query in shown
    }
    skipped = _skipped(params.get("NextToken"))
    room = params.get("MaxDatapoints", _MAX_DATAPOINTS)
    results = []
    for query in shown:
        here = values[query["Id"]][skipped:]
        skipped = max(0, skipped - len(values[query["Id"]]))
        taken, room = here[:room], room - len(here[:room])
        results.append(
            {
                "Id": query["Id"],
                "Label": query.get("Label") or _label(query),
                "Timestamps": [at for at, _ in taken],
                "Values": [value for _, value in taken],
                "StatusCode": "Complete" if len(taken) == len(here) else "PartialData",
            }
        )
    total = sum(map(len, values.values()))
    seen = _skipped(params.get("NextToken")) + sum(len(each["Values"]) for each in results)
    return {
        "MetricDataResults": results,
        "Messages": [],
        "NextToken": str(seen) if seen < total else None,
    }


def _label(query: Params) -> str:
    if "MetricStat" in query:
        return str(query["MetricStat"]["Metric"].get("MetricName", query["Id"]))
    return str(query["Id"])


def _skipped(token: str | None) -> int:
    if token is None:
        return 0
    skipped = whole(token)
    if skipped is None:
        raise ApiError("The NextToken is invalid.", code="InvalidNextToken", status=400)
    return skipped


def list_metrics(call: Call) -> Params:
    params = call.params
    metricfiles.take_in(call.home, call.state)
    since = call.now - _RECENT if "RecentlyActive" in params else None
    with call.state.read() as transaction:
        found = metricstore.find(
            transaction.connection,
            call.account,
            call.region,
            params.get("Namespace"),
            params.get("MetricName"),
            since,
        )
    wanted = params.get("Dimensions", [])
    kept = (metric for metric in found if _has(metric, wanted))
    listed, token = page(sorted(kept, key=_order), _order, params.get("NextToken"), _METRICS)
    return {
        "Metrics": [
            {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": list(_dimensions(metric)),
            }
            for metric in listed
        ],
        "NextToken": token,
    }


def _order(metric: Metric) -> str:
    return "\n".join((metric.namespace, metric.name, metric.dimensions_text))


def _has(metric: Metric, wanted: list[Params]) -> bool:
    return all(
        each["Name"] in metric.dimensions
        and each.get("Value", metric.dimensions[each["Name"]]) == metric.dimensions[each["Name"]]
        for each in wanted
    )


def _dimensions(metric: Metric) -> Iterator[Params]:
    return ({"Name": name, "Value": value} for name, value in sorted(metric.dimensions.items()))


def _span(params: Params) -> tuple[float, float]:
    start: datetime = params["StartTime"]
    end: datetime = params["EndTime"]
    if start >= end:
        raise _invalid("The parameter StartTime must be less than the parameter EndTime.")
    return start.timestamp(), end.timestamp()


def _invalid(message: str) -> ApiError:
    return ApiError(message, code="InvalidParameterValue", status=400)


def register(api: Registry) -> None:
    operations: tuple[Any, ...] = (
        put_metric_data,
        get_metric_statistics,
        get_metric_data,
        list_metrics,
    )
    for each in operations:
        name = "".join(word.capitalize() for word in each.__name__.split("_"))
        api.operation("cloudwatch", name)(each)
    alarms.register(api)
