"""Model cards, images and hub contents keep their versions."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/smkit"


@pytest.fixture
def sm(api: Any) -> Any:
    return api.client("sagemaker", region="eu-west-3")


def test_a_model_card_keeps_its_versions(sm: Any) -> None:
    sm.create_model_card(ModelCardName="card", Content='{"a": 1}', ModelCardStatus="Draft")
    sm.update_model_card(ModelCardName="card", Content='{"a": 2}', ModelCardStatus="Approved")
    assert sm.describe_model_card(ModelCardName="card")["ModelCardVersion"] == 2
    first = sm.describe_model_card(ModelCardName="card", ModelCardVersion=1)
    assert (first["Content"], first["ModelCardStatus"]) == ('{"a": 1}', "Draft")
    found = sm.list_model_card_versions(ModelCardName="card")["ModelCardVersionSummaryList"]
    assert [each["ModelCardVersion"] for each in found] == [1, 2]
    with pytest.raises(sm.exceptions.ResourceNotFound, match="version: 3 does not exist"):
        sm.describe_model_card(ModelCardName="card", ModelCardVersion=3)
    with pytest.raises(sm.exceptions.ConflictException):
        sm.create_model_card(ModelCardName="card", Content="{}", ModelCardStatus="Draft")
    sm.delete_model_card(ModelCardName="card")
    sm.create_model_card(ModelCardName="card", Content="{}", ModelCardStatus="Draft")
    assert sm.describe_model_card(ModelCardName="card")["ModelCardVersion"] == 1


def test_an_images_versions_have_aliases(sm: Any) -> None:
    sm.create_image(ImageName="base", RoleArn=ROLE, Description="to go")
    for aliases in (["stable"], ["latest"]):
        sm.create_image_version(ImageName="base", BaseImage="python:3.11", Aliases=aliases)
    assert sm.describe_image_version(ImageName="base")["Version"] == 2
    assert sm.describe_image_version(ImageName="base", Alias="stable")["Version"] == 1
    with pytest.raises(sm.exceptions.ResourceInUse, match="already names"):
        sm.update_image_version(ImageName="base", Version=1, AliasesToAdd=["latest"])
    sm.update_image_version(
        ImageName="base", Alias="stable", AliasesToAdd=["old"], AliasesToDelete=["stable"]
    )
    assert sm.list_aliases(ImageName="base", Version=1)["SageMakerImageVersionAliases"] == ["old"]
    page = sm.list_aliases(ImageName="base", MaxResults=1)
    assert page["SageMakerImageVersionAliases"] == ["latest"]
    page = sm.list_aliases(ImageName="base", NextToken=page["NextToken"])
    assert page["SageMakerImageVersionAliases"] == ["old"]

    sm.update_image(ImageName="base", DeleteProperties=["Description"])
    assert "Description" not in sm.describe_image(ImageName="base")
    sm.delete_image(ImageName="base")
    with pytest.raises(sm.exceptions.ResourceNotFound):
        sm.list_image_versions(ImageName="base")


def test_a_hub_shows_the_latest_of_each_content(sm: Any) -> None:
    sm.create_hub(HubName="ours", HubDescription="what we made")
    kept = {"HubName": "ours", "HubContentType": "Notebook", "HubContentName": "guide"}
    for version in ("1.10.0", "1.9.0"):
        sm.import_hub_content(
            **kept,
            HubContentVersion=version,
            DocumentSchemaVersion="1.0.0",
            HubContentDocument="{}",
        )
    assert sm.describe_hub_content(**kept)["HubContentVersion"] == "1.10.0"
    listed = sm.list_hub_contents(HubName="ours", HubContentType="Notebook")["HubContentSummaries"]
    assert [each["HubContentVersion"] for each in listed] == ["1.10.0"]
    since = sm.list_hub_content_versions(**kept, MinVersion="1.10.0")["HubContentSummaries"]
    assert [each["HubContentVersion"] for each in since] == ["1.10.0"]
    with pytest.raises(sm.exceptions.ResourceInUse, match="cannot be deleted while"):
        sm.delete_hub(HubName="ours")
    for version in ("1.10.0", "1.9.0"):
        sm.delete_hub_content(**kept, HubContentVersion=version)
    sm.delete_hub(HubName="ours")


def test_a_create_that_is_sent_again_makes_nothing_new(sm: Any) -> None:
    """botocore does so where the answer was lost: with the token of the first."""
    token = "0123456789-0123456789-0123456789-01"
    pipeline = {"PipelineName": "again", "RoleArn": ROLE, "PipelineDefinition": '{"Steps": []}'}
    made = [sm.create_pipeline(**pipeline, ClientRequestToken=token)["PipelineArn"] for _ in "12"]
    assert made[0] == made[1]
    with pytest.raises(ClientError, match="already exists"):
        sm.create_pipeline(**pipeline)

    sm.create_image(ImageName="again", RoleArn=ROLE)
    version = {"ImageName": "again", "BaseImage": "base", "Aliases": ["latest"]}
    made = [sm.create_image_version(**version, ClientToken=token)["ImageVersionArn"] for _ in "12"]
    assert made[0] == made[1]
    assert len(sm.list_image_versions(ImageName="again")["ImageVersions"]) == 1

    arn = sm.create_model_package_group(ModelPackageGroupName="again")["ModelPackageGroupArn"]
    for group in ("again", arn):
        for _ in "12":
            sm.create_model_package(ModelPackageGroupName=group, ClientToken=token)
    found = sm.list_model_packages(ModelPackageGroupName="again")["ModelPackageSummaryList"]
    assert [each["ModelPackageVersion"] for each in found] == [1]
    sm.create_model_package(ModelPackageGroupName="again")
    found = sm.list_model_packages(ModelPackageGroupName="again")["ModelPackageSummaryList"]
    assert [each["ModelPackageVersion"] for each in found] == [1, 2]
