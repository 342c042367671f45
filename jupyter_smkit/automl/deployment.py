"""One-click deployment: the best candidate becomes a model, a configuration and an endpoint."""

from __future__ import annotations

import hashlib

from jupyter_smkit.api.errors import ApiError, ValidationException
from jupyter_smkit.automl.candidates import best
from jupyter_smkit.control.context import Context
from jupyter_smkit.state.records import Json, Record

INSTANCE_TYPE = "ml.m5.2xlarge"
"""What Autopilot chooses; recorded, no effect here."""
_SETTLED = {"InService": "Completed", "Failed": "ModelDeploymentError"}


def endpoint_name(record: Record) -> str:
    """The same at every look, so that a daemon that was killed carries on with its own."""
    config: Json = record.request["ModelDeployConfig"]
    return str(config.get("EndpointName") or _own_name(record))


def deploy(context: Context, record: Record) -> tuple[str, str | None] | None:
    """One step. None while it goes on, else the job's secondary status and what failed."""
    name = endpoint_name(record)
    try:
        described = _described(context, record, name)
        if described is None:
            _create(context, record, name)
            described = context.call(record, "DescribeEndpoint", EndpointName=name)
    except ApiError as error:
        if error.status >= 500:
            raise
        return "ModelDeploymentError", f"The deployment failed: {error.message}"
    if described["EndpointConfigName"] != _own_name(record):
        return "ModelDeploymentError", f"The endpoint {name} exists already: choose another name."
    outcome = _SETTLED.get(described["EndpointStatus"])
    if outcome is None:
        context.again(record, 1.0)
        return None
    reason = described.get("FailureReason", "")
    return outcome, None if outcome == "Completed" else f"The endpoint {name} failed: {reason}"


def _own_name(record: Record) -> str:
    digest = hashlib.sha256(f"{record.arn} {record.created}".encode()).hexdigest()[:8]
    return f"{record.key}-{digest}"


def _described(context: Context, record: Record, name: str) -> Json | None:
    try:
        return context.call(record, "DescribeEndpoint", EndpointName=name)
    except ApiError as error:
        if error.message.startswith("Could not find"):
            return None
        raise


def _create(context: Context, record: Record, endpoint: str) -> None:
    own = _own_name(record)
    candidate = best(record)
    if candidate is None:
        raise ValidationException("the job has no best candidate")
    variant = {
        "VariantName": "main",
        "ModelName": own,
        "InitialInstanceCount": 1,
        "InstanceType": INSTANCE_TYPE,
        "InitialVariantWeight": 1.0,
    }
    role = record.request["RoleArn"]
    container = candidate["InferenceContainers"][0]
    steps: list[tuple[str, Json]] = [
        (
            "CreateModel",
            {"ModelName": own, "PrimaryContainer": container, "ExecutionRoleArn": role},
        ),
        ("CreateEndpointConfig", {"EndpointConfigName": own, "ProductionVariants": [variant]}),
        ("CreateEndpoint", {"EndpointName": endpoint, "EndpointConfigName": own}),
    ]
    for operation, params in steps:
        try:
            context.call(record, operation, **params)
        except ApiError as error:
            # Made by a daemon that was killed behind this step: the names are the job's own.
            if "already exist" not in error.message:
                raise
