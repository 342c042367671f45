"""Metrics and alarms, as boto3 puts and gets them."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.services import metricfiles

MINUTE = datetime.now(UTC).replace(second=0, microsecond=0) - timedelta(minutes=10)


def minute(number: int) -> datetime:
    return MINUTE + timedelta(minutes=number)


def put(cloudwatch: Any, namespace: str, *data: dict[str, Any]) -> None:
    cloudwatch.put_metric_data(
        Namespace=namespace, MetricData=[{"MetricName": "loss", **each} for each in data]
    )


def statistics(cloudwatch: Any, namespace: str, **more: Any) -> list[dict[str, Any]]:
    wanted: dict[str, Any] = {
        "Namespace": namespace,
        "MetricName": "loss",
        "StartTime": minute(0),
        "EndTime": minute(10),
        "Period": 60,
        "Statistics": ["Sum", "Average", "Minimum", "Maximum", "SampleCount"],
    }
    found: list[dict[str, Any]] = cloudwatch.get_metric_statistics(**{**wanted, **more})[
        "Datapoints"
    ]
    return found


def test_statistics_by_period(cloudwatch: Any, unique: Callable[[str], str]) -> None:
    namespace = unique("Mine")
    put(
        cloudwatch,
        namespace,
        {"Timestamp": minute(0), "Value": 1.0, "Unit": "Seconds"},
        {"Timestamp": minute(0) + timedelta(seconds=30), "Value": 3.0, "Unit": "Seconds"},
        {"Timestamp": minute(1), "Value": 5.0, "Unit": "Seconds"},
    )
    first, second = statistics(cloudwatch, namespace)
    assert first == {
        "Timestamp": minute(0),
        "Unit": "Seconds",
        "Sum": 4.0,
        "Average": 2.0,
        "Minimum": 1.0,
        "Maximum": 3.0,
        "SampleCount": 2.0,
    }
    assert second["Timestamp"] == minute(1)
    hour = statistics(cloudwatch, namespace, Period=3600)
    assert sum(each["Sum"] for each in hour) == 9.0


def test_values_with_counts_have_percentiles(cloudwatch: Any, unique: Callable[[str], str]) -> None:
    namespace = unique("Mine")
    put(
        cloudwatch,
        namespace,
        {"Timestamp": minute(0), "Values": [1.0, 2.0, 100.0], "Counts": [50.0, 49.0, 1.0]},
    )
    [found] = statistics(cloudwatch, namespace, ExtendedStatistics=["p50", "p99", "p99.9"])
    assert found["SampleCount"] == 100.0
    assert found["ExtendedStatistics"] == {"p50": 1.0, "p99": 2.0, "p99.9": 100.0}


def test_units_are_not_mixed(cloudwatch: Any, unique: Callable[[str], str]) -> None:
    namespace = unique("Mine")
    put(
        cloudwatch,
        namespace,
        {"Timestamp": minute(0), "Value": 2.0, "Unit": "Seconds"},
        {"Timestamp": minute(0), "Value": 1500.0, "Unit": "Milliseconds"},
    )
    sums = {each["Unit"]: each["Sum"] for each in statistics(cloudwatch, namespace)}
    assert sums == {"Seconds": 2.0, "Milliseconds": 1500.0}


def test_counts_below_one_are_kept(cloudwatch: Any, unique: Callable[[str], str]) -> None:
    namespace = unique("Mine")
    put(cloudwatch, namespace, {"Timestamp": minute(0), "Values": [1.0, 3.0], "Counts": [0.5, 0.5]})
    [found] = statistics(cloudwatch, namespace, ExtendedStatistics=["p50", "p100"])
    assert found["ExtendedStatistics"] == {"p50": 1.0, "p100": 3.0}


def test_a_summary_of_the_clients_own(cloudwatch: Any, unique: Callable[[str], str]) -> None:
    namespace = unique("Mine")
    known = {"SampleCount": 4.0, "Sum": 10.0, "Minimum": 1.0, "Maximum": 4.0}
    put(cloudwatch, namespace, {"Timestamp": minute(0), "StatisticValues": known})
    assert statistics(cloudwatch, namespace)[0]["Average"] == 2.5


def test_a_large_body_comes_compressed(cloudwatch: Any, unique: Callable[[str], str]) -> None:
    namespace = unique("Mine")
    data = [{"Timestamp": minute(0), "Value": float(number)} for number in range(800)]
    put(cloudwatch, namespace, *data)
    assert statistics(cloudwatch, namespace)[0]["SampleCount"] == 800


def test_metrics_are_listed(cloudwatch: Any, unique: Callable[[str], str]) -> None:
    namespace = unique("Mine")
    for fold in ("1", "2"):
        put(cloudwatch, namespace, {"Value": 1.0, "Dimensions": [{"Name": "Fold", "Value": fold}]})
    listed = cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
    assert [each["Dimensions"] for each in listed] == [
        [{"Name": "Fold", "Value": "1"}],
        [{"Name": "Fold", "Value": "2"}],
    ]
    one = cloudwatch.list_metrics(
        Namespace=namespace, Dimensions=[{"Name": "Fold", "Value": "2"}], RecentlyActive="PT3H"
    )
    assert len(one["Metrics"]) == 1


def queries(namespace: str, *expressions: str) -> list[dict[str, Any]]:
    def of(name: str) -> dict[str, Any]:
        metric = {"Namespace": namespace, "MetricName": name}
        return {"Metric": metric, "Period": 60, "Stat": "Sum"}

    measured = [{"Id": name[0], "MetricStat": of(name)} for name in ("errors", "invocations")]
    return measured + [
        {"Id": f"x{number}", "Expression": each} for number, each in enumerate(expressions)
    ]


@pytest.fixture
def measured(cloudwatch: Any, unique: Callable[[str], str]) -> str:
    namespace = unique("Endpoint")
    data = [
        {"MetricName": name, "Timestamp": minute(number), "Value": value}
        for name, values in (("errors", [1.0, 0.0]), ("invocations", [4.0, 0.0]))
        for number, value in enumerate(values)
    ]
    cloudwatch.put_metric_data(Namespace=namespace, MetricData=data)
    return namespace


def test_metric_math(cloudwatch: Any, measured: str) -> None:
    found = cloudwatch.get_metric_data(
        MetricDataQueries=queries(measured, "e / i * 100", "SUM([e, i])", "FILL(x0, -1)", "1 / 0"),
        StartTime=minute(0),
        EndTime=minute(5),
        ScanBy="TimestampAscending",
    )["MetricDataResults"]
    values = {each["Id"]: each["Values"] for each in found}
    assert values == {
        "e": [1.0, 0.0],
        "i": [4.0, 0.0],
        "x0": [25.0],
        "x1": [5.0, 0.0],
        "x2": [25.0, -1.0, -1.0, -1.0, -1.0],
        "x3": [],
    }
    assert found[0]["Timestamps"] == [minute(0), minute(1)]
    assert found[0]["Label"] == "errors"


def test_expressions_use_each_other_in_any_order(cloudwatch: Any, measured: str) -> None:
    found = cloudwatch.get_metric_data(
        MetricDataQueries=queries(measured, " x1\n + 1", "e * 100", "SUM(METRICS())"),
        StartTime=minute(0),
        EndTime=minute(1),
    )["MetricDataResults"]
    values = {each["Id"]: each["Values"] for each in found}
    assert values == {"e": [1.0], "i": [4.0], "x0": [101.0], "x1": [100.0], "x2": [5.0]}


def test_metric_data_comes_in_pages(cloudwatch: Any, measured: str) -> None:
    pages = cloudwatch.get_paginator("get_metric_data").paginate(
        MetricDataQueries=queries(measured),
        StartTime=minute(0),
        EndTime=minute(5),
        MaxDatapoints=3,
    )
    values = [
        (each["Id"], value)
        for page in pages
        for each in page["MetricDataResults"]
        for value in each["Values"]
    ]
    assert values == [("e", 0.0), ("e", 1.0), ("i", 0.0), ("i", 4.0)]


@pytest.mark.parametrize(
    "expression", ["e +", "e) + (i", "unknown * 2", "x0 + 1", "__import__('os')", "e.real"]
)
def test_an_expression_that_is_not_understood(
    cloudwatch: Any, measured: str, expression: str
) -> None:
    with pytest.raises(ClientError, match="Error in expression"):
        cloudwatch.get_metric_data(
            MetricDataQueries=queries(measured, expression),
            StartTime=minute(0),
            EndTime=minute(5),
        )


@pytest.mark.parametrize(
    ("data", "code"),
    [
        ({}, "InvalidParameterCombination"),
        ({"Value": 1.0, "Values": [1.0]}, "InvalidParameterCombination"),
        ({"Values": [1.0, 2.0], "Counts": [1.0]}, "InvalidParameterValue"),
        ({"Value": 1e300}, "InvalidParameterValue"),
        ({"Value": 1.0, "Timestamp": datetime(2020, 1, 1, tzinfo=UTC)}, "InvalidParameterValue"),
    ],
)
def test_data_points_that_are_none(
    cloudwatch: Any, unique: Callable[[str], str], data: dict[str, Any], code: str
) -> None:
    with pytest.raises(ClientError) as refused:
        put(cloudwatch, unique("Mine"), data)
    assert refused.value.response["Error"]["Code"] == code


def test_what_the_edge_measured(api: Any, cloudwatch: Any, unique: Callable[[str], str]) -> None:
    endpoint = unique("endpoint")
    directory = api.home.run / "metrics"
    directory.mkdir(exist_ok=True)
    datum = {
        "namespace": "AWS/SageMaker",
        "name": "ModelLatency",
        "account": "123456789012",
        "region": "us-east-1",
        "dimensions": {"EndpointName": endpoint, "VariantName": "AllTraffic"},
        "timestamp": minute(1).timestamp(),
        "sum": 900.0,
        "count": 3,
        "min": 200.0,
        "max": 400.0,
        "unit": "Microseconds",
        "values": [200.0, 300.0, 400.0],
        "counts": [1, 1, 1],
    }
    file = directory / f"{endpoint}.json"
    file.with_suffix(".new").write_text(json.dumps([datum]))
    file.with_suffix(".new").rename(file)

    [found] = statistics(
        cloudwatch,
        "AWS/SageMaker",
        MetricName="ModelLatency",
        Dimensions=[
            {"Name": "VariantName", "Value": "AllTraffic"},
            {"Name": "EndpointName", "Value": endpoint},
        ],
        ExtendedStatistics=["p90"],
    )
    assert (found["Average"], found["Unit"]) == (300.0, "Microseconds")
    assert found["ExtendedStatistics"] == {"p90": 400.0}
    assert not file.exists()


ALARM: dict[str, Any] = {
    "MetricName": "loss",
    "Statistic": "Average",
    "Period": 60,
    "EvaluationPeriods": 2,
    "Threshold": 1.0,
    "ComparisonOperator": "GreaterThanThreshold",
}


def test_the_life_of_an_alarm(cloudwatch: Any, unique: Callable[[str], str]) -> None:
    name, namespace = unique("alarm"), unique("Mine")
    cloudwatch.put_metric_alarm(
        AlarmName=name, Namespace=namespace, AlarmDescription="first", **ALARM
    )
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["StateValue"] == "INSUFFICIENT_DATA"
    assert alarm["AlarmArn"] == f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"

    cloudwatch.set_alarm_state(AlarmName=name, StateValue="ALARM", StateReason="a drill")
    cloudwatch.disable_alarm_actions(AlarmNames=[name])
    [alarm] = cloudwatch.describe_alarms(AlarmNamePrefix=name, StateValue="ALARM")["MetricAlarms"]
    assert (alarm["StateReason"], alarm["ActionsEnabled"]) == ("a drill", False)

    cloudwatch.put_metric_alarm(AlarmName=name, Namespace=namespace, **{**ALARM, "Threshold": 2.0})
    [alarm] = cloudwatch.describe_alarms_for_metric(MetricName="loss", Namespace=namespace)[
        "MetricAlarms"
    ]
    assert alarm["Threshold"] == 2.0 and "AlarmDescription" not in alarm

    cloudwatch.delete_alarms(AlarmNames=[name])
    assert cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"] == []
    with pytest.raises(cloudwatch.exceptions.ResourceNotFound):
        cloudwatch.set_alarm_state(AlarmName=name, StateValue="OK", StateReason="x")


@pytest.mark.parametrize(
    "wrong",
    [
        {"ComparisonOperator": "LessThanLowerThreshold"},
        {"DatapointsToAlarm": 3},
        {"Period": 7},
        {"Statistic": "Average", "ExtendedStatistic": "p99"},
    ],
)
def test_an_alarm_that_cannot_be_judged(
    cloudwatch: Any, unique: Callable[[str], str], wrong: dict[str, Any]
) -> None:
    with pytest.raises(ClientError) as refused:
        cloudwatch.put_metric_alarm(AlarmName=unique("a"), Namespace="Mine", **{**ALARM, **wrong})
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def test_an_alarm_over_a_ratio_of_which_nothing_is_measured_yet(
    cloudwatch: Any, unique: Callable[[str], str]
) -> None:
    name = unique("ratio")
    asked = queries(unique("Endpoint"), "100 * SUM(e) / SUM(i)")
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        Metrics=[{**each, "ReturnData": "Expression" in each} for each in asked],
        EvaluationPeriods=1,
        Threshold=1.0,
        ComparisonOperator="GreaterThanThreshold",
    )
    [alarm] = cloudwatch.describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["StateValue"] == "INSUFFICIENT_DATA"


def test_a_malformed_file_of_metrics_is_set_aside(
    api: Any, cloudwatch: Any, unique: Callable[[str], str]
) -> None:
    namespace = unique("Mine")
    directory = api.home.run / "metrics"
    directory.mkdir(exist_ok=True)
    whole = {"namespace": namespace, "name": "loss", "timestamp": minute(1).timestamp()}
    whole |= {"sum": 1.0, "count": 1, "min": 1.0, "max": 1.0}
    wrong: list[Any] = [
        {**whole, "sum": "many"},
        {**whole, "max": float("nan")},
        {**whole, "max": 10**400},
        {**whole, "values": [1.0, 2.0], "counts": [1]},
        {**whole, "dimensions": ["x"]},
        {"name": "loss"},
        "text",
    ]
    contents = ["{", "7", "[" * 100_000, "\xff", *(json.dumps([whole, one]) for one in wrong)]
    for number, content in enumerate(contents):
        (directory / f"{number:09d}.json").write_bytes(content.encode("latin-1"))
    (directory / f"{len(contents):09d}.json").write_text(json.dumps([whole]))

    put(cloudwatch, namespace, {"Value": 2.0})
    listed = cloudwatch.list_metrics(Namespace=namespace)["Metrics"]
    assert "loss" in {metric["MetricName"] for metric in listed}
    [found] = statistics(cloudwatch, namespace, MetricName="loss", Statistics=["SampleCount"])
    assert found["SampleCount"] == 1.0
    assert not list(directory.glob("*.json"))
    assert (directory / metricfiles.ASIDE).read_text() == contents[-1]
