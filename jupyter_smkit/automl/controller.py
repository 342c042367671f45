"""What the daemon does for AutoML jobs: one after the other, followed to an endpoint."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_smkit.automl import experiment
from jupyter_smkit.automl.candidates import prefix
from jupyter_smkit.automl.deployment import deploy, endpoint_name
from jupyter_smkit.automl.launching import completion, launch
from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.control.admission import Needs
from jupyter_smkit.control.context import Context
from jupyter_smkit.control.launches import follow_launch, launch_id
from jupyter_smkit.state.records import Json, Record

_FINAL = frozenset(
    {
        *("Completed", "Failed", "Stopped", "CandidateDefinitionsGenerated"),
        *("MaxCandidatesReached", "MaxAutoMLJobRuntimeReached"),
        *("ExplainabilityError", "ModelInsightsError", "ModelDeploymentError"),
    }
)
_REASONS, _REASON = 5, 1024
"""PartialFailureReasons, and characters of each, that the service model allows."""


def reconcile(context: Context, record: Record) -> None:
    if record.observed.get("_uploaded"):
        follow_deployment(context, record)
    else:
        follow_training(context, record)


def follow_training(context: Context, record: Record) -> None:
    """One AutoML job trains at a time on a machine: its limits are in wall-clock time."""

    def launched(record: Record) -> Launch:
        experiment.begin(context, record)
        return launch(record)

    def observed(seen: Observation) -> Json:
        told = experiment.follow(context, record, seen.report)
        return facts(record, seen) | (told or {})

    follow_launch(
        context,
        record,
        launched,
        # It uses what is left of the machine: asked for as one core, it waits for no other job.
        Needs(cores=1, alone="AutoML"),
        observed,
        lambda seen: finish(context, record, seen),
    )


def finish(context: Context, record: Record, seen: Observation) -> None:
    """The program has ended and what it left is uploaded."""
    report = seen.report
    # Of a program that was lost while it was to stop, nothing newer is known.
    last = report or record.observed.get("_report", {})
    told = experiment.follow(context, record, last, over=True)
    if told is None:
        return
    observed: Json = {**facts(record, seen), **told, "_uploaded": True}
    trained = report.get("best") is not None
    if seen.outcome == "Failed" or (seen.outcome == "MaxRuntimeExceeded" and not trained):
        reason = report.get("failure") or seen.reason or "The job ran out of time"
        observed["FailureReason"] = reason[:_REASON]
        end(context, record, "Failed", "Failed", observed)
        return
    if record.status == "Stopping" or seen.outcome == "Stopped":
        end(context, record, "Stopped", "Stopped", observed)
        return
    outcome = str(report.get("secondary_status", "Completed"))
    if seen.outcome == "MaxRuntimeExceeded":
        outcome = "MaxAutoMLJobRuntimeReached"
    observed["AutoMLJobArtifacts"] = {
        name: f"{prefix(record)}/{place}" for name, place in report.get("artifacts", {}).items()
    }
    if trained and "ModelDeployConfig" in record.request:
        observed |= {"AutoMLJobSecondaryStatus": "DeployingModel", "_outcome": outcome}
        context.state.change(record, observed=observed)
        return
    end(context, record, "Completed", outcome, observed)


def follow_deployment(context: Context, record: Record) -> None:
    if record.status == "Stopping":
        end(context, record, "Stopped", "Stopped")
        return
    answer = deploy(context, record)
    if answer is None:
        return
    outcome, failure = answer
    if failure is None:
        result = {"ModelDeployResult": {"EndpointName": endpoint_name(record)}}
        end(context, record, "Completed", record.observed["_outcome"], result)
        return
    reasons = record.observed.get("PartialFailureReasons") or []
    partial = [*reasons[: _REASONS - 1], {"PartialFailureMessage": failure[:_REASON]}]
    end(context, record, "Completed", outcome, {"PartialFailureReasons": partial})


def end(
    context: Context,
    record: Record,
    status: str,
    secondary: str,
    observed: Json | None = None,
) -> None:
    facts = {
        **(observed or {}),
        "AutoMLJobSecondaryStatus": secondary,
        "EndTime": context.clock(),
    }
    context.state.change(record, status=status, observed=facts)
    context.executor.forget(launch_id(record))


def facts(record: Record, seen: Observation) -> Json:
    """Members of Describe that follow from what the trainer has reported so far."""
    report: Mapping[str, Any] = seen.report
    found: Json = {"_phase": seen.phase, "_level": seen.level}
    if not report:
        return found
    found["_report"] = dict(report)
    secondary = report["secondary_status"]
    if record.status == "InProgress" and secondary not in _FINAL:
        found["AutoMLJobSecondaryStatus"] = secondary
    if report["warnings"]:
        found["PartialFailureReasons"] = [
            {"PartialFailureMessage": warning[:_REASON]}
            for warning in report["warnings"][:_REASONS]
        ]
    if report["problem_type"]:
        found["ResolvedAttributes"] = {
            "AutoMLJobObjective": {"MetricName": report["objective"]},
            "ProblemType": report["problem_type"],
            "CompletionCriteria": completion(record.request),
        }
    return found


RECONCILERS = {"AutoMLJob": reconcile}
