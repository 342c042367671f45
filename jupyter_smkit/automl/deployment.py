"""One-click deployment: the best candidate becomes a model, a configuration and an endpoint."""

from __future__ import annotations

import hashlib

from jupyter_smkit.automl.candidates import best
from jupyter_smkit.control.context import Context
from jupyter_smkit.state.records import Json, Record

INSTANCE_TYPE = "ml.m5.2xlarge"
"""What Autopilot chooses; recorded, no effect here."""
_FAILED = "ModelDeploymentError"
_SETTLED = {"InService": "Completed", "Failed": _FAILED}


def endpoint_name(record: Record) -> str:
    """The same at every look, so that a daemon that was killed carries on with its own."""
    config: Json = record.request["ModelDeployConfig"]
    return str(config.get("EndpointName") or _own_name(record))


def deploy(context: Context, record: Record) -> tuple[str, str | None] | None:
    """One step. None while it goes on, else the job's secondary status and what failed."""
    name = endpoint_name(record)
    endpoint = context.state.get(record.account, record.region, "Endpoint", name)
    if endpoint is None:
        candidate = best(record)
        if candidate is None:
            return _FAILED, "The deployment failed: the job has no best candidate"
        for operation, params in steps(record, candidate):
            made = context.ensure(record, operation, **params)
            if made.outcome == "refused":
                return _FAILED, f"The deployment failed: {made.message}"
            if made.record is None:
                return None
            endpoint = made.record
    assert endpoint is not None
    if endpoint.request["EndpointConfigName"] != _own_name(record):
        return _FAILED, f"The endpoint {name} exists already: choose another name."
    outcome = _SETTLED.get(endpoint.status)
    if outcome is None:
        return None
    reason = endpoint.observed.get("FailureReason", "")
    return outcome, None if outcome == "Completed" else f"The endpoint {name} failed: {reason}"


def _own_name(record: Record) -> str:
    digest = hashlib.sha256(f"{record.arn} {record.created}".encode()).hexdigest()[:8]
    return f"{record.key}-{digest}"


def steps(record: Record, candidate: Json) -> list[tuple[str, Json]]:
    """The Create operations, in their order, the endpoint's last."""
    own = _own_name(record)
    variant = {
        "VariantName": "main",
        "ModelName": own,
        "InitialInstanceCount": 1,
        "InstanceType": INSTANCE_TYPE,
        "InitialVariantWeight": 1.0,
    }
    model = {
        "ModelName": own,
        "PrimaryContainer": candidate["InferenceContainers"][0],
        "ExecutionRoleArn": record.request["RoleArn"],
    }
    return [
        ("CreateModel", model),
        ("CreateEndpointConfig", {"EndpointConfigName": own, "ProductionVariants": [variant]}),
        ("CreateEndpoint", {"EndpointName": endpoint_name(record), "EndpointConfigName": own}),
    ]
