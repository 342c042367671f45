"""IAM: roles and users as records. What they allow has no effect here; whoever signs may all."""

from __future__ import annotations

import base64
import hashlib
import json
import re
from collections.abc import Sequence
from itertools import product
from typing import Any
from urllib.parse import quote

from jupyter_smkit.api.errors import ApiError, ValidationException
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.services.paging import page
from jupyter_smkit.state.records import AlreadyExists, Record, Transaction
from jupyter_smkit.state.schema import records

DEFAULT_ROLE = "SmkitExecutionRole"
"""There from the start: the role that smkit's own credentials act as."""
_ROLE, _USER = "IamRole", "IamUser"
_REGION = "aws-global"
"""IAM knows no regions; its records stand under this name."""
_TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "sagemaker.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
_SETTLED = "Active"


class NoSuchEntity(ApiError):
    code, status = "NoSuchEntity", 404


def role_id(account: str, name: str) -> str:
    """The same for the same role, in AWS's form: ``AROA`` and 17 more."""
    digest = hashlib.sha256(f"{account}/{name}".encode()).digest()
    return "AROA" + base64.b32encode(digest).decode()[:17]


def create_role(call: Call) -> Params:
    _policy(call.params["AssumeRolePolicyDocument"])
    name = call.params["RoleName"]
    if name == DEFAULT_ROLE:
        raise _exists("Role", name)
    record = _record(call, _ROLE, name, call.params)
    return {"Role": _role(_create(call, record, "Role"))}


def get_role(call: Call) -> Params:
    with call.state.read() as transaction:
        found = _found(call, transaction, _ROLE, call.params["RoleName"])
        tags = transaction.tags(found.arn)
    return {"Role": {**_role(found), "Tags": _tag_list(tags)}}


def list_roles(call: Call) -> Params:
    kept = _all(call, _ROLE)
    prefix = call.params.get("PathPrefix", "/")
    if prefix == "/" and all(each.key != DEFAULT_ROLE for each in kept):
        kept.append(_default(call))
    return _page(call, "Roles", [_role(each) for each in kept], "RoleName")


def update_role(call: Call) -> Params:
    wanted = ("Description", "MaxSessionDuration")
    _change(call, {name: call.params[name] for name in wanted if name in call.params})
    return {}


def update_assume_role_policy(call: Call) -> Params:
    _policy(call.params["PolicyDocument"])
    _change(call, {"AssumeRolePolicyDocument": call.params["PolicyDocument"]})
    return {}


def delete_role(call: Call) -> Params:
    with call.state.begin() as transaction:
        found = _found(call, transaction, _ROLE, call.params["RoleName"])
        if found.key == DEFAULT_ROLE:
            raise ApiError(
                f"Cannot perform the operation on the protected role '{DEFAULT_ROLE}': "
                "smkit's own credentials act as it",
                code="UnmodifiableEntity",
                status=400,
            )
        if found.observed.get("Attached"):
            raise _conflict("Cannot delete entity, must detach all policies first.")
        if found.observed.get("Inline"):
            raise _conflict("Cannot delete entity, must delete policies first.")
        transaction.delete(found)
    return {}


def attach_role_policy(call: Call) -> Params:
    arn = call.params["PolicyArn"]
    with call.state.begin() as transaction:
        found = _own(call, transaction)
        attached = found.observed.get("Attached", [])
        if arn not in attached:
            transaction.change(found, observed={"Attached": sorted([*attached, arn])})
    return {}


def detach_role_policy(call: Call) -> Params:
    arn = call.params["PolicyArn"]
    with call.state.begin() as transaction:
        found = _own(call, transaction)
        attached = found.observed.get("Attached", [])
        if arn not in attached:
            raise NoSuchEntity(f"Policy {arn} was not found.")
        rest = [each for each in attached if each != arn]
        transaction.change(found, observed={"Attached": rest})
    return {}


def list_attached_role_policies(call: Call) -> Params:
    attached = _read(call).observed.get("Attached", [])
    policies = [{"PolicyName": arn.rpartition("/")[2], "PolicyArn": arn} for arn in attached]
    return _page(call, "AttachedPolicies", policies, "PolicyArn")


def put_role_policy(call: Call) -> Params:
    _policy(call.params["PolicyDocument"])
    with call.state.begin() as transaction:
        found = _own(call, transaction)
        inline = found.observed.get("Inline", {})
        added = {call.params["PolicyName"]: call.params["PolicyDocument"]}
        transaction.change(found, observed={"Inline": {**inline, **added}})
    return {}


def get_role_policy(call: Call) -> Params:
    name = call.params["PolicyName"]
    found = _read(call)
    document = found.observed.get("Inline", {}).get(name)
    if document is None:
        raise NoSuchEntity(f"The role policy with name {name} cannot be found.")
    return {"RoleName": found.key, "PolicyName": name, "PolicyDocument": quote(document)}


def delete_role_policy(call: Call) -> Params:
    name = call.params["PolicyName"]
    with call.state.begin() as transaction:
        found = _own(call, transaction)
        inline = dict(found.observed.get("Inline", {}))
        if inline.pop(name, None) is None:
            raise NoSuchEntity(f"The role policy with name {name} cannot be found.")
        transaction.change(found, observed={"Inline": inline})
    return {}


def list_role_policies(call: Call) -> Params:
    inline = _read(call).observed.get("Inline", {})
    listed = _page(call, "PolicyNames", [{"Name": name} for name in inline], "Name")
    return {**listed, "PolicyNames": [each["Name"] for each in listed["PolicyNames"]]}


def tag_role(call: Call) -> Params:
    with call.state.begin() as transaction:
        transaction.tag(_own(call, transaction).arn, _tag_map(call.params["Tags"]))
    return {}


def untag_role(call: Call) -> Params:
    with call.state.begin() as transaction:
        transaction.untag(_own(call, transaction).arn, call.params["TagKeys"])
    return {}


def list_role_tags(call: Call) -> Params:
    with call.state.read() as transaction:
        found = _found(call, transaction, _ROLE, call.params["RoleName"])
        tags = transaction.tags(found.arn)
    return _page(call, "Tags", _tag_list(tags), "Key")


def create_user(call: Call) -> Params:
    record = _record(call, _USER, call.params["UserName"], call.params)
    return {"User": _user(_create(call, record, "User"))}


def get_user(call: Call) -> Params:
    name = call.params.get("UserName")
    if name is None:
        raise ValidationException("Must specify userName when calling with non-User credentials")
    with call.state.read() as transaction:
        return {"User": _user(_found(call, transaction, _USER, name))}


def list_users(call: Call) -> Params:
    return _page(call, "Users", [_user(each) for each in _all(call, _USER)], "UserName")


def delete_user(call: Call) -> Params:
    with call.state.begin() as transaction:
        transaction.delete(_found(call, transaction, _USER, call.params["UserName"]))
    return {}


def simulate_principal_policy(call: Call) -> Params:
    """Each action on each resource is allowed, as it is when it is asked for."""
    _principal(call, call.params["PolicySourceArn"])
    asked = list(product(call.params["ActionNames"], call.params.get("ResourceArns") or ["*"]))
    # A marker is a text: the number of what it follows.
    found, marker = page(
        range(len(asked)),
        "{:09}".format,
        call.params.get("Marker"),
        call.params.get("MaxItems", 100),
    )
    results = [
        {
            "EvalActionName": asked[number][0],
            "EvalResourceName": asked[number][1],
            "EvalDecision": "allowed",
            "MatchedStatements": [],
            "MissingContextValues": [],
        }
        for number in found
    ]
    return {"EvaluationResults": results, "IsTruncated": marker is not None, "Marker": marker}


def _principal(call: Call, arn: str) -> None:
    """Raises where an ARN names no role or user of the account's."""
    named = re.fullmatch(r"arn:aws[a-z-]*:iam::\d{12}:(role|user|group)/(?:.*/)?([^/]+)", arn)
    if named is None:
        raise ApiError(
            f"Invalid Entity Arn: {arn} does not clearly define entity type and name.",
            code="InvalidInput",
            status=400,
        )
    what, name = named.groups()
    if what == "group":
        raise NoSuchEntity(f"The group with name {name} cannot be found.")
    with call.state.read() as transaction:
        found = _found(call, transaction, _ROLE if what == "role" else _USER, name)
    if found.arn != arn:
        raise NoSuchEntity(f"The {what} {arn} cannot be found; there is {found.arn}.")


def _default(call: Call) -> Record:
    request = {"RoleName": DEFAULT_ROLE, "AssumeRolePolicyDocument": _TRUST}
    return _record(call, _ROLE, DEFAULT_ROLE, request, created=0.0)


def _record(
    call: Call, kind: str, name: str, request: Params, created: float | None = None
) -> Record:
    at = call.now if created is None else created
    resource = "role" if kind == _ROLE else "user"
    arn = f"arn:aws:iam::{call.account}:{resource}{request.get('Path', '/')}{name}"
    return Record(call.account, _REGION, kind, name, arn, _SETTLED, request, {}, at, at)


def _create(call: Call, record: Record, what: str) -> Record:
    try:
        with call.state.begin() as transaction:
            return transaction.create(record, _tag_map(record.request.get("Tags", [])))
    except AlreadyExists:
        raise _exists(what, record.key) from None


def _found(call: Call, transaction: Transaction, kind: str, name: str) -> Record:
    found = transaction.get(call.account, _REGION, kind, name)
    if found is not None:
        return found
    if kind == _ROLE and name == DEFAULT_ROLE:
        return _default(call)
    what = "role" if kind == _ROLE else "user"
    raise NoSuchEntity(f"The {what} with name {name} cannot be found.")


def _own(call: Call, transaction: Transaction) -> Record:
    """The role as a record that can be changed; the default role becomes one here."""
    found = _found(call, transaction, _ROLE, call.params["RoleName"])
    if transaction.get(call.account, _REGION, _ROLE, found.key) is None:
        return transaction.create(found)
    return found


def _read(call: Call) -> Record:
    with call.state.read() as transaction:
        return _found(call, transaction, _ROLE, call.params["RoleName"])


def _change(call: Call, request: Params) -> None:
    with call.state.begin() as transaction:
        transaction.change(_own(call, transaction), request=request)


def _all(call: Call, kind: str) -> list[Record]:
    prefix = call.params.get("PathPrefix", "/")
    with call.state.read() as transaction:
        found = transaction.where(
            records.c.account == call.account,
            records.c.region == _REGION,
            records.c.kind == kind,
        )
    return [each for each in found if each.request.get("Path", "/").startswith(prefix)]


def _role(record: Record) -> Params:
    return {
        "Path": record.request.get("Path", "/"),
        "RoleName": record.key,
        "RoleId": role_id(record.account, record.key),
        "Arn": record.arn,
        "CreateDate": record.created,
        "AssumeRolePolicyDocument": quote(record.request["AssumeRolePolicyDocument"]),
        "Description": record.request.get("Description"),
        "MaxSessionDuration": record.request.get("MaxSessionDuration", 3600),
        "Tags": record.request.get("Tags"),
    }


def _user(record: Record) -> Params:
    return {
        "Path": record.request.get("Path", "/"),
        "UserName": record.key,
        "UserId": "AIDA" + role_id(record.account, record.key)[4:],
        "Arn": record.arn,
        "CreateDate": record.created,
        "Tags": record.request.get("Tags"),
    }


def _page(call: Call, member: str, items: Sequence[Params], key: str) -> Params:
    items = sorted(items, key=lambda item: str(item[key]))
    size = call.params.get("MaxItems", 100)
    found, marker = page(items, lambda item: str(item[key]), call.params.get("Marker"), size)
    return {member: found, "IsTruncated": marker is not None, "Marker": marker}


def _policy(document: str) -> None:
    try:
        if isinstance(json.loads(document), dict):
            return
    except ValueError:
        pass
    raise ApiError("This policy contains invalid Json", code="MalformedPolicyDocument", status=400)


def _tag_map(tags: list[dict[str, Any]]) -> dict[str, str]:
    return {each["Key"]: each["Value"] for each in tags}


def _tag_list(tags: dict[str, str]) -> list[Params]:
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def _exists(what: str, name: str) -> ApiError:
    message = f"{what} with name {name} already exists."
    return ApiError(message, code="EntityAlreadyExists", status=409)


def _conflict(message: str) -> ApiError:
    return ApiError(message, code="DeleteConflict", status=409)


def register(api: Registry) -> None:
    operations = (
        create_role,
        get_role,
        list_roles,
        update_role,
        update_assume_role_policy,
        delete_role,
        attach_role_policy,
        detach_role_policy,
        list_attached_role_policies,
        put_role_policy,
        get_role_policy,
        delete_role_policy,
        list_role_policies,
        tag_role,
        untag_role,
        list_role_tags,
        create_user,
        get_user,
        list_users,
        delete_user,
        simulate_principal_policy,
    )
    for each in operations:
        name = "".join(word.capitalize() for word in each.__name__.split("_"))
        api.operation("iam", name)(each)
