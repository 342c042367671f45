from __future__ import annotations

import pytest
from desk import Desk
from playwright.sync_api import Locator, expect

COUNT = 30
PAGE_ROWS = 25


@pytest.fixture
def models(desk: Desk) -> Locator:
    """A list of more models than a page holds."""
    sagemaker = desk.lab.client("sagemaker")
    if not sagemaker.list_models(NameContains="listed-")["Models"]:
        for number in range(COUNT):
            sagemaker.create_model(
                ModelName=f"listed-{number:02}",
                ExecutionRoleArn="arn:aws:iam::123456789012:role/service-role/any",
                PrimaryContainer={"Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/python:1"},
            )
    desk.run("smkit:open", page="models")
    tab = desk.tab()
    tab.get_by_label("Filter by name").fill("listed-")
    return tab


def rows(tab: Locator) -> Locator:
    return tab.get_by_role("table").locator("tbody tr")


def test_a_list_is_sorted_and_comes_in_pages(models: Locator, desk: Desk) -> None:
    expect(rows(models)).to_have_count(PAGE_ROWS)
    models.get_by_role("button", name="Name", exact=True).click()
    expect(rows(models).first).to_contain_text("listed-00")
    expect(models.get_by_role("columnheader", name="Name")).to_have_attribute(
        "aria-sort", "ascending"
    )
    desk.shoot("list-pages")
    models.get_by_role("button", name="Next").click()
    expect(rows(models)).to_have_count(COUNT - PAGE_ROWS)
    expect(rows(models).last).to_contain_text(f"listed-{COUNT - 1:02}")
    models.get_by_role("button", name="Previous").click()
    expect(rows(models).first).to_contain_text("listed-00")


def test_a_filter_that_matches_nothing_says_so(models: Locator) -> None:
    models.get_by_label("Filter by name").fill("no-such-model")
    expect(models.get_by_role("heading", name="Nothing matches")).to_be_visible()


def test_several_are_deleted_after_a_question(models: Locator, desk: Desk) -> None:
    models.get_by_label("Filter by name").fill("listed-2")
    expect(rows(models)).to_have_count(10)
    for name in ("listed-28", "listed-29"):
        models.get_by_label(f"Select {name}").check()
    models.get_by_role("button", name="Delete").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text("listed-28, listed-29")
    dialog.get_by_role("button", name="Delete").click()
    expect(rows(models)).to_have_count(8)
    left = desk.lab.client("sagemaker").list_models(NameContains="listed-2")["Models"]
    assert len(left) == 8


def test_what_could_not_be_deleted_stays_selected(desk: Desk) -> None:
    sagemaker = desk.lab.client("sagemaker")
    for group in ("group-empty", "group-full"):
        sagemaker.create_model_package_group(ModelPackageGroupName=group)
    sagemaker.create_model_package(ModelPackageGroupName="group-full")
    desk.run("smkit:open", page="model-package-groups")
    tab = desk.tab()
    tab.get_by_label("Select group-empty").check()
    tab.get_by_label("Select group-full").check()
    tab.get_by_role("button", name="Delete").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    expect(tab.get_by_role("alert")).to_contain_text("1 of 2:")
    expect(tab.get_by_text("1 selected")).to_be_visible()
    expect(tab.get_by_label("Select group-full")).to_be_checked()


def test_a_list_changes_by_itself(models: Locator, desk: Desk) -> None:
    models.get_by_label("Filter by name").fill("listed-0")
    expect(rows(models)).to_have_count(10)
    desk.lab.client("sagemaker").delete_model(ModelName="listed-09")
    expect(rows(models)).to_have_count(9)
