"""What a filter of Search holds for."""

from __future__ import annotations

import time
from typing import Any

import pytest

from jupyter_smkit.api.search import matches

JOB = {
    "TrainingJobName": "1e3",
    "CreationTime": 1_700_000_000.0,  # 2023-11-14T22:13:20 in UTC
    "HyperParameters": {"rate": "1e-3", "epochs": "10", "a.b": "c"},
    "FinalMetricDataList": [{"MetricName": "valid.accuracy", "Value": 0.93}],
    "Tags": [{"Key": "team/x.y", "Value": "red"}],
    "InputDataConfig": [
        {"ChannelName": "train", "DataSource": {"S3DataSource": {"S3Uri": "s3://a"}}},
        {"ChannelName": "test", "DataSource": {"S3DataSource": {"S3Uri": "s3://b"}}},
    ],
}


def holds(name: str, operator: str, value: str) -> bool:
    return matches({"Filters": [{"Name": name, "Operator": operator, "Value": value}]}, JOB)


@pytest.mark.parametrize(
    ("name", "operator", "value", "expected"),
    [
        ("HyperParameters.rate", "LessThan", "0.5", True),
        ("HyperParameters.epochs", "GreaterThan", "9", True),
        ("HyperParameters.epochs", "GreaterThan", "10", False),
        ("HyperParameters.a.b", "Equals", "c", True),
        ("Metrics.valid.accuracy", "GreaterThan", "0.9", True),
        ("Metrics.other", "GreaterThan", "0.9", False),
        ("Tags.team/x.y", "Equals", "red", True),
        ("TrainingJobName", "Equals", "1000", False),
        ("InputDataConfig.DataSource.S3DataSource.S3Uri", "Contains", "s3://b", True),
        ("InputDataConfig.DataSource.S3DataSource.S3Uri", "Contains", "s3://c", False),
    ],
)
def test_a_filter(name: str, operator: str, value: str, expected: bool) -> None:
    assert holds(name, operator, value) is expected


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Asia/Tokyo"])
def test_a_time_without_a_zone_is_in_utc(monkeypatch: Any, zone: str) -> None:
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        assert holds("CreationTime", "GreaterThan", "2023-11-14T22:13:00")
        assert holds("CreationTime", "LessThan", "2023-11-14T22:14:00")
        assert holds("CreationTime", "GreaterThan", "2023-11-14T23:13:00+01:00")
    finally:
        monkeypatch.undo()
        time.tzset()
