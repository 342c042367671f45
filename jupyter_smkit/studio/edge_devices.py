"""Edge Manager's fleets, devices and deployment plans."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from jupyter_smkit.api import conventions
from jupyter_smkit.api.errors import ResourceInUse, ResourceNotFound
from jupyter_smkit.api.kinds import Kind, Reference, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.api.states import RECORD_ONLY
from jupyter_smkit.api.versions import versions

_NO_DEVICES = "AWS reaches the devices through IoT Core"

FLEET = Kind(
    "DeviceFleet",
    arn="device-fleet/{DeviceFleetName}",
    no_effect=_NO_DEVICES,
    missing="DeviceFleet {key} does not exist.",
)
DEVICE = Kind(
    "Device",
    arn="device-fleet/{DeviceFleetName}/device/{DeviceName}",
    key=("DeviceFleetName", "DeviceName"),
    no_effect=_NO_DEVICES,
    refers=(Reference("DeviceFleetName", "DeviceFleet", on_delete="restrict"),),
    missing="Device {key} does not exist.",
)
PLAN = Kind(
    "EdgeDeploymentPlan",
    arn="edge-deployment/{EdgeDeploymentPlanName}",
    no_effect=_NO_DEVICES,
    refers=(Reference("DeviceFleetName", "DeviceFleet", on_delete="restrict"),),
    defaults={
        "EdgeDeploymentSuccess": 0,
        "EdgeDeploymentPending": 0,
        "EdgeDeploymentFailed": 0,
        "Stages": [],
    },
    page=50,
    missing="EdgeDeploymentPlan {key} does not exist.",
    in_use="EdgeDeploymentPlan {key} already exists",
)
KINDS = (FLEET, DEVICE, PLAN)


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "RegisterDevices": partial(register_devices, api),
            "DeregisterDevices": partial(deregister_devices, api),
            "UpdateDevices": update_devices,
            "GetDeviceFleetReport": report,
            "DescribeEdgeDeploymentPlan": describe_plan,
            "CreateEdgeDeploymentStage": create_stages,
            "DeleteEdgeDeploymentStage": delete_stage,
            "ListStageDevices": list_stage_devices,
        },
    )
    for stages in ("CreateEdgeDeploymentStage", "DeleteEdgeDeploymentStage"):
        api.states["sagemaker", stages] = RECORD_ONLY


def register_devices(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        for device in call.params["Devices"]:
            params = {**device, "DeviceFleetName": call.params["DeviceFleetName"]}
            params["Tags"] = call.params.get("Tags")
            conventions.insert(DEVICE, registry, replace(call, params=params), transaction)
    return {}


def deregister_devices(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        for name in call.params["DeviceNames"]:
            params = {**call.params, "DeviceName": name}
            device = find(DEVICE, transaction, call.account, call.region, params)
            conventions.remove(DEVICE, registry, call.operation, device, transaction)
    return {}


def update_devices(call: Call) -> Params:
    with call.state.begin() as transaction:
        for changed in call.params["Devices"]:
            params = {**changed, "DeviceFleetName": call.params["DeviceFleetName"]}
            device = find(DEVICE, transaction, call.account, call.region, params)
            transaction.change(device, request=conventions.changes(DEVICE, device, params))
    return {}


def report(call: Call) -> Params:
    with call.state.read() as transaction:
        fleet = find(FLEET, transaction, call.account, call.region, call.params)
        devices = versions(DEVICE, call, transaction, DeviceFleetName=fleet.key)
    return {
        **conventions.answer(FLEET, call, fleet),
        "ReportGenerated": call.now,
        "DeviceStats": {"ConnectedDeviceCount": 0, "RegisteredDeviceCount": len(devices)},
        "AgentVersions": [],
        "ModelStats": [],
    }


def describe_plan(call: Call) -> Params:
    with call.state.read() as transaction:
        plan = find(PLAN, transaction, call.account, call.region, call.params)
    waiting = {
        "StageStatus": "READYTODEPLOY",
        "EdgeDeploymentSuccessInStage": 0,
        "EdgeDeploymentPendingInStage": 0,
        "EdgeDeploymentFailedInStage": 0,
    }
    shown = conventions.answer(PLAN, call, plan)
    shown["Stages"] = [{**stage, "DeploymentStatus": waiting} for stage in shown["Stages"]]
    return shown


def create_stages(call: Call) -> Params:
    with call.state.begin() as transaction:
        plan = find(PLAN, transaction, call.account, call.region, call.params)
        stages: list[dict[str, Any]] = list(plan.request.get("Stages") or [])
        names = {stage["StageName"] for stage in stages}
        for stage in call.params["Stages"]:
            if stage["StageName"] in names:
                raise ResourceInUse(f"{plan.key} already has the stage {stage['StageName']}")
            names.add(stage["StageName"])
            stages.append(stage)
        transaction.change(plan, request={"Stages": stages})
    return {}


def delete_stage(call: Call) -> Params:
    with call.state.begin() as transaction:
        plan = find(PLAN, transaction, call.account, call.region, call.params)
        stages = plan.request.get("Stages") or []
        kept = [each for each in stages if each["StageName"] != call.params["StageName"]]
        if len(kept) == len(stages):
            raise _no_stage(plan.key, call)
        transaction.change(plan, request={"Stages": kept})
    return {}


def list_stage_devices(call: Call) -> Params:
    """None: nothing was deployed."""
    with call.state.read() as transaction:
        plan = find(PLAN, transaction, call.account, call.region, call.params)
    names = [stage["StageName"] for stage in plan.request.get("Stages") or []]
    if call.params["StageName"] not in names:
        raise _no_stage(plan.key, call)
    return {"DeviceDeploymentSummaries": []}


def _no_stage(plan: str, call: Call) -> ResourceNotFound:
    return ResourceNotFound(f"{plan} has no stage {call.params['StageName']}.")
