"""How an alarm's state follows from its metric, on a clock that the test moves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine

from jupyter_smkit.config import Home
from jupyter_smkit.services import metricstore
from jupyter_smkit.services.alarms import KIND, judge, judge_all
from jupyter_smkit.services.metricstore import Metric, single
from jupyter_smkit.state.records import Record, State
from jupyter_smkit.state.schema import metadata

NOW = 1_000_000 * 60.0


@dataclass
class Bench:
    state: State

    def alarm(self, **more: Any) -> Record:
        request = {
            "Namespace": "Mine",
            "MetricName": "loss",
            "Statistic": "Maximum",
            "Period": 60,
            "EvaluationPeriods": 3,
            "Threshold": 10.0,
            "ComparisonOperator": "GreaterThanThreshold",
            **more,
        }
        record = Record(
            "123456789012", "us-east-1", KIND, "a", "arn", "INSUFFICIENT_DATA", request,
            {"StateUpdated": 0.0}, 0.0, 0.0, name="a",
        )  # fmt: skip
        with self.state.begin() as transaction:
            return transaction.create(record)

    def put(self, *values: float | None) -> None:
        """A value for each of the minutes before now, the last one last."""
        metric = Metric("123456789012", "us-east-1", "Mine", "loss", {})
        with self.state.begin() as transaction:
            for ago, value in enumerate(reversed(values), 1):
                if value is not None:
                    at = NOW - ago * 60
                    metricstore.add(transaction.connection, metric, at, "None", single(value))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    engine = create_engine(f"sqlite:///{tmp_path}/state.db")
    metadata.create_all(engine)
    yield Bench(State(engine, lambda: NOW))
    engine.dispose()


@pytest.mark.parametrize(
    ("values", "more", "status"),
    [
        ((11, 12, 13), {}, "ALARM"),
        ((11, 12, 9), {}, "OK"),
        ((11, 9, 13), {"DatapointsToAlarm": 2}, "ALARM"),
        ((11, 12, None), {"TreatMissingData": "breaching"}, "ALARM"),
        ((None, None, 12), {"TreatMissingData": "notBreaching"}, "OK"),
        ((11, None), {"EvaluationPeriods": 1}, "ALARM"),
        ((11, None, None), {"EvaluationPeriods": 1}, "ALARM"),
        ((11, None, None, None), {"EvaluationPeriods": 1}, "INSUFFICIENT_DATA"),
        ((11, 12, 13, None), {}, "ALARM"),
        ((None, None, None), {"TreatMissingData": "notBreaching"}, "OK"),
        ((None, None, None), {"TreatMissingData": "breaching"}, "ALARM"),
        ((None, None, None), {}, "INSUFFICIENT_DATA"),
        ((99, 1, 2, 3), {"ComparisonOperator": "LessThanThreshold"}, "ALARM"),
    ],
)
def test_the_last_periods_decide(
    bench: Bench, values: tuple[float, ...], more: dict[str, Any], status: str
) -> None:
    bench.put(*values)
    assert judge(bench.state, bench.alarm(**more), NOW).status == status


def test_a_state_set_by_hand_holds_for_a_period(bench: Bench) -> None:
    bench.put(1, 1, 1)
    alarm = bench.alarm()
    held = replace(alarm, observed={"StateUpdated": NOW - 30})
    assert judge(bench.state, held, NOW) is held
    assert judge(bench.state, alarm, NOW).status == "OK"


def test_an_alarm_over_metric_math(bench: Bench) -> None:
    bench.put(4, 4, 4)
    metric = {"Metric": {"Namespace": "Mine", "MetricName": "loss"}, "Period": 60, "Stat": "Sum"}
    queries = [
        {"Id": "m", "MetricStat": metric, "ReturnData": False},
        {"Id": "x", "Expression": "m * 3"},
    ]
    alarm = bench.alarm(Metrics=queries, Period=None)
    judged = judge(bench.state, alarm, NOW)
    assert judged.status == "ALARM"
    assert judged.observed["StateReason"].startswith("Threshold Crossed: 3 of the last 3")


def test_a_ratio_that_cannot_be_computed_has_no_value(bench: Bench) -> None:
    bench.put(0, 0, 0)
    metric = {"Metric": {"Namespace": "Mine", "MetricName": "loss"}, "Period": 60, "Stat": "Sum"}
    queries = [
        {"Id": "m", "MetricStat": metric, "ReturnData": False},
        {"Id": "x", "Expression": "100 * SUM(m) / SUM(m)"},
    ]
    alarm = bench.alarm(Metrics=queries, Period=None)
    assert judge(bench.state, alarm, NOW).status == "INSUFFICIENT_DATA"


def test_a_change_is_an_event_although_nobody_asks(bench: Bench, tmp_path: Path) -> None:
    bench.alarm()
    bench.put(11, 12, 13)
    judge_all(Home(tmp_path / "home"), bench.state)
    assert [(each.type, each.status) for each in bench.state.events(after=1)] == [
        ("changed", "ALARM")
    ]
