"""Private hubs and the versions of what is in them."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import groupby

from jupyter_smkit.api import conventions, listing
from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.api.kinds import Kind, Reference, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.api.versions import versions
from jupyter_smkit.state.records import Record, Transaction
from jupyter_smkit.state.schema import records

HUB = Kind("Hub", arn="hub/{HubName}", missing="Hub {key} does not exist.")
CONTENT = Kind(
    "HubContent",
    arn="hub-content/{HubName}/{HubContentType}/{HubContentName}/{HubContentVersion}",
    key=("HubName", "HubContentType", "HubContentName", "HubContentVersion"),
    settled="Available",
    status="HubContentStatus",
    refers=(Reference("HubName", "Hub", on_delete="restrict"),),
    paths={"OriginalCreationTime": "_original", "ReferenceMinVersion": "MinVersion"},
    defaults={"SupportStatus": "Supported"},
    unfiltered=frozenset({"MinVersion", "MaxSchemaVersion"}),
    operations={"Create": "ImportHubContent"},
    missing="Hub content {key} does not exist.",
)
KINDS = (HUB, CONTENT)
_REFERENCE = "ModelReference"


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "ImportHubContent": partial(import_content, api),
            "DescribeHubContent": describe,
            "UpdateHubContent": update,
            "DeleteHubContent": partial(delete, api),
            "ListHubContents": list_contents,
            "ListHubContentVersions": list_versions,
            "CreateHubContentReference": partial(refer, api),
            "UpdateHubContentReference": update,
            "DeleteHubContentReference": partial(delete, api),
        },
    )


def import_content(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        return _keep(registry, call, transaction)


def refer(registry: Registry, call: Call) -> Params:
    """A private hub's entry that stands for a model of the public hub."""
    public = call.params["SageMakerPublicHubContentArn"]
    named = call.params.get("HubContentName") or public.rpartition("/")[2]
    params = {**call.params, "HubContentName": named, "HubContentType": _REFERENCE}
    with call.state.begin() as transaction:
        return _keep(registry, replace(call, params=params), transaction)


def _keep(registry: Registry, call: Call, transaction: Transaction) -> Params:
    hub = find(HUB, transaction, call.account, call.region, call.params)
    params = {"HubContentVersion": "1.0.0", **call.params, "HubName": hub.key}
    _parts(params["HubContentVersion"])
    call = replace(call, params=params)
    before = _versions(call, transaction, hub)
    observed = {"HubArn": hub.arn, "_original": before[0].created if before else call.now}
    content = conventions.insert(CONTENT, registry, call, transaction, observed=observed)
    return {"HubArn": hub.arn, "HubContentArn": content.arn}


def describe(call: Call) -> Params:
    with call.state.read() as transaction:
        return conventions.answer(CONTENT, call, _content(call, transaction))


def update(call: Call) -> Params:
    with call.state.begin() as transaction:
        content = _content(call, transaction)
        request = conventions.changes(CONTENT, content, call.params)
        content = transaction.change(content, request=request)
    return {"HubArn": content.observed["HubArn"], "HubContentArn": content.arn}


def delete(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        content = _content(call, transaction)
        conventions.remove(CONTENT, registry, call.operation, content, transaction)
    return {}


def list_contents(call: Call) -> Params:
    """The latest version of each."""
    with call.state.read() as transaction:
        hub = find(HUB, transaction, call.account, call.region, call.params)
        kind = call.params["HubContentType"]
        found = versions(CONTENT, call, transaction, HubName=hub.key, HubContentType=kind)
    found.sort(key=lambda each: (each.name, _numbers(each)))
    latest = [list(group)[-1].key for _, group in groupby(found, key=lambda each: each.name)]
    call = replace(call, params={**call.params, "HubName": hub.key})
    page = listing.page(CONTENT, call, records.c.key.in_(latest))
    return conventions.listed(CONTENT, call, page)


def list_versions(call: Call) -> Params:
    least = _parts(call.params.get("MinVersion") or "0.0.0")
    with call.state.read() as transaction:
        hub = find(HUB, transaction, call.account, call.region, call.params)
        found = _versions(call, transaction, hub)
    if not found:
        raise CONTENT.not_found(CONTENT.key_of(call.params))
    kept = [each.key for each in found if _numbers(each) >= least]
    call = replace(call, params={**call.params, "HubName": hub.key})
    page = listing.page(CONTENT, call, records.c.key.in_(kept))
    return conventions.listed(CONTENT, call, page)


def _versions(call: Call, transaction: Transaction, hub: Record) -> list[Record]:
    members = {name: call.params[name] for name in ("HubContentType", "HubContentName")}
    found = versions(CONTENT, call, transaction, HubName=hub.key, **members)
    return sorted(found, key=_numbers)


def _content(call: Call, transaction: Transaction) -> Record:
    """The version that is named, or the latest."""
    hub = find(HUB, transaction, call.account, call.region, call.params)
    version = call.params.get("HubContentVersion")
    found = _versions(call, transaction, hub)
    if version is not None:
        found = [each for each in found if each.request["HubContentVersion"] == version]
    if not found:
        raise CONTENT.not_found(CONTENT.key_of({**call.params, "HubName": hub.key}))
    return found[-1]


def _numbers(content: Record) -> tuple[int, ...]:
    return _parts(str(content.request["HubContentVersion"]))


def _parts(version: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in version.split("."))
    except ValueError:
        raise ValidationException(f"{version!r} is not a version such as 1.0.0") from None
