from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError


@pytest.fixture
def sm(api: Any) -> Any:
    return api.client("sagemaker", region="eu-west-2")


def test_a_group_numbers_its_versions(sm: Any) -> None:
    sm.create_model_package_group(ModelPackageGroupName="churn")
    first, second = (
        sm.create_model_package(ModelPackageGroupName="churn")["ModelPackageArn"] for _ in range(2)
    )
    assert first.endswith(":model-package/churn/1")
    assert second.endswith(":model-package/churn/2")
    shown = sm.describe_model_package(ModelPackageName=second)
    assert shown["ModelPackageVersion"] == 2
    assert shown["ModelApprovalStatus"] == "PendingManualApproval"
    assert shown["ModelPackageStatus"] == "Completed"

    # A number is not given twice.
    sm.delete_model_package(ModelPackageName=second)
    third = sm.create_model_package(ModelPackageGroupName="churn")["ModelPackageArn"]
    assert third.endswith("/3")

    with pytest.raises(sm.exceptions.ConflictException):
        sm.delete_model_package_group(ModelPackageGroupName="churn")
    for arn in (first, third):
        sm.delete_model_package(ModelPackageName=arn)
    sm.delete_model_package_group(ModelPackageGroupName="churn")


def test_versions_are_listed_by_group_and_approved(sm: Any) -> None:
    sm.create_model_package_group(ModelPackageGroupName="prices")
    arn = sm.create_model_package(ModelPackageGroupName="prices")["ModelPackageArn"]
    sm.create_model_package(ModelPackageName="Alone")
    sm.update_model_package(
        ModelPackageArn=arn,
        ModelApprovalStatus="Approved",
        CustomerMetadataProperties={"team": "blue"},
    )
    approved = sm.list_model_packages(
        ModelPackageGroupName="prices", ModelApprovalStatus="Approved"
    )["ModelPackageSummaryList"]
    assert [each["ModelPackageArn"] for each in approved] == [arn]
    alone = sm.list_model_packages()["ModelPackageSummaryList"]
    assert [each["ModelPackageName"] for each in alone] == ["Alone"]
    both = sm.list_model_packages(ModelPackageType="Both")["ModelPackageSummaryList"]
    assert len(both) == 2
    assert sm.describe_model_package(ModelPackageName="Alone")["ModelPackageArn"].endswith("/alone")

    missing = arn[:-1] + "9"
    batch = sm.batch_describe_model_package(ModelPackageArnList=[arn, missing])
    assert batch["ModelPackageSummaries"][arn]["ModelApprovalStatus"] == "Approved"
    assert missing in batch["BatchDescribeModelPackageErrorMap"]


def test_a_package_has_a_name_or_a_group(sm: Any) -> None:
    with pytest.raises(ClientError, match="Missing ARN"):
        sm.create_model_package()
    with pytest.raises(ClientError, match="Both ModelPackageName and ModelPackageGroupName"):
        sm.create_model_package(ModelPackageName="a", ModelPackageGroupName="b")
    with pytest.raises(ClientError, match="Model Package Group does not exist"):
        sm.create_model_package(ModelPackageGroupName="nothing")


def test_a_group_has_a_policy(sm: Any) -> None:
    sm.create_model_package_group(ModelPackageGroupName="shared")
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        sm.get_model_package_group_policy(ModelPackageGroupName="shared")
    with pytest.raises(ClientError, match="Invalid resource policy"):
        sm.put_model_package_group_policy(ModelPackageGroupName="shared", ResourcePolicy="no")
    policy = '{"Version": "2012-10-17", "Statement": []}'
    sm.put_model_package_group_policy(ModelPackageGroupName="shared", ResourcePolicy=policy)
    shown = sm.get_model_package_group_policy(ModelPackageGroupName="shared")
    assert shown["ResourcePolicy"] == policy
    sm.delete_model_package_group_policy(ModelPackageGroupName="shared")
    with pytest.raises(ClientError, match="Cannot find resource policy"):
        sm.get_model_package_group_policy(ModelPackageGroupName="shared")
