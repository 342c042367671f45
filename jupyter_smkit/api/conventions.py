"""Create, Describe, List, Update and Delete of a declared kind, from its service model."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from botocore.model import OperationModel, StructureShape

from jupyter_smkit.api import listing, models
from jupyter_smkit.api.errors import ResourceInUse, ValidationException
from jupyter_smkit.api.kinds import Kind, find, values_at
from jupyter_smkit.api.registry import Call, Operation, Params, Registry
from jupyter_smkit.state.records import AlreadyExists, Record, Transaction

_CREATED = ("CreationTime", "CreatedAt", "CreatedTime", "CreateDate", "CreatedOn")
_MODIFIED = ("LastModifiedTime", "LastModifiedAt", "LastUpdatedTime", "LastUpdateDate")
_NOT_KEPT = ("Tags", "ClientToken", "ClientRequestToken")


def operations(kind: Kind, registry: Registry) -> dict[str, Operation]:
    """What follows for a kind: operation name → function."""
    known = frozenset(models.service(kind.service).operation_names)
    made: dict[str, Callable[..., Params | None]] = {
        "Create": create,
        "Describe": describe,
        "List": list_records,
        "Update": update,
        "Delete": delete,
    }
    return {name: partial(made[verb], kind, registry) for name, verb in kind.verbs(known).items()}


def create(kind: Kind, registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        record = insert(kind, registry, call, transaction)
    return shown(kind, _model(kind, call.operation).output_shape, record)


def insert(
    kind: Kind,
    registry: Registry,
    call: Call,
    transaction: Transaction,
    *,
    status: str = "",
    observed: Params | None = None,
) -> Record:
    """Puts the record of a Create into ``transaction``: references checked, tags kept."""
    check_references(kind, registry, call, transaction)
    generated = kind.generate()
    request = {name: value for name, value in call.params.items() if name not in _NOT_KEPT}
    request |= generated
    key = kind.key_of(request)
    name = str(request.get(kind.key_members[-1], key))
    record = Record(
        account=call.account,
        region=call.region,
        kind=kind.name,
        key=key,
        name=name,
        arn=call.arn(kind.arn.format_map(request)),
        status=status or kind.initial,
        request=request,
        observed=observed or {},
        created=call.now,
        modified=call.now,
    )
    labels = {tag["Key"]: tag["Value"] for tag in call.params.get("Tags") or ()}
    try:
        return transaction.create(record, labels)
    except AlreadyExists:
        raise ResourceInUse(kind.in_use.format(kind=kind.words.capitalize(), key=key)) from None


def check_references(kind: Kind, registry: Registry, call: Call, transaction: Transaction) -> None:
    for reference in kind.refers:
        target = registry.kinds[reference.kind]
        member = target.key_members[-1]
        for value in values_at(call.params, reference.member):
            params = {**call.params, member: value}
            find(target, transaction, call.account, call.region, params)


def describe(kind: Kind, registry: Registry, call: Call) -> Params:
    with call.state.read() as transaction:
        record = find(kind, transaction, call.account, call.region, call.params)
    return shown(kind, _model(kind, call.operation).output_shape, record)


def update(kind: Kind, registry: Registry, call: Call) -> Params:
    changes = {
        name: value
        for name, value in call.params.items()
        if name not in kind.key_members and name not in _NOT_KEPT
    }
    removed = dict.fromkeys(changes.pop("PropertiesToRemove", ()))
    with call.state.begin() as transaction:
        record = find(kind, transaction, call.account, call.region, call.params)
        check_references(kind, registry, call, transaction)
        merged = {
            name: {**record.request.get(name, {}), **value}
            if name in ("Properties", "Parameters", "Metadata") and isinstance(value, dict)
            else value
            for name, value in changes.items()
        }
        for name in removed:
            for bag in ("Properties", "Parameters"):
                merged.setdefault(bag, dict(record.request.get(bag, {}))).pop(name, None)
        record = transaction.change(record, request=merged)
    return shown(kind, _model(kind, call.operation).output_shape, record)


def delete(kind: Kind, registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        record = find(kind, transaction, call.account, call.region, call.params)
        if kind.deletable and record.status not in kind.deletable:
            raise ValidationException(
                f"Cannot delete {kind.words} {record.arn} in status {record.status}; "
                f"it can be deleted when it is {', '.join(sorted(kind.deletable))}"
            )
        transaction.delete(record)
    return shown(kind, _model(kind, call.operation).output_shape, record)


def list_records(kind: Kind, registry: Registry, call: Call) -> Params:
    model = _model(kind, call.operation)
    member, item = listing.items_of(model)
    page = listing.page(kind, call)
    shown_records = [
        shown(kind, item, record)
        if isinstance(item, StructureShape)
        else record.arn
        if "Arn" in item.name or record.name.startswith("arn:")
        else record.name
        for record in page.records
    ]
    return {member: shown_records, "NextToken": page.token}


def shown(kind: Kind, shape: StructureShape | None, record: Record) -> Params:
    """The members of ``shape`` that the record can tell.

    What was observed goes before the request, the request before the kind's defaults.
    """
    if shape is None:
        return {}
    members = shape.members
    inner = members.get(kind.name)
    if inner is not None and inner.type_name == "structure":
        return {kind.name: shown(kind, inner, record)}
    found: Params = {}
    own_arn = arn_member(kind)
    status = status_member(kind, shape)
    for name in members:
        if name == own_arn:
            found[name] = record.arn
        elif name == status:
            found[name] = record.status
        elif name in record.observed:
            found[name] = record.observed[name]
        elif name in record.request:
            found[name] = record.request[name]
        elif name in _CREATED:
            found[name] = record.created
        elif name in _MODIFIED:
            found[name] = record.modified
        elif name in kind.defaults:
            found[name] = kind.defaults[name]
        elif name == "Name" or name == f"{kind.name}Name":
            found[name] = record.name
    return found


def arn_member(kind: Kind) -> str:
    """The member that shows the kind's own ARN: the one that Create answers with."""
    service = models.service(kind.service)
    name = kind.operation("Create")
    if name in service.operation_names:
        output = service.operation_model(name).output_shape
        for member in output.members if output else ():
            if member.endswith("Arn"):
                return str(member)
    return f"{kind.name}Arn"


def status_member(kind: Kind, shape: StructureShape) -> str:
    if kind.status:
        return kind.status
    for candidate in (f"{kind.name}Status", "Status"):
        if candidate in shape.members and shape.members[candidate].type_name == "string":
            return candidate
    return ""


def _model(kind: Kind, operation: str) -> OperationModel:
    return models.service(kind.service).operation_model(operation)


def settle(registry: Registry) -> dict[str, Any]:
    """Kinds' lifecycles by name, for :class:`jupyter_smkit.state.records.State`."""
    return {kind.name: kind.lifecycle for kind in registry.kinds.values() if kind.lifecycle}
