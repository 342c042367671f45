"""Model cards and their versions."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from jupyter_smkit.api import conventions
from jupyter_smkit.api.errors import ResourceNotFound
from jupyter_smkit.api.kinds import Kind, Reference, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.api.versions import next_version
from jupyter_smkit.state.records import Record, Transaction

CARD = Kind(
    "ModelCard",
    arn="model-card/{ModelCardName}",
    ascending=True,
    paths={"ModelCardVersion": "_versions"},
    missing="Modelcard {key} does not exist.",
    in_use="Modelcard {key} already exists",
)
VERSION = Kind(
    "ModelCardVersion",
    arn="model-card/{ModelCardName}/{ModelCardVersion}",
    key=("ModelCardName", "ModelCardVersion"),
    refers=(Reference("ModelCardName", "ModelCard", on_delete="cascade"),),
    ascending=True,
    missing="Modelcard with name and version {key} does not exist",
)
EXPORT_JOB = Kind(
    "ModelCardExportJob",
    arn="model-card/{ModelCardName}/export-job/{ModelCardExportJobName}",
    not_yet=True,
)
KINDS = (CARD, VERSION, EXPORT_JOB)


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "CreateModelCard": partial(create, api),
            "UpdateModelCard": partial(update, api),
            "DescribeModelCard": describe,
            "ListModelCardVersions": partial(list_versions, api),
        },
    )


def create(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        card = conventions.insert(CARD, registry, call, transaction)
        _keep(call, transaction, card)
    return {"ModelCardArn": card.arn}


def update(registry: Registry, call: Call) -> Params:
    """A new version; the card shows the last one."""
    with call.state.begin() as transaction:
        card = find(CARD, transaction, call.account, call.region, call.params)
        request = conventions.changes(CARD, card, call.params)
        card = transaction.change(card, request=request)
        _keep(call, transaction, card)
    return {"ModelCardArn": card.arn}


def _keep(call: Call, transaction: Transaction, card: Record) -> None:
    request = {**card.request, "ModelCardVersion": next_version(transaction, card)}
    transaction.create(
        Record(
            account=card.account,
            region=card.region,
            kind=VERSION.name,
            key=VERSION.key_of(request),
            name=card.name,
            arn=call.arn(VERSION.arn.format_map(request)),
            status=VERSION.initial,
            request=request,
            observed={"ModelCardArn": card.arn, "CreationTime": card.created},
            created=call.now,
            modified=call.now,
        )
    )


def describe(call: Call) -> Params:
    with call.state.read() as transaction:
        card = find(CARD, transaction, call.account, call.region, call.params)
        number = call.params.get("ModelCardVersion")
        if number is None:
            return conventions.answer(CARD, call, card)
        key = f"{card.key}/{number}"
        version = transaction.get(call.account, call.region, VERSION.name, key)
    if version is None:
        raise ResourceNotFound(
            f"Modelcard with name {card.key} and version: {number} does not exist"
        )
    return conventions.answer(VERSION, call, version)


def list_versions(registry: Registry, call: Call) -> Params:
    with call.state.read() as transaction:
        card = find(CARD, transaction, call.account, call.region, call.params)
    params = {**call.params, "ModelCardName": card.key}
    return conventions.list_records(VERSION, registry, replace(call, params=params))
