"""The experiment that Autopilot keeps of a job: for each candidate a trial of one component."""

from __future__ import annotations

import hashlib
import json
import logging
import re
from collections.abc import Mapping
from typing import Any

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.automl.candidates import prefix
from jupyter_smkit.control.context import Context
from jupyter_smkit.state.records import Json, Record

log = logging.getLogger("smkit.automl")
_MESSAGE = 1024
"""Characters of a component's status message that the service model allows."""


def name_of(record: Record) -> str:
    return f"{record.key}-aws-auto-ml-job"


def begin(context: Context, record: Record) -> None:
    """Has the experiment made; nothing waits for it."""
    context.apart(record, "CreateExperiment", lambda: _make_experiment(context, record))


def _make_experiment(context: Context, record: Record) -> None:
    """What hinders it is logged, and does not hinder the job."""
    try:
        context.make(record, "CreateExperiment", ExperimentName=name_of(record))
    except (ApiError, OSError) as error:
        log.warning("AutoML job %s has no experiment: %s", record.key, error)


def follow(
    context: Context, record: Record, report: Mapping[str, Any], *, over: bool = False
) -> Json | None:
    """Tells the experiment what is new of the candidates, and answers what the record is to keep
    of that; None while it is told. ``over``: the program has ended."""
    known: dict[str, str] = dict(record.observed.get("_experiment") or {})
    news = {}
    for candidate in report.get("candidates", ()):
        component = described(record, candidate, over=over)
        measured = metrics(record, candidate)
        digest = hashlib.sha256(json.dumps([component, measured]).encode()).hexdigest()[:12]
        if known.get(candidate["name"]) != digest:
            news[candidate["name"]] = digest, component, measured
    if news:
        told = context.apart(record, "UpdateTrials", lambda: _tell(context, record, news, known))
        if told is None:
            return None
        known |= told.result or {}
    return {"_experiment": known} if known else {}


def _tell(
    context: Context, record: Record, news: Mapping[str, Any], known: Mapping[str, str]
) -> dict[str, str]:
    """The candidates that need not be told of again, with what was told."""
    settled = {}
    for name, (digest, component, measured) in news.items():
        try:
            if name not in known:
                _make_trial(context, record, name)
            context.call(record, "UpdateTrialComponent", **component)
            _measure(context, record, component["TrialComponentName"], measured)
        except (ApiError, OSError) as error:
            log.warning("AutoML job %s: no trial of %s: %s", record.key, name, error)
            # Whoever has deleted the experiment is not asked again; a smkit that starts is.
            if not isinstance(error, ApiError) or error.status >= 500:
                continue
        settled[name] = digest
    return settled


def described(record: Record, candidate: Mapping[str, Any], *, over: bool) -> Json:
    """A candidate as UpdateTrialComponent takes it, named as those of training jobs are."""
    status, reason = candidate["status"], candidate["failure"]
    if over and status == "InProgress":
        status = "Stopped"
    numbers = {name: candidate[name] for name in ("fit_seconds", "latency_seconds")}
    found: Json = {
        "TrialComponentName": f"{_stem(record, candidate['name'])}-aws-training-job",
        "DisplayName": candidate["name"],
        "Status": {
            "PrimaryStatus": status,
            **({"Message": reason[:_MESSAGE]} if reason else {}),
        },
        "StartTime": candidate["created"],
        "Parameters": {
            "algorithm": {"StringValue": candidate["algorithm"]},
            **{
                name: {"NumberValue": value} for name, value in numbers.items() if value is not None
            },
        },
        "InputArtifacts": {
            channel.get("ChannelType", "training"): {
                "Value": channel["DataSource"]["S3DataSource"]["S3Uri"]
            }
            for channel in record.request["AutoMLJobInputDataConfig"]
        },
    }
    if candidate["ended"]:
        found["EndTime"] = candidate["ended"]
    if over and candidate["model"]:
        model = {"Value": f"{prefix(record)}/{candidate['model']}"}
        found["OutputArtifacts"] = {"SageMaker.ModelArtifact": model}
    return found


def metrics(record: Record, candidate: Mapping[str, Any]) -> list[Json]:
    """What was measured of a candidate, as DescribeTrialComponent shows metrics."""
    at = candidate["ended"] or candidate["created"]
    return [
        {
            "MetricName": f"{each['set'].lower()}:{each['name']}",
            "SourceArn": record.arn,
            "TimeStamp": at,
            **dict.fromkeys(("Min", "Max", "Avg", "Last"), each["value"]),
            "StdDev": 0.0,
            "Count": 1,
        }
        for each in candidate["metrics"]
        if each["value"] is not None
    ]


def _stem(record: Record, candidate: str) -> str:
    return f"{record.key}-{re.sub('[^a-zA-Z0-9]+', '-', candidate).strip('-')[:60]}"


def _make_trial(context: Context, record: Record, candidate: str) -> None:
    stem, experiment = _stem(record, candidate), name_of(record)
    trial, component = f"{stem}-aws-trial", f"{stem}-aws-training-job"
    context.make(record, "CreateExperiment", ExperimentName=experiment)
    names = {"TrialName": trial, "ExperimentName": experiment}
    context.make(record, "CreateTrial", **names, DisplayName=candidate)
    context.make(record, "CreateTrialComponent", TrialComponentName=component)
    context.call(record, "AssociateTrialComponent", TrialName=trial, TrialComponentName=component)


def _measure(context: Context, record: Record, component: str, measured: list[Json]) -> None:
    """No operation sets a component's metrics: SageMaker takes them from the job, as this does."""
    state = context.state
    found = state.get(record.account, record.region, "TrialComponent", component)
    if found is not None and measured:
        state.change(found, observed={"Metrics": measured})
