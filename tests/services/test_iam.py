"""Roles and users as records."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import ClientError

TRUST = json.dumps({"Version": "2012-10-17", "Statement": []})
FULL_ACCESS = "arn:aws:iam::aws:policy/AmazonSageMakerFullAccess"


def test_the_execution_role_is_there_from_the_start(iam: Any) -> None:
    role = iam.get_role(RoleName="SmkitExecutionRole")["Role"]
    assert role["Arn"] == "arn:aws:iam::123456789012:role/SmkitExecutionRole"
    trust = role["AssumeRolePolicyDocument"]
    assert trust["Statement"][0]["Principal"] == {"Service": "sagemaker.amazonaws.com"}
    assert "SmkitExecutionRole" in [each["RoleName"] for each in iam.list_roles()["Roles"]]


def test_the_execution_role_cannot_be_deleted(iam: Any) -> None:
    assert code_of(lambda: iam.delete_role(RoleName="SmkitExecutionRole")) == "UnmodifiableEntity"


def test_the_life_of_a_role(iam: Any, unique: Callable[[str], str]) -> None:
    name = unique("Trainer")
    made = iam.create_role(
        RoleName=name,
        Path="/service-role/",
        AssumeRolePolicyDocument=TRUST,
        Description="a < b & c",
        Tags=[{"Key": "team", "Value": "süd"}],
    )["Role"]
    assert made["Arn"] == f"arn:aws:iam::123456789012:role/service-role/{name}"
    found = iam.get_role(RoleName=name)["Role"]
    assert found["Description"] == "a < b & c"
    assert found["Tags"] == [{"Key": "team", "Value": "süd"}]
    assert found["RoleId"] == made["RoleId"]
    assert (
        code_of(lambda: iam.create_role(RoleName=name, AssumeRolePolicyDocument=TRUST))
        == "EntityAlreadyExists"
    )

    iam.attach_role_policy(RoleName=name, PolicyArn=FULL_ACCESS)
    attached = iam.list_attached_role_policies(RoleName=name)["AttachedPolicies"]
    assert attached == [{"PolicyName": "AmazonSageMakerFullAccess", "PolicyArn": FULL_ACCESS}]
    assert code_of(lambda: iam.delete_role(RoleName=name)) == "DeleteConflict"
    iam.detach_role_policy(RoleName=name, PolicyArn=FULL_ACCESS)

    iam.put_role_policy(RoleName=name, PolicyName="s3", PolicyDocument=TRUST)
    assert iam.list_role_policies(RoleName=name)["PolicyNames"] == ["s3"]
    policy = iam.get_role_policy(RoleName=name, PolicyName="s3")
    assert policy["PolicyDocument"] == json.loads(TRUST)
    iam.delete_role_policy(RoleName=name, PolicyName="s3")

    iam.delete_role(RoleName=name)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_role(RoleName=name)


def test_policies_of_the_execution_role(iam: Any) -> None:
    iam.attach_role_policy(RoleName="SmkitExecutionRole", PolicyArn=FULL_ACCESS)
    attached = iam.list_attached_role_policies(RoleName="SmkitExecutionRole")
    assert FULL_ACCESS in [each["PolicyArn"] for each in attached["AttachedPolicies"]]


def test_what_a_role_may_is_each_action_on_each_resource(iam: Any) -> None:
    role = "arn:aws:iam::123456789012:role/SmkitExecutionRole"
    actions, buckets = ["s3:GetObject", "s3:PutObject"], ["arn:aws:s3:::a", "arn:aws:s3:::b"]
    pages = iam.get_paginator("simulate_principal_policy").paginate(
        PolicySourceArn=role,
        ActionNames=actions,
        ResourceArns=buckets,
        PaginationConfig={"PageSize": 3},
    )
    found = [page["EvaluationResults"] for page in pages]
    assert [len(each) for each in found] == [3, 1]
    assert [
        (each["EvalActionName"], each["EvalResourceName"], each["EvalDecision"])
        for page in found
        for each in page
    ] == [(action, bucket, "allowed") for action in actions for bucket in buckets]

    (everywhere,) = iam.simulate_principal_policy(PolicySourceArn=role, ActionNames=actions[:1])[
        "EvaluationResults"
    ]
    assert everywhere["EvalResourceName"] == "*"


@pytest.mark.parametrize(
    ("principal", "code"),
    [
        ("arn:aws:iam::123456789012:role/Nobody", "NoSuchEntity"),
        ("arn:aws:iam::210987654321:role/SmkitExecutionRole", "NoSuchEntity"),
        ("arn:aws:iam::123456789012:group/All", "NoSuchEntity"),
        ("arn:aws:sts::123456789012:assumed-role/SmkitExecutionRole/me", "InvalidInput"),
    ],
)
def test_a_principal_that_is_none_may_nothing(iam: Any, principal: str, code: str) -> None:
    ask = partial(iam.simulate_principal_policy, ActionNames=["s3:GetObject"])
    assert code_of(lambda: ask(PolicySourceArn=principal)) == code


def test_roles_come_in_pages(iam: Any, unique: Callable[[str], str]) -> None:
    path = f"/{unique('paged')}/"
    for number in range(5):
        iam.create_role(
            RoleName=unique(f"Paged{number}"), Path=path, AssumeRolePolicyDocument=TRUST
        )
    pages = iam.get_paginator("list_roles").paginate(
        PathPrefix=path, PaginationConfig={"PageSize": 2}
    )
    sizes = [len(page["Roles"]) for page in pages]
    assert sizes == [2, 2, 1]


def test_a_policy_that_is_no_json(iam: Any, unique: Callable[[str], str]) -> None:
    assert (
        code_of(lambda: iam.create_role(RoleName=unique("R"), AssumeRolePolicyDocument="{"))
        == "MalformedPolicyDocument"
    )


def test_users(iam: Any, unique: Callable[[str], str]) -> None:
    name = unique("ada")
    assert code_of(lambda: iam.get_user(UserName=name)) == "NoSuchEntity"
    iam.create_user(UserName=name)
    assert iam.get_user(UserName=name)["User"]["Arn"].endswith(f":user/{name}")
    assert code_of(lambda: iam.get_user()) == "ValidationError"
    iam.delete_user(UserName=name)


def code_of(call: Callable[[], Any]) -> str:
    with pytest.raises(ClientError) as refused:
        call()
    return str(refused.value.response["Error"]["Code"])
