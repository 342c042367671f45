from __future__ import annotations

import json

from archive import packed
from desk import Desk
from hosting import BUCKET, constant
from hosting import IMAGE as SERVING
from playwright.sync_api import expect

GROUP = "churn"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


def test_a_version_is_approved(desk: Desk) -> None:
    sagemaker = desk.lab.client("sagemaker")
    desk.run("smkit:open", page="model-package-groups")
    sagemaker.create_model_package_group(
        ModelPackageGroupName=GROUP, ModelPackageGroupDescription="Who leaves"
    )
    desk.tab().get_by_role("button", name=GROUP).click()
    tab = desk.tab()
    expect(tab.get_by_text("Who leaves", exact=True)).to_be_visible()
    tab.get_by_role("tab", name="Versions").click()
    expect(tab.get_by_role("heading", name="Nothing here yet")).to_be_visible()

    made = [
        sagemaker.create_model_package(
            ModelPackageGroupName=GROUP,
            InferenceSpecification={
                "Containers": [{"Image": IMAGE}],
                "SupportedContentTypes": ["text/csv"],
                "SupportedResponseMIMETypes": ["text/csv"],
            },
        )["ModelPackageArn"]
        for _ in range(2)
    ]
    rows = tab.get_by_role("table", name="Versions").locator("tbody tr")
    expect(rows).to_have_count(2)
    expect(rows.get_by_text("PendingManualApproval")).to_have_count(2)
    tab.get_by_role("button", name="Approve version 2").click()
    expect(rows.filter(has_text="Approved")).to_have_count(1)
    tab.get_by_role("button", name="Reject version 1").click()
    expect(rows.filter(has_text="Rejected")).to_have_count(1)
    expect(tab.get_by_role("button", name="Reject version 1")).to_be_disabled()
    desk.shoot("registry-versions")
    described = [sagemaker.describe_model_package(ModelPackageName=each) for each in made]
    assert [each["ModelApprovalStatus"] for each in described] == ["Rejected", "Approved"]


def test_a_version_has_a_page_and_is_deployed_from_it(desk: Desk) -> None:
    sagemaker, s3 = desk.lab.client("sagemaker"), desk.lab.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="fares.tar.gz", Body=packed(constant("12.5")))
    measured = {"regression_metrics": {"rmse": {"value": 2.75, "standard_deviation": 0.25}}}
    s3.put_object(Bucket=BUCKET, Key="fares.json", Body=json.dumps(measured).encode())
    sagemaker.create_model_package_group(ModelPackageGroupName="fares")
    container = {"Image": SERVING, "ModelDataUrl": f"s3://{BUCKET}/fares.tar.gz"}
    report = {"ContentType": "application/json", "S3Uri": f"s3://{BUCKET}/fares.json"}
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="fares",
        ModelPackageDescription="Gradient boosting on trips",
        InferenceSpecification={
            "Containers": [container],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
        ModelMetrics={"ModelQuality": {"Statistics": report}},
        CustomerMetadataProperties={"owner": "pricing"},
    )["ModelPackageArn"]
    sagemaker.add_tags(ResourceArn=arn, Tags=[{"Key": "stage", "Value": "trial"}])

    desk.run("smkit:open", page="model-package-groups/record", name="fares")
    desk.tab().get_by_role("tab", name="Versions").click()
    desk.tab().get_by_role("button", name="1", exact=True).click()
    tab = desk.tab()
    expect(tab.get_by_role("heading", name="fares, version 1")).to_be_visible()
    for fact in ("Gradient boosting on trips", "pricing", "stage = trial", SERVING):
        expect(tab.get_by_text(fact, exact=True)).to_be_visible()
    deploy = tab.get_by_role("button", name="Deploy")
    expect(deploy).to_be_disabled()
    tab.get_by_role("button", name="Approve version 1").click()
    expect(tab.get_by_text("Approved", exact=True)).to_be_visible()
    desk.shoot("version")
    tab.get_by_role("tab", name="Metrics").click()
    row = tab.get_by_role("row").filter(has_text="standard_deviation")
    expect(row).to_contain_text("regression_metrics › rmse")
    expect(row).to_contain_text("0.25")
    desk.shoot("version-metrics")
    tab.get_by_role("tab", name="Code").click()
    expect(tab.get_by_label("Python code")).to_contain_text("create_model_package(")

    deploy.click()
    tab = desk.tab()
    expect(tab.get_by_label("Version", exact=True)).to_have_value(arn)
    desk.shoot("endpoint-of-a-version")
    tab.get_by_role("button", name="Next").click()
    tab.get_by_label("Endpoint name").fill("fares")
    tab.get_by_role("button", name="Next").click()
    expect(tab.get_by_label("Python code")).to_contain_text(f'"ModelPackageName": "{arn}"')
    tab.get_by_role("button", name="Create endpoint").click()
    expect(tab.get_by_text("InService", exact=True).first).to_be_visible(timeout=60_000)
    asked = desk.lab.client("sagemaker-runtime").invoke_endpoint(EndpointName="fares", Body=b"1")
    assert asked["Body"].read() == b"12.5"


def test_facts_of_several_containers_stay_as_many(desk: Desk) -> None:
    sagemaker = desk.lab.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="chained")
    arn = sagemaker.create_model_package(
        ModelPackageGroupName="chained",
        InferenceSpecification={
            "Containers": [{"Image": IMAGE}, {"Image": SERVING}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )["ModelPackageArn"]
    desk.run("smkit:open", page="model-packages/record", name=arn)
    images = desk.tab().get_by_role("term").filter(has_text="Image")
    expect(images).to_have_count(2)
    sagemaker.update_model_package(
        ModelPackageArn=arn, ModelApprovalStatus="Approved", ApprovalDescription="It is good"
    )
    expect(desk.tab().get_by_text("It is good", exact=True)).to_be_visible()
    expect(images).to_have_count(2)


def test_a_package_without_a_version_goes_by_its_name(desk: Desk) -> None:
    sagemaker, s3 = desk.lab.client("sagemaker"), desk.lab.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key="alone.tar.gz", Body=packed(constant("1")))
    sagemaker.create_model_package(
        ModelPackageName="alone",
        InferenceSpecification={
            "Containers": [{"Image": SERVING, "ModelDataUrl": f"s3://{BUCKET}/alone.tar.gz"}],
            "SupportedContentTypes": ["text/csv"],
            "SupportedResponseMIMETypes": ["text/csv"],
        },
    )
    sagemaker.create_model(ModelName="made", PrimaryContainer={"ModelPackageName": "alone"})
    desk.run("smkit:open", page="models/record", name="made")
    desk.tab().get_by_role("button", name="alone", exact=True).click()
    expect(desk.tab().get_by_role("heading", name="alone", exact=True)).to_be_visible()


def test_a_deleted_record_says_so_and_leads_back(desk: Desk) -> None:
    sagemaker = desk.lab.client("sagemaker")
    sagemaker.create_model_package_group(ModelPackageGroupName="passing")
    arn = sagemaker.create_model_package(ModelPackageGroupName="passing")["ModelPackageArn"]
    desk.run("smkit:open", page="model-packages/record", name=arn)
    tab = desk.tab()
    tab.get_by_role("button", name="Delete").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("Delete passing, version 1?")
    dialog.get_by_role("button", name="Delete").click()
    expect(tab.get_by_role("heading", name="It was deleted")).to_be_visible()
    expect(tab.get_by_role("button", name="Try again")).to_have_count(0)
    desk.shoot("record-deleted")
    tab.get_by_role("button", name="Go to passing").click()
    expect(desk.tab().get_by_role("heading", name="passing")).to_be_visible()

    # Another client deletes it: the open page hears of that.
    sagemaker.delete_model_package_group(ModelPackageGroupName="passing")
    expect(desk.tab().get_by_role("heading", name="It was deleted")).to_be_visible()
    desk.run("smkit:open", page="models/record", name="never-made")
    expect(desk.tab().get_by_role("heading", name="It does not exist")).to_be_visible()
    desk.tab().get_by_role("button", name="Go to Models").click()
    expect(desk.tab().get_by_role("heading", name="Models", level=1)).to_be_visible()
