from __future__ import annotations

from desk import Desk
from playwright.sync_api import expect

GROUP = "churn"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1"


def test_a_version_is_approved(desk: Desk) -> None:
    sagemaker = desk.lab.client("sagemaker")
    sagemaker.create_model_package_group(
        ModelPackageGroupName=GROUP, ModelPackageGroupDescription="Who leaves"
    )
    desk.run("smkit:open", page="model-package-groups")
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
