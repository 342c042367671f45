"""Artifacts, contexts and actions, and how one led to another."""

from __future__ import annotations

from functools import partial
from typing import Any

from jupyter_smkit.api import conventions
from jupyter_smkit.api.errors import ResourceNotFound, ValidationException
from jupyter_smkit.api.kinds import Kind, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.state.records import AlreadyExists, Record, Transaction
from jupyter_smkit.state.schema import records

_SOURCE = {"SourceUri": "Source.SourceUri"}

ARTIFACT = Kind(
    "Artifact",
    arn="artifact/{ArtifactId}",
    key=("ArtifactId",),
    generated={"ArtifactId": ""},
    paths=_SOURCE,
    page=10,
    missing="Artifact '{key}' does not exist.",
)
CONTEXT = Kind(
    "Context",
    arn="context/{ContextName}",
    paths=_SOURCE,
    page=10,
    missing="Context '{key}' does not exist.",
)
ACTION = Kind(
    "Action",
    arn="action/{ActionName}",
    settled="Unknown",
    paths=_SOURCE,
    page=10,
    missing="Action '{key}' does not exist.",
)
ASSOCIATION = Kind(
    "Association",
    arn="association/{SourceArn}/{DestinationArn}",
    key=("SourceArn", "DestinationArn"),
    page=10,
)
KINDS = (ARTIFACT, CONTEXT, ACTION, ASSOCIATION)
_LINEAGE_TYPES = ("TrialComponent", "Artifact", "Context", "Action")
_FARTHEST = 10
_DOWN, _UP = ("SourceArn", "DestinationArn"), ("DestinationArn", "SourceArn")
_STEPS = {"Descendants": (_DOWN,), "Ascendants": (_UP,), "Both": (_DOWN, _UP)}


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "AddAssociation": add_association,
            "DeleteAssociation": delete_association,
            "DeleteArtifact": partial(delete_artifact, api),
            "QueryLineage": query_lineage,
        },
    )


def add_association(call: Call) -> Params:
    params = call.params
    with call.state.begin() as transaction:
        observed: dict[str, Any] = {}
        for end in ("Source", "Destination"):
            record = _vertex(call, transaction, params[f"{end}Arn"])
            observed |= {f"{end}Type": _type(record), f"{end}Name": record.name}
        key = ASSOCIATION.key_of(params)
        try:
            transaction.create(
                Record(
                    account=call.account,
                    region=call.region,
                    kind=ASSOCIATION.name,
                    key=key,
                    arn=call.arn(ASSOCIATION.arn.format_map(params)),
                    status="",
                    request=dict(params),
                    observed=observed,
                    created=call.now,
                    modified=call.now,
                )
            )
        except AlreadyExists:
            raise ValidationException(
                f"An association from {params['SourceArn']} to {params['DestinationArn']} "
                "already exists"
            ) from None
    return {"SourceArn": params["SourceArn"], "DestinationArn": params["DestinationArn"]}


def delete_association(call: Call) -> Params:
    params = call.params
    key = ASSOCIATION.key_of(params)
    with call.state.begin() as transaction:
        record = transaction.get(call.account, call.region, ASSOCIATION.name, key)
        if record is None:
            raise ResourceNotFound(
                f"There is no association from {params['SourceArn']} to {params['DestinationArn']}"
            )
        transaction.delete(record)
    return {"SourceArn": params["SourceArn"], "DestinationArn": params["DestinationArn"]}


def delete_artifact(registry: Registry, call: Call) -> Params:
    """By its ARN, or by where it stands."""
    by_arn = "ArtifactArn" in call.params
    if by_arn == ("Source" in call.params):
        raise ValidationException("Exactly one of ArtifactArn and Source must be given")
    with call.state.begin() as transaction:
        if by_arn:
            record = find(ARTIFACT, transaction, call.account, call.region, call.params)
        else:
            uri = call.params["Source"]["SourceUri"]
            found = transaction.where(
                records.c.account == call.account,
                records.c.region == call.region,
                records.c.kind == ARTIFACT.name,
                records.c.request[("Source", "SourceUri")].as_string() == uri,
            )
            if not found:
                raise ARTIFACT.not_found(uri)
            record = found[0]
        conventions.remove(ARTIFACT, registry, call.operation, record, transaction)
    return {"ArtifactArn": record.arn}


def query_lineage(call: Call) -> Params:
    """The vertices that can be reached from the given ones, breadth first."""
    params = call.params
    starts = params.get("StartArns") or []
    direction = params.get("Direction") or "Both"
    depth = min(int(params.get("MaxDepth") or _FARTHEST), _FARTHEST)
    edges: dict[str, Params] = {}
    with call.state.read() as transaction:
        for arn in starts:
            _vertex(call, transaction, arn)
        reached: dict[str, None] = {}
        # Ancestors of descendants are no relatives: each direction walks on its own.
        for near, far in _STEPS[direction]:
            frontier, seen = list(starts), set(starts)
            for _ in range(depth):
                found = transaction.where(
                    records.c.account == call.account,
                    records.c.region == call.region,
                    records.c.kind == ASSOCIATION.name,
                    records.c.request[near].as_string().in_(frontier),
                    order=(records.c.created,),
                )
                edges |= {each.key: each.request for each in found}
                frontier = [arn for arn in (each.request[far] for each in found) if arn not in seen]
                seen |= set(frontier)
                reached |= dict.fromkeys(frontier)
                if not frontier:
                    break
        vertices = [_shown(transaction.by_arn(arn), arn) for arn in reached]
    kept = [each for each in vertices if _wanted(each, params.get("Filters") or {})]
    answer: Params = {"Vertices": [{n: v for n, v in each.items() if n[0] != "_"} for each in kept]}
    if params.get("IncludeEdges", True):
        answer["Edges"] = [
            {n: each[n] for n in ("SourceArn", "DestinationArn", "AssociationType") if n in each}
            for each in edges.values()
        ]
    return answer


def _vertex(call: Call, transaction: Transaction, arn: str) -> Record:
    """An artifact, context or action, or what else can be part of a lineage: a job, a model…"""
    record = transaction.by_arn(arn)
    if record is None or (record.account, record.region) != (call.account, call.region):
        raise ResourceNotFound(f"Could not find the lineage entity {arn}.")
    return record


def _type(record: Record) -> str:
    return str(record.request.get(f"{record.kind}Type", record.kind))


def _shown(record: Record | None, arn: str) -> Params:
    if record is None:
        return {"Arn": arn}
    return {
        "Arn": arn,
        "Type": _type(record),
        "LineageType": record.kind if record.kind in _LINEAGE_TYPES else None,
        "_created": record.created,
        "_modified": record.modified,
        "_properties": record.request.get("Properties") or {},
    }


def _wanted(vertex: Params, filters: Params) -> bool:
    types, kinds = filters.get("Types"), filters.get("LineageTypes")
    if types and vertex.get("Type") not in types:
        return False
    if kinds and vertex.get("LineageType") not in kinds:
        return False
    bounds = (
        ("CreatedAfter", "_created", 1),
        ("CreatedBefore", "_created", -1),
        ("ModifiedAfter", "_modified", 1),
        ("ModifiedBefore", "_modified", -1),
    )
    for name, member, sign in bounds:
        at = filters.get(name)
        if at is not None and (vertex.get(member, 0.0) - at.timestamp()) * sign < 0:
            return False
    properties = vertex.get("_properties") or {}
    return all(properties.get(name) == at for name, at in (filters.get("Properties") or {}).items())
