"""CloudWatch alarms: records whose state is judged anew, from the metrics, each minute and when it is read.

Their actions (SNS, Auto Scaling, …) are recorded and have no effect here.
"""

from __future__ import annotations

import operator
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jupyter_smkit.api.errors import ApiError, ValidationException
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.config import Home
from jupyter_smkit.services import metricfiles, metricqueries
from jupyter_smkit.services.paging import page
from jupyter_smkit.state.records import Record, Stale, State, Transaction
from jupyter_smkit.state.schema import records

KIND = "MetricAlarm"
_OK, _ALARM, _UNKNOWN = "OK", "ALARM", "INSUFFICIENT_DATA"
_PAGE = 50
_LATE = 2
"""Periods before the evaluated ones whose data points stand in for such as are missing: the last
minute's may come a moment after it."""
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "GreaterThanOrEqualToThreshold": operator.ge,
    "GreaterThanThreshold": operator.gt,
    "LessThanThreshold": operator.lt,
    "LessThanOrEqualToThreshold": operator.le,
}


class NotFound(ApiError):
    code, status = "ResourceNotFound", 404


def put_metric_alarm(call: Call) -> Params:
    params = call.params
    _check(params)
    name = params["AlarmName"]
    with call.state.begin() as transaction:
        if queries := params.get("Metrics"):
            metricqueries.evaluate(transaction.connection, call.account, call.region, queries, 0, 0)
        found = transaction.get(call.account, call.region, KIND, name)
        if found is not None:
            # A member that is None counts as left out: see _request.
            replaced = {**dict.fromkeys(found.request), **params}
            observed = {"ConfigurationUpdated": call.now}
            transaction.change(found, request=replaced, observed=observed)
            return {}
        initial = {
            "StateReason": "Unchecked: Initial alarm creation",
            "StateUpdated": call.now,
            "ConfigurationUpdated": call.now,
        }
        arn = call.arn(f"alarm:{name}", "cloudwatch")
        tags = {each["Key"]: each["Value"] for each in params.get("Tags", [])}
        at = call.now
        transaction.create(
            Record(call.account, call.region, KIND, name, arn, _UNKNOWN, params, initial, at, at),
            tags,
        )
    return {}


def _check(params: Params) -> None:
    comparison = params.get("ComparisonOperator")
    if comparison not in _COMPARISONS or "Threshold" not in params:
        raise ValidationException(
            f"An alarm needs a Threshold and one of {', '.join(_COMPARISONS)}; "
            f"{comparison}: not supported by smkit yet"
        )
    periods = params.get("EvaluationPeriods", 0)
    if periods < 1 or params.get("DatapointsToAlarm", periods) > periods:
        raise ValidationException(
            "EvaluationPeriods must be at least 1, and DatapointsToAlarm no more than it"
        )
    if "Metrics" in params:
        if sum(query.get("ReturnData", True) for query in params["Metrics"]) != 1:
            raise ValidationException("Exactly one element of the metrics list should return data.")
        return
    missing = [name for name in ("MetricName", "Namespace", "Period") if name not in params]
    if missing or ("Statistic" in params) == ("ExtendedStatistic" in params):
        raise ValidationException(
            "An alarm needs MetricName, Namespace, Period and either Statistic or "
            "ExtendedStatistic, or else Metrics"
        )
    metricqueries.check_statistic(params.get("Statistic") or params["ExtendedStatistic"])
    metricqueries.check_period(params["Period"])


def describe_alarms(call: Call) -> Params:
    params = call.params
    if "MetricAlarm" not in params.get("AlarmTypes", ["MetricAlarm"]):
        return {"MetricAlarms": [], "CompositeAlarms": []}
    wanted = set(params.get("AlarmNames", []))
    prefix, action = params.get("AlarmNamePrefix", ""), params.get("ActionPrefix", "")
    found = [
        alarm
        for alarm in _all(call)
        if (not wanted or alarm.key in wanted)
        and alarm.key.startswith(prefix)
        and params.get("StateValue", alarm.status) == alarm.status
        and any(each.startswith(action) for each in (*_actions(alarm), *([] if action else [""])))
    ]
    listed, token = page(
        found, lambda each: each.key, params.get("NextToken"), params.get("MaxRecords", _PAGE)
    )
    return {
        "MetricAlarms": [_described(each) for each in listed],
        "CompositeAlarms": [],
        "NextToken": token,
    }


def describe_alarms_for_metric(call: Call) -> Params:
    params = call.params
    plain = ("MetricName", "Namespace", "Statistic", "ExtendedStatistic", "Period", "Unit")
    found = [
        alarm
        for alarm in _all(call)
        if all(
            params.get(name, alarm.request.get(name)) == alarm.request.get(name) for name in plain
        )
        and _dimensions(params) == _dimensions(alarm.request)
    ]
    return {"MetricAlarms": [_described(each) for each in found]}


def delete_alarms(call: Call) -> Params:
    with call.state.begin() as transaction:
        for name in call.params["AlarmNames"]:
            transaction.delete(_alarm(call, transaction, name))
    return {}


def set_alarm_state(call: Call) -> Params:
    """Holds until the alarm's next period, when its state is judged anew."""
    params = call.params
    observed = {
        "StateReason": params["StateReason"],
        "StateReasonData": params.get("StateReasonData"),
        "StateUpdated": call.now,
    }
    with call.state.begin() as transaction:
        found = _alarm(call, transaction, params["AlarmName"])
        transaction.change(found, status=params["StateValue"], observed=observed)
    return {}


def enable_alarm_actions(call: Call) -> Params:
    return _enable(call, True)


def disable_alarm_actions(call: Call) -> Params:
    return _enable(call, False)


def _enable(call: Call, enabled: bool) -> Params:
    with call.state.begin() as transaction:
        for name in call.params["AlarmNames"]:
            if found := transaction.get(call.account, call.region, KIND, name):
                transaction.change(found, request={"ActionsEnabled": enabled})
    return {}


def judge_all(home: Home, state: State) -> None:
    """Of every account, so that a change is an event although nobody asks."""
    with state.read() as transaction:
        found = transaction.where(records.c.kind == KIND)
    if found:
        metricfiles.take_in(home, state)
    for alarm in found:
        with suppress(Stale):
            judge(state, alarm, state.clock())


def judge(state: State, alarm: Record, now: float) -> Record:
    """The alarm with the state that its metrics give it; one just changed rests for a period."""
    period = _period(_request(alarm))
    if now - alarm.observed["StateUpdated"] < period:
        return alarm
    periods = alarm.request["EvaluationPeriods"]
    end = now // period * period
    values = _values(state, alarm, end - (periods + _LATE) * period, end)
    status, reason = _judged(alarm, values[-periods:])
    if status == alarm.status:
        return alarm
    observed = {"StateReason": reason, "StateReasonData": None, "StateUpdated": now}
    return state.change(alarm, status=status, observed=observed)


def _judged(alarm: Record, values: list[float]) -> tuple[str, str]:
    request = _request(alarm)
    periods: int = request["EvaluationPeriods"]
    needed: int = request.get("DatapointsToAlarm", periods)
    compare = _COMPARISONS[request["ComparisonOperator"]]
    breaching = sum(compare(value, request["Threshold"]) for value in values)
    missing = periods - len(values)
    treat = request.get("TreatMissingData", "missing")
    if treat == "breaching":
        breaching += missing
    if breaching >= needed:
        return _ALARM, _reason("Threshold Crossed", breaching, alarm)
    if values or treat in ("breaching", "notBreaching"):
        return _OK, _reason("Threshold Not Crossed", breaching, alarm)
    if treat == "ignore":
        return alarm.status, ""
    return _UNKNOWN, "Insufficient Data: no datapoints were received in the evaluated periods."


def _reason(said: str, breaching: int, alarm: Record) -> str:
    return (
        f"{said}: {breaching} of the last {alarm.request['EvaluationPeriods']} datapoints "
        f"({alarm.request['ComparisonOperator']} {alarm.request['Threshold']})."
    )


def _values(state: State, alarm: Record, start: float, end: float) -> list[float]:
    request = _request(alarm)
    queries: list[dict[str, Any]] = request.get("Metrics") or [
        {
            "Id": "m",
            "MetricStat": {
                "Metric": {
                    "Namespace": request["Namespace"],
                    "MetricName": request["MetricName"],
                    "Dimensions": request.get("Dimensions", []),
                },
                "Period": request["Period"],
                "Stat": request.get("Statistic") or request["ExtendedStatistic"],
                **({"Unit": request["Unit"]} if request.get("Unit") else {}),
            },
        }
    ]
    shown = next(query["Id"] for query in queries if query.get("ReturnData", True))
    with state.read() as transaction:
        found = metricqueries.evaluate(
            transaction.connection, alarm.account, alarm.region, queries, start, end
        )
    return [value for _, value in sorted(found[shown].items())]


def _period(request: Params) -> int:
    if request.get("Period"):
        return int(request["Period"])
    stated = (query.get("MetricStat", query).get("Period") for query in request["Metrics"])
    return max((each for each in stated if each), default=60)


def _all(call: Call) -> list[Record]:
    metricfiles.take_in(call.home, call.state)
    with call.state.read() as transaction:
        found = transaction.where(
            records.c.account == call.account,
            records.c.region == call.region,
            records.c.kind == KIND,
        )
    judged = (judge(call.state, alarm, call.now) for alarm in found)
    return sorted(judged, key=lambda alarm: alarm.key)


def _alarm(call: Call, transaction: Transaction, name: str) -> Record:
    found = transaction.get(call.account, call.region, KIND, name)
    if found is None:
        raise NotFound(f"There is no alarm with the name {name}")
    return found


def _actions(alarm: Record) -> list[str]:
    names = ("OKActions", "AlarmActions", "InsufficientDataActions")
    return [each for name in names for each in alarm.request.get(name) or []]


def _dimensions(params: Params) -> dict[str, str]:
    return {each["Name"]: each["Value"] for each in params.get("Dimensions") or []}


def _request(alarm: Record) -> Params:
    return {name: value for name, value in alarm.request.items() if value is not None}


def _described(alarm: Record) -> Params:
    request = _request(alarm)
    return {
        "ActionsEnabled": True,
        "OKActions": [],
        "AlarmActions": [],
        "InsufficientDataActions": [],
        "Dimensions": [],
        **request,
        "AlarmArn": alarm.arn,
        "StateValue": alarm.status,
        "StateReason": alarm.observed.get("StateReason"),
        "StateReasonData": alarm.observed.get("StateReasonData"),
        "StateUpdatedTimestamp": alarm.observed["StateUpdated"],
        "AlarmConfigurationUpdatedTimestamp": alarm.observed["ConfigurationUpdated"],
    }


def register(api: Registry) -> None:
    operations: tuple[Any, ...] = (
        put_metric_alarm,
        describe_alarms,
        describe_alarms_for_metric,
        delete_alarms,
        set_alarm_state,
        enable_alarm_actions,
        disable_alarm_actions,
    )
    for each in operations:
        name = "".join(word.capitalize() for word in each.__name__.split("_"))
        api.operation("cloudwatch", name)(each)
