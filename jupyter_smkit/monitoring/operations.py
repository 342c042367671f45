"""Monitoring schedules and the definitions of the jobs that they would start."""

from __future__ import annotations

from functools import partial
from typing import Any

from jupyter_smkit.api import conventions
from jupyter_smkit.api.errors import ResourceNotFound
from jupyter_smkit.api.kinds import find, values_at
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.api.states import RECORD_ONLY
from jupyter_smkit.api.transitions import move
from jupyter_smkit.monitoring.kinds import DEFINITIONS, SCHEDULE
from jupyter_smkit.state.records import Transaction


def register(api: Registry) -> None:
    stop = partial(move, SCHEDULE, ("Scheduled", "Pending", "Stopped"), "Stopped", "Stopped")
    start = partial(move, SCHEDULE, ("Scheduled", "Stopped", "Failed"), "Scheduled", "Scheduled")
    api.add(
        "sagemaker",
        {
            "CreateMonitoringSchedule": partial(create, api),
            "UpdateMonitoringSchedule": partial(update, api),
            "StartMonitoringSchedule": start,
            "StopMonitoringSchedule": stop,
            "ListMonitoringExecutions": lambda call: {"MonitoringExecutionSummaries": []},
            "ListMonitoringAlerts": list_alerts,
            "ListMonitoringAlertHistory": lambda call: {"MonitoringAlertHistory": []},
            "UpdateMonitoringAlert": update_alert,
        },
    )
    for about in ("ListMonitoringExecutions", "ListMonitoringAlerts", "ListMonitoringAlertHistory"):
        api.states["sagemaker", about] = RECORD_ONLY
    api.states["sagemaker", "UpdateMonitoringAlert"] = RECORD_ONLY


def create(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        observed = {"EndpointName": _endpoint(call, transaction)}
        schedule = conventions.insert(SCHEDULE, registry, call, transaction, observed=observed)
    return {"MonitoringScheduleArn": schedule.arn}


def update(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        schedule = find(SCHEDULE, transaction, call.account, call.region, call.params)
        request = conventions.changes(SCHEDULE, schedule, call.params)
        observed = {"EndpointName": _endpoint(call, transaction)}
        transaction.change(schedule, request=request, observed=observed)
    return {"MonitoringScheduleArn": schedule.arn}


def _endpoint(call: Call, transaction: Transaction) -> Any:
    """The endpoint that would be watched: named in the schedule, or in its job definition."""
    config = call.params["MonitoringScheduleConfig"]
    kind = DEFINITIONS.get(config.get("MonitoringType", ""))
    if kind and (name := config.get("MonitoringJobDefinitionName")):
        named = {"JobDefinitionName": name}
        definition = find(kind, transaction, call.account, call.region, named)
        found = values_at(definition.request, kind.paths["EndpointName"])
    else:
        path = "MonitoringJobDefinition.MonitoringInputs[].EndpointInput.EndpointName"
        found = values_at(config, path)
    return next(iter(found), None)


def list_alerts(call: Call) -> Params:
    with call.state.read() as transaction:
        find(SCHEDULE, transaction, call.account, call.region, call.params)
    return {"MonitoringAlertSummaries": []}


def update_alert(call: Call) -> Params:
    with call.state.read() as transaction:
        schedule = find(SCHEDULE, transaction, call.account, call.region, call.params)
    alert = call.params["MonitoringAlertName"]
    raise ResourceNotFound(f"The monitoring schedule {schedule.key} has no alert {alert}.")
