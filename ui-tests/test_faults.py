"""What a user sees when a page or smkit itself fails, and that the rest goes on."""

from __future__ import annotations

import fcntl
import re
from collections.abc import Iterator
from contextlib import contextmanager

from desk import Desk, Lab
from playwright.sync_api import expect

from jupyter_smkit import serve

LIST = re.compile("/smkit/aws/sagemaker/ListExperiments")


def test_a_page_that_fails_says_so_and_the_others_go_on(desk: Desk) -> None:
    desk.lab.client("sagemaker").create_model(
        ModelName="told-wrong",
        ExecutionRoleArn="arn:aws:iam::123456789012:role/SmkitExecutionRole",
        PrimaryContainer={"Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/python:1"},
    )
    described = re.compile("/smkit/aws/sagemaker/DescribeModel")
    desk.page.route(described, lambda route: route.fulfill(json={"Containers": "no list"}))
    desk.run("smkit:open", page="models/record", name="told-wrong")
    broken = desk.tab()
    expect(broken.get_by_role("alert")).to_contain_text("This page ran into a fault.")
    desk.shoot("page-fault")
    desk.run("smkit:open", page="models")
    expect(desk.tab().get_by_role("button", name="told-wrong")).to_be_visible()

    desk.page.unroute(described)
    desk.run("smkit:open", page="models/record", name="told-wrong")
    broken.get_by_role("button", name="Show the page again").click()
    expect(broken.get_by_role("tab", name="Overview")).to_be_visible()
    expect(broken.get_by_role("alert")).to_have_count(0)


@contextmanager
def stopped(lab: Lab) -> Iterator[None]:
    """smkit ended, and kept from starting."""
    serve.stop(lab.home)
    with open(lab.home.run / "daemon.starting", "w") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        yield


def test_pages_say_when_smkit_is_gone_and_come_back_with_it(desk: Desk) -> None:
    create = desk.lab.client("sagemaker").create_experiment
    create(ExperimentName="seen-before")
    desk.run("smkit:open", page="models")
    desk.run("smkit:open", page="experiments")
    tab = desk.tab()
    item = desk.page.locator(".smkit-Connection")
    expect(item).to_have_text("smkit")
    # A page that is still loading when smkit ends would start it again, as whoever opened it wants.
    expect(tab.get_by_role("button", name="seen-before")).to_be_visible()
    experiments = desk.page.get_by_role("tab", name="Experiments")
    desk.page.get_by_role("tab", name="Models").click()
    create(ExperimentName="before-the-pause")
    with stopped(desk.lab):
        expect(item).to_have_text("smkit: not running")
        with desk.page.expect_response(LIST) as looked_again:
            experiments.click()
        assert looked_again.value.status == 503
        expect(item).to_have_text("smkit: not running")
        expect(tab.get_by_role("status")).to_contain_text("smkit does not run any more")
        desk.shoot("offline")
        tab.get_by_role("button", name="Start smkit").click()
        expect(item).to_have_text("smkit…")
    expect(item).to_have_text("smkit", timeout=30_000)
    expect(tab.get_by_role("status")).to_have_count(0)
    expect(tab.get_by_role("button", name="before-the-pause")).to_be_visible()
    create(ExperimentName="after-the-pause")
    expect(tab.get_by_role("button", name="after-the-pause")).to_be_visible()
    with desk.page.expect_request(LIST) as wanted:
        tab.get_by_role("button", name="Refresh").click()
    assert "x-smkit-start" not in wanted.value.headers
