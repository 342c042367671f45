"""The model registry: groups, and model packages with and without a version."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

from sqlalchemy import ColumnElement

from jupyter_smkit.api import conventions, listing
from jupyter_smkit.api.errors import ApiError, ValidationException
from jupyter_smkit.api.kinds import Kind, Reference, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.api.versions import next_version
from jupyter_smkit.state.records import Record, Transaction
from jupyter_smkit.state.schema import records

GROUP = Kind(
    "ModelPackageGroup",
    arn="model-package-group/{ModelPackageGroupName}",
    settled="Completed",
    ascending=True,
    unfiltered=frozenset({"CrossAccountFilterOption"}),
    missing="ModelPackageGroup {key} does not exist.",
    in_use="Model Package Group already exists: {arn}",
)
PACKAGE = Kind(
    "ModelPackage",
    arn="model-package/{_path}",
    key=("_path",),
    settled="Completed",
    no_effect="AWS validates and scans the package's containers",
    refers=(Reference("ModelPackageGroupName", "ModelPackageGroup", on_delete="restrict"),),
    defaults={"CertifyForMarketplace": False},
    merged=frozenset({"CustomerMetadataProperties"}),
    ascending=True,
    unfiltered=frozenset({"ModelPackageGroupName", "ModelPackageType"}),
    missing="ModelPackage {key} does not exist.",
    in_use="Model Package already exists: {arn}",
)
"""``_path`` is ``<group>/<version>``, or the name in lower case, as in AWS's ARNs."""

KINDS = (GROUP, PACKAGE)
_UNAPPROVED = "PendingManualApproval"


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "CreateModelPackage": partial(create, api),
            "DescribeModelPackage": partial(describe, api),
            "DeleteModelPackage": partial(delete, api),
            "ListModelPackages": list_packages,
            "BatchDescribeModelPackage": batch_describe,
            "PutModelPackageGroupPolicy": put_policy,
            "GetModelPackageGroupPolicy": get_policy,
            "DeleteModelPackageGroupPolicy": delete_policy,
        },
    )


def create(registry: Registry, call: Call) -> Params:
    name, group = call.params.get("ModelPackageName"), call.params.get("ModelPackageGroupName")
    if name is None and group is None:
        raise ValidationException("Missing ARN. Give a ModelPackageName or ModelPackageGroupName")
    if name is not None and group is not None:
        raise ValidationException(
            "Both ModelPackageName and ModelPackageGroupName are provided in the input. "
            "Cannot determine which one to use."
        )
    with call.state.begin() as transaction:
        made: Params = {"_path": str(name).lower()}
        owner = None if group is None else _group(call, transaction, group)
        if owner is not None:
            call = replace(call, params={**call.params, "ModelPackageGroupName": owner.key})
        if earlier := conventions.repeated(PACKAGE, call, transaction):
            return {"ModelPackageArn": earlier.arn}
        if owner is not None:
            version = next_version(transaction, owner)
            made = {
                "_path": f"{owner.key}/{version}",
                "ModelPackageVersion": version,
                "ModelApprovalStatus": call.params.get("ModelApprovalStatus", _UNAPPROVED),
            }
        package = conventions.insert(PACKAGE, registry, call, transaction, made=made)
        scans = [{"Name": package.arn, "Status": "NotStarted"}]
        transaction.change(
            package, observed={"ModelPackageStatusDetails": {"ValidationStatuses": scans}}
        )
    return {"ModelPackageArn": package.arn}


def _group(call: Call, transaction: Transaction, name: str) -> Record:
    try:
        return find(GROUP, transaction, call.account, call.region, call.params)
    except ApiError:
        raise ValidationException(f"Model Package Group does not exist. {name}") from None


def _find(call: Call, transaction: Transaction, name: str) -> Record:
    named = {"ModelPackageArn": name} if name.startswith("arn:") else {"_path": name.lower()}
    return find(PACKAGE, transaction, call.account, call.region, named)


def describe(registry: Registry, call: Call) -> Params:
    with call.state.read() as transaction:
        record = _find(call, transaction, call.params["ModelPackageName"])
    return conventions.answer(PACKAGE, call, record)


def delete(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        record = _find(call, transaction, call.params["ModelPackageName"])
        conventions.remove(PACKAGE, registry, call.operation, record, transaction)
    return {}


def list_packages(call: Call) -> Params:
    """Those without a version where the client names neither a group nor a type, as AWS does."""
    conditions: list[ColumnElement[bool]] = []
    group = records.c.request["ModelPackageGroupName"].as_string()
    if wanted := call.params.get("ModelPackageGroupName"):
        conditions.append(group == str(wanted).rpartition("/")[2])
    else:
        match call.params.get("ModelPackageType", "Unversioned"):
            case "Versioned":
                conditions.append(group.is_not(None))
            case "Unversioned":
                conditions.append(group.is_(None))
    return conventions.listed(PACKAGE, call, listing.page(PACKAGE, call, *conditions))


def batch_describe(call: Call) -> Params:
    found: Params = {}
    errors: Params = {}
    operation = replace(call, operation="DescribeModelPackage")
    members = (
        "ModelPackageGroupName",
        "ModelPackageVersion",
        "ModelPackageArn",
        "ModelPackageDescription",
        "CreationTime",
        "InferenceSpecification",
        "ModelPackageStatus",
        "ModelApprovalStatus",
        "ModelPackageRegistrationType",
    )
    with call.state.read() as transaction:
        for arn in call.params["ModelPackageArnList"]:
            try:
                record = _find(call, transaction, arn)
            except ApiError as error:
                errors[arn] = {"ErrorCode": error.code, "ErrorResponse": error.message}
            else:
                shown = conventions.answer(PACKAGE, operation, record)
                found[arn] = {name: shown[name] for name in members if name in shown}
    return {"ModelPackageSummaries": found, "BatchDescribeModelPackageErrorMap": errors}


def put_policy(call: Call) -> Params:
    policy = call.params["ResourcePolicy"]
    try:
        if not isinstance(json.loads(policy), dict):
            raise ValueError("it is no JSON object")
    except ValueError as error:
        raise ValidationException(f"Invalid resource policy: {error}") from None
    with call.state.begin() as transaction:
        group = find(GROUP, transaction, call.account, call.region, call.params)
        transaction.change(group, observed={"_policy": policy})
    return {"ModelPackageGroupArn": group.arn}


def get_policy(call: Call) -> Params:
    with call.state.read() as transaction:
        return {"ResourcePolicy": _policy(find(GROUP, transaction, *_place(call)))}


def delete_policy(call: Call) -> Params:
    with call.state.begin() as transaction:
        group = find(GROUP, transaction, *_place(call))
        _policy(group)
        transaction.change(group, observed={"_policy": None})
    return {}


def _place(call: Call) -> tuple[str, str, Params]:
    return call.account, call.region, call.params


def _policy(group: Record) -> str:
    policy = group.observed.get("_policy")
    if policy is None:
        raise ValidationException(f"Cannot find resource policy for: {group.arn}")
    return str(policy)
