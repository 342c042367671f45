"""What the operations of models and endpoints do beyond the convention."""

from __future__ import annotations

from functools import partial

from jupyter_smkit.api import conventions
from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.api.kinds import find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.endpoints import containers
from jupyter_smkit.endpoints.kinds import ENDPOINT, ENDPOINT_CONFIG, MODEL
from jupyter_smkit.endpoints.workers import served
from jupyter_smkit.state.records import Record

_BUSY = frozenset({"Creating", "Updating", "Deleting"})


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "CreateModel": partial(create_model, api),
            "CreateEndpointConfig": partial(create_endpoint_config, api),
            "CreateEndpoint": partial(create_endpoint, api),
            "UpdateEndpoint": partial(update_endpoint, api),
            "DeleteEndpoint": delete_endpoint,
            "DescribeEndpoint": describe_endpoint,
            "UpdateEndpointWeightsAndCapacities": update_weights,
        },
    )


def create_model(registry: Registry, call: Call) -> Params:
    primary, several = call.params.get("PrimaryContainer"), call.params.get("Containers")
    if primary is None and not several:
        raise ValidationException("CreateModel needs a PrimaryContainer or Containers")
    if primary is not None and several:
        raise ValidationException("Give either PrimaryContainer or Containers, not both")
    given = [primary] if primary else several or []
    run = [each for container in given for each in containers.resolved(container, registry, call)]
    # A package may be deleted or rejected later: the model keeps what it was made of.
    observed = {"_containers": run} if run != given else None
    with call.state.begin() as transaction:
        record = conventions.insert(MODEL, registry, call, transaction, observed=observed)
    return conventions.answer(MODEL, call, record)


def create_endpoint_config(registry: Registry, call: Call) -> Params:
    servable(call.params, call)
    return conventions.create(ENDPOINT_CONFIG, registry, call)


def create_endpoint(registry: Registry, call: Call) -> Params:
    with call.state.read() as transaction:
        config = find(ENDPOINT_CONFIG, transaction, call.account, call.region, call.params)
    deployable(config, call)
    return conventions.create(ENDPOINT, registry, call)


def deployable(config: Record, call: Call) -> None:
    """Raises ValidationException for what smkit cannot serve, or cannot change in this way, yet."""
    servable(config.request, call)
    if not _at_once(call.params):
        raise _not_yet(call, "deployment policies other than all at once")


def servable(config: Params, call: Call) -> None:
    """Raises ValidationException where a configuration asks for what smkit cannot serve yet, or
    for a model that is not there."""
    variants = config["ProductionVariants"]
    wants = {
        "serverless variants": any("ServerlessConfig" in variant for variant in variants),
        "asynchronous inference": config.get("AsyncInferenceConfig"),
        "shadow variants": config.get("ShadowProductionVariants"),
        "inference components": any("ModelName" not in variant for variant in variants),
        "data capture": (config.get("DataCaptureConfig") or {}).get("EnableCapture"),
        "explainers": config.get("ExplainerConfig"),
    }
    for what, wanted in wants.items():
        if wanted:
            raise _not_yet(call, what)
    with call.state.read() as transaction:
        for variant in variants:
            model = find(MODEL, transaction, call.account, call.region, variant)
            run = containers.of(model)
            several = [one for one in run if one.get("Mode") == "MultiModel"]
            if len(run) > 1 or several:
                what = "multi-model containers" if several else "models of several containers"
                raise _not_yet(call, what)


def _not_yet(call: Call, what: str) -> ValidationException:
    return ValidationException(f"{call.operation}: not supported by smkit yet: {what}")


def _at_once(params: Params) -> bool:
    """Whether a DeploymentConfig, if there is one, asks for what an update here does."""
    deployment = params.get("DeploymentConfig") or {}
    policy = deployment.get("BlueGreenUpdatePolicy") or {}
    routing = (policy.get("TrafficRoutingConfiguration") or {}).get("Type", "ALL_AT_ONCE")
    watched = deployment.get("AutoRollbackConfiguration") or {}
    return (
        routing == "ALL_AT_ONCE"
        and not deployment.get("RollingUpdatePolicy")
        and not watched.get("Alarms")
    )


def update_endpoint(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        record = find(ENDPOINT, transaction, call.account, call.region, call.params)
        config = find(ENDPOINT_CONFIG, transaction, call.account, call.region, call.params)
        _updatable(record)
        deployable(config, call)
        record = transaction.change(
            record,
            status="Updating",
            request={"EndpointConfigName": config.key},
            observed={"_weights": retained(record, call.params), "FailureReason": None},
        )
    return {"EndpointArn": record.arn}


def retained(record: Record, params: Params) -> Params | None:
    """The weights and instance counts that an update keeps: RetainAllVariantProperties."""
    if not params.get("RetainAllVariantProperties"):
        return None
    left = {
        each["VariantPropertyType"] for each in params.get("ExcludeRetainedVariantProperties") or ()
    }
    properties = (("weight", "DesiredWeight"), ("count", "DesiredInstanceCount"))
    kept = [name for name, type in properties if type not in left]
    return {
        variant: {name: each[name] for name in kept} for variant, each in served(record).items()
    }


def delete_endpoint(call: Call) -> Params:
    with call.state.begin() as transaction:
        record = find(ENDPOINT, transaction, call.account, call.region, call.params)
        _idle(record)
        transaction.change(record, status="Deleting")
    return {}


def update_weights(call: Call) -> Params:
    with call.state.begin() as transaction:
        record = find(ENDPOINT, transaction, call.account, call.region, call.params)
        _updatable(record)
        if record.status != "InService":
            raise ValidationException(f'The endpoint "{record.key}" is {record.status}')
        known = {variant["name"] for variant in record.observed["_variants"]}
        weights = dict(record.observed.get("_weights") or {})
        for wanted in call.params["DesiredWeightsAndCapacities"]:
            name = wanted["VariantName"]
            if name not in known:
                raise ValidationException(
                    f'The endpoint "{record.key}" has no variant "{name}"; '
                    f"it has {', '.join(sorted(known))}"
                )
            before = weights.get(name, {})
            weights[name] = {
                "weight": wanted.get("DesiredWeight", before.get("weight")),
                "count": wanted.get("DesiredInstanceCount", before.get("count")),
            }
        record = transaction.change(record, status="Updating", observed={"_weights": weights})
    return {"EndpointArn": record.arn}


def _updatable(record: Record) -> None:
    _idle(record)
    if record.status == "Failed":
        raise ValidationException(
            f'Cannot update failed endpoint "{record.arn}": delete it and create it again'
        )


def _idle(record: Record) -> None:
    if record.status in _BUSY:
        raise ValidationException(
            f'Cannot update in-progress endpoint "{record.arn}": it is {record.status}'
        )


def describe_endpoint(call: Call) -> Params:
    with call.state.read() as transaction:
        record = find(ENDPOINT, transaction, call.account, call.region, call.params)
        described = conventions.described(ENDPOINT, call, transaction, record)
    serving = record.observed.get("_variants") or ()
    described["EndpointConfigName"] = record.observed.get(
        "_config", record.request["EndpointConfigName"]
    )
    described["ProductionVariants"] = [
        {
            "VariantName": variant["name"],
            "DeployedImages": [
                {
                    "SpecifiedImage": variant["image"],
                    "ResolvedImage": variant.get("resolved", variant["image"]),
                    "ResolutionTime": record.created,
                }
            ],
            "CurrentWeight": variant["weight"],
            "DesiredWeight": variant["weight"],
            "CurrentInstanceCount": len(variant["workers"]),
            "DesiredInstanceCount": len(variant["workers"]),
        }
        for variant in serving
    ] or None
    return described
