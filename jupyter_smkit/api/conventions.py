"""Create, Describe, List, Update and Delete of a declared kind, from its service model."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from functools import cache, partial

from botocore.model import OperationModel, StructureShape

from jupyter_smkit.api import listing, models
from jupyter_smkit.api.errors import NotSupportedYet, ValidationException
from jupyter_smkit.api.kinds import Kind, find, member_at, values_at
from jupyter_smkit.api.refusal import refusal
from jupyter_smkit.api.registry import Call, Operation, Params, Registry
from jupyter_smkit.api.tagging import checked, tag_list
from jupyter_smkit.state.records import AlreadyExists, Record, Transaction
from jupyter_smkit.state.schema import records

_CREATED = ("CreationTime", "CreatedAt", "CreatedTime", "CreateDate", "RegistrationTime")
_MODIFIED = ("LastModifiedTime", "LastModifiedAt", "LastUpdatedTime", "LastUpdatedDate")
_PEOPLE = ("CreatedBy", "LastModifiedBy")
_TOKENS = ("ClientToken", "ClientRequestToken")
_NOT_KEPT = ("Tags", *_TOKENS)
_TOKEN = "_token"
_REPEATED = 24 * 3600
"""Seconds within which a Create with the same token is the same one."""


def operations(kind: Kind, registry: Registry) -> dict[str, Operation]:
    """What follows for a kind: operation name → function."""
    known = frozenset(models.service(kind.service).operation_names)
    made: dict[str, Callable[..., Params | None]] = {
        "Create": refuse if kind.not_yet else create,
        "Describe": describe,
        "List": list_records,
        "Update": update,
        "Delete": delete,
        "Stop": describe,
    }
    return {name: partial(made[verb], kind, registry) for name, verb in kind.verbs(known).items()}


def create(kind: Kind, registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        record = repeated(kind, call, transaction) or insert(kind, registry, call, transaction)
    return answer(kind, call, record)


def repeated(kind: Kind, call: Call, transaction: Transaction) -> Record | None:
    """What this very request has made already: who lost the answer asks with the same token."""
    token = _token(call.params)
    if token is None:
        return None
    found = transaction.where(
        records.c.account == call.account,
        records.c.region == call.region,
        records.c.kind == kind.name,
        records.c.created >= call.now - _REPEATED,
        records.c.observed[_TOKEN].as_string() == token,
    )
    asked = {name: value for name, value in call.params.items() if name not in _NOT_KEPT}
    return next((each for each in found if {**each.request, **asked} == each.request), None)


def _token(params: Params) -> str | None:
    return next((params[name] for name in _TOKENS if name in params), None)


def refuse(kind: Kind, registry: Registry, call: Call) -> Params:
    raise NotSupportedYet(call.operation)


def insert(
    kind: Kind,
    registry: Registry,
    call: Call,
    transaction: Transaction,
    *,
    status: str = "",
    observed: Params | None = None,
    made: Params | None = None,
) -> Record:
    """Puts the record of a Create into ``transaction``: references checked, tags kept.

    ``made``: members of the request that the service makes, such as a version.
    """
    if call.parent:
        check_parent(kind, call, transaction)
    check_references(kind, registry, call, transaction)
    request = {name: value for name, value in call.params.items() if name not in _NOT_KEPT}
    request |= kind.generate() | (made or {})
    key, token = kind.key_of(request), _token(call.params)
    record = Record(
        account=call.account,
        region=call.region,
        kind=kind.name,
        key=key,
        name=kind.name_of(request),
        arn=call.arn(kind.arn.format_map(request)),
        status=status or kind.initial,
        request=request,
        observed={_TOKEN: token, **(observed or {})} if token else observed or {},
        created=call.now,
        modified=call.now,
        parent=call.parent,
    )
    labels = checked(call.params.get("Tags") or [])
    try:
        return transaction.create(record, labels)
    except AlreadyExists:
        message = kind.in_use.format(kind=kind.words.capitalize(), key=key, arn=record.arn)
        raise refusal(
            kind.service, call.operation, message, "ResourceInUse", "ConflictException"
        ) from None


def check_parent(kind: Kind, call: Call, transaction: Transaction) -> None:
    """Raises where the parent is gone, has ended or is about to: its stop would miss the child."""
    parent = transaction.by_arn(call.parent)
    if parent is not None and parent.status not in ("Stopping", "Deleting"):
        lifecycle = call.state.lifecycles.get(parent.kind)
        if lifecycle is None or lifecycle.moves.get(parent.status):
            return
    message = f"{call.parent} {f'is {parent.status}' if parent else 'is gone'}: it makes no more"
    raise refusal(kind.service, call.operation, message, "ConflictException", "ResourceInUse")


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
        return described(kind, call, transaction, record)


def described(kind: Kind, call: Call, transaction: Transaction, record: Record) -> Params:
    """What Describe answers of a record that was read already."""
    shape = _model(kind, call.operation).output_shape
    labels = transaction.tags(record.arn) if shape and "Tags" in shape.members else {}
    found = shown(kind, shape, record)
    if labels:
        found["Tags"] = tag_list(labels)
    return found


def update(kind: Kind, registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        record = find(kind, transaction, call.account, call.region, call.params)
        expected = call.params.get("TargetVersion")
        if expected is not None and expected != record.version:
            message = f"The {kind.words} {record.arn} is at version {record.version}"
            raise refusal(kind.service, call.operation, message, "ConflictException")
        check_references(kind, registry, call, transaction)
        record = transaction.change(record, request=changes(kind, record, call.params))
    return answer(kind, call, record)


def changes(kind: Kind, record: Record, params: Params) -> Params:
    """The members of the request that an Update leaves different.

    Beside plain members there are ``<Member>ForUpdate``, ``<Member>ToRemove`` (keys of a map) and
    ``<Member>ToAdd`` (items of a list).
    """
    made: Params = {}
    identity = {*kind.key_members, *_NOT_KEPT, "TargetVersion", "Arn", f"{kind.name}Arn"}
    given = [name for name in params if name not in identity]
    for name in sorted(given, key=lambda name: name.endswith(("ToRemove", "ToAdd"))):
        member = re.sub("(ForUpdate|ToRemove|ToAdd)$", "", name)
        before = made.get(member) or record.request.get(member)
        if name.endswith("ToRemove"):
            kept = (before or {}).items()
            made[member] = {key: value for key, value in kept if key not in params[name]}
        elif name.endswith("ToAdd"):
            made[member] = [*(before or []), *params[name]]
        elif name.endswith("ForUpdate") or member in kind.merged:
            made[member] = {**(before or {}), **params[name]}
        else:
            made[member] = params[name]
    return made


def delete(kind: Kind, registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        record = find(kind, transaction, call.account, call.region, call.params)
        if kind.deletable:
            check_status(kind, record, kind.deletable, "Deleting")
        remove(kind, registry, call.operation, record, transaction)
    return answer(kind, call, record)


def check_status(kind: Kind, record: Record, allowed: Collection[str], following: str) -> None:
    """Raises where the record may not go to ``following`` because it is in none of ``allowed``."""
    if record.status not in allowed:
        choices = ", ".join(allowed if isinstance(allowed, tuple) else sorted(allowed))
        raise ValidationException(
            f"Status ({record.status}) not in ([{choices}]). Unable to transition to "
            f"({following}) for {kind.words.title()} ({record.arn})"
        )


def remove(
    kind: Kind, registry: Registry, operation: str, record: Record, transaction: Transaction
) -> None:
    """Deletes a record and those that go with it; raises where another one holds it."""
    for other in registry.kinds.values():
        for reference in other.refers:
            if reference.kind != kind.name or not reference.on_delete:
                continue
            for held in _referring(kind, record, other, transaction):
                if reference.on_delete == "restrict":
                    message = (
                        f"{kind.words.capitalize()} {record.name} cannot be deleted while "
                        f"{other.words} {held.arn} is there; delete it first"
                    )
                    codes = ("ResourceInUse", "ConflictException")
                    raise refusal(kind.service, operation, message, *codes)
                remove(other, registry, operation, held, transaction)
    transaction.delete(record)


def _referring(kind: Kind, record: Record, other: Kind, transaction: Transaction) -> list[Record]:
    return transaction.where(
        records.c.account == record.account,
        records.c.region == record.region,
        records.c.kind == other.name,
        *(
            records.c.request[member].as_string() == str(record.request[member])
            for member in kind.key_members
        ),
    )


def list_records(kind: Kind, registry: Registry, call: Call) -> Params:
    return listed(kind, call, listing.page(kind, call))


def listed(kind: Kind, call: Call, page: listing.Page) -> Params:
    """The answer of a List operation that shows ``page``."""
    member, item = listing.items_of(_model(kind, call.operation))
    shown_records = [
        shown(kind, item, record)
        if isinstance(item, StructureShape)
        else record.arn
        if "Arn" in item.name or record.name.startswith("arn:")
        else record.name
        for record in page.records
    ]
    return {member: shown_records, "NextToken": page.token}


def answer(kind: Kind, call: Call, record: Record) -> Params:
    """What the output of the called operation can tell of the record."""
    return shown(kind, _model(kind, call.operation).output_shape, record)


def shown(kind: Kind, shape: StructureShape | None, record: Record) -> Params:
    """The members of ``shape`` that the record can tell.

    What was observed goes before the request, the request before the kind's paths and defaults.
    """
    if shape is None:
        return {}
    members = shape.members
    inner = members.get(kind.name)
    if inner is not None and inner.type_name == "structure":
        return {kind.name: shown(kind, inner, record)}
    own_arn = arn_member(kind)
    status = status_member(kind, shape)
    found: Params = {}
    for name in members:
        if name == own_arn:
            found[name] = record.arn
        elif name in record.observed:
            found[name] = record.observed[name]
        elif name in record.request:
            found[name] = record.request[name]
        elif name == status:
            found[name] = record.status
        elif name in kind.paths:
            found[name] = member_at(record, kind.paths[name])
        elif name in _CREATED:
            found[name] = record.created
        elif name in _MODIFIED:
            found[name] = record.modified
        elif name in kind.defaults:
            found[name] = kind.defaults[name]
        elif name in ("Name", "DisplayName", f"{kind.name}Name"):
            found[name] = record.name
        elif name in _PEOPLE:
            found[name] = {}
    return found


def arn_member(kind: Kind) -> str:
    """The member that shows the kind's own ARN: the one that Create answers with."""
    return _arn_member(kind.service, kind.operation("Create"), f"{kind.name}Arn")


@cache
def _arn_member(service: str, create: str, own: str) -> str:
    model = models.service(service)
    output = model.operation_model(create).output_shape if create in model.operation_names else None
    members = output.members if output else ()
    if own in members:
        return own
    return next((str(member) for member in members if member.endswith("Arn")), own)


def status_member(kind: Kind, shape: StructureShape) -> str:
    if kind.status:
        return kind.status
    for candidate in (f"{kind.name}Status", "Status"):
        if candidate in shape.members and shape.members[candidate].type_name == "string":
            return candidate
    return ""


def _model(kind: Kind, operation: str) -> OperationModel:
    return models.service(kind.service).operation_model(operation)
