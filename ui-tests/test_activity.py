"""What runs, how it ends, and what is told of it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import hosting
import pytest
from conftest import opened
from desk import Desk, Lab
from playwright.sync_api import BrowserContext, Locator, expect
from test_jobs import BUCKET, COUNTS, process, put

WAITS = """\
import time
from pathlib import Path
import boto3
while "Contents" not in boto3.client("s3").list_objects_v2(Bucket="ui-jobs", Prefix="go/{name}"):
    time.sleep(0.2)
{then}
"""


@pytest.fixture
def told_desk(lab: Lab, context: BrowserContext) -> Iterator[Desk]:
    """A desk that is told of every job that ends, short ones too."""
    settings = lab.root / ".settings/jupyter-smkit"
    settings.mkdir(parents=True, exist_ok=True)
    kept = settings / "core.jupyterlab-settings"
    kept.write_text('{"notifyAfter": 0}')
    try:
        with opened(lab, context) as desk:
            yield desk
    finally:
        kept.unlink()


def running(desk: Desk, name: str) -> Locator:
    """A record in JupyterLab's panel of what runs, which lists open tabs too."""
    desk.page.evaluate("window.jupyterapp.shell.activateById('jp-running-sessions')")
    panel = desk.page.locator("#jp-running-sessions")
    return panel.get_by_role("treeitem", name=re.compile(rf"{name} (In|Pend|Stopp|Delet)"))


def test_jobs_that_run_are_seen_and_stopped(told_desk: Desk) -> None:
    desk, lab = told_desk, told_desk.lab
    process(lab, "seen-running", COUNTS)
    item = running(desk, "seen-running")
    expect(item).to_be_visible()
    desk.shoot("running-panel")
    item.locator(".jp-RunningSessions-itemLabel").click()
    heading = desk.tab().get_by_role("heading", name="seen-running")
    expect(heading).to_contain_text("InProgress")
    item.hover()
    item.get_by_title("Stop").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Stop").click()
    expect(heading).to_contain_text("Stopped")
    expect(item).to_have_count(0)
    # What has ended is not stopped again, and the page says why.
    stop = desk.tab().get_by_role("button", name="Stop")
    expect(stop).to_be_disabled()
    expect(stop).to_have_attribute("title", "It has ended: Stopped")
    desk.tab().get_by_role("button", name="Processing jobs").click()
    desk.tab().get_by_label("Select seen-running").check()
    expect(desk.tab().get_by_role("button", name="Stop")).to_be_disabled()


def test_how_a_job_ends_is_told(told_desk: Desk) -> None:
    desk, lab = told_desk, told_desk.lab
    for name, then in {"ends-well": "", "ends-badly": "raise SystemExit(3)"}.items():
        process(lab, name, WAITS.format(name=name, then=then))
    desk.run("smkit:open", page="models")
    desk.run("smkit:show-studio")
    jobs = desk.page.get_by_role("navigation", name="smkit Studio").get_by_role(
        "button", name=re.compile("^Processing jobs")
    )
    expect(jobs.get_by_role("img", name="2 under way")).to_be_visible()
    for name in ("ends-well", "ends-badly"):
        put(lab, f"go/{name}", b"")
    notices = desk.page.get_by_role("alert")
    expect(notices.filter(has_text=re.compile("ends-well completed in"))).to_be_visible(
        timeout=60_000
    )
    failed = notices.filter(has_text=re.compile("ends-badly failed after"))
    expect(failed).to_be_visible(timeout=60_000)
    badge = jobs.get_by_role("img", name=re.compile("failed since you last looked"))
    expect(badge).to_be_visible()
    desk.shoot("job-ended")
    failed.get_by_role("button", name="Open").click()
    expect(desk.tab().get_by_role("heading", name="ends-badly")).to_contain_text("Failed")
    # Who has seen the list knows of the failures, after a reload as well.
    jobs.click()
    expect(desk.tab().get_by_role("button", name="ends-badly")).to_be_visible()
    expect(badge).to_have_count(0)


def test_an_endpoint_is_deleted_with_what_it_alone_uses(desk: Desk) -> None:
    lab = desk.lab
    for name in ("own-model", "shared-model"):
        hosting.model(lab, name, hosting.constant("yes"))
    hosting.endpoint(lab, "leaving", {"own-model": 1.0, "shared-model": 1.0})
    sagemaker = lab.client("sagemaker")
    sagemaker.create_endpoint_config(
        EndpointConfigName="staying",
        ProductionVariants=[
            {
                "VariantName": "only",
                "ModelName": "shared-model",
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
            }
        ],
    )
    item = running(desk, "leaving")
    expect(item).to_be_visible()
    item.hover()
    item.get_by_title("Delete").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog.get_by_label("Configuration leaving")).to_be_checked()
    expect(dialog.get_by_label("Model own-model")).to_be_checked()
    shared = dialog.get_by_label(re.compile("Model shared-model – also used by staying"))
    expect(shared).not_to_be_checked()
    desk.shoot("endpoint-delete")
    dialog.get_by_role("button", name="Delete").click()
    expect(item).to_have_count(0)
    desk.run("smkit:open", page="models")
    expect(desk.tab().get_by_role("button", name="shared-model")).to_be_visible()
    expect(desk.tab().get_by_role("button", name="own-model")).to_have_count(0)
    configs = sagemaker.list_endpoint_configs()["EndpointConfigs"]
    assert "leaving" not in {each["EndpointConfigName"] for each in configs}


def test_tags_are_given_taken_and_filtered_by(desk: Desk) -> None:
    sagemaker = desk.lab.client("sagemaker")
    for name in ("tagged-one", "tagged-two"):
        sagemaker.create_experiment(ExperimentName=name)
    desk.run("smkit:open", page="experiments/record", name="tagged-one")
    tab = desk.tab()
    for key, value in {"team": "research", "cost": "7"}.items():
        tab.get_by_label("Key of a new tag").fill(key)
        tab.get_by_label("Value of a new tag").fill(value)
        tab.get_by_role("button", name="Add tag").click()
        expect(tab.get_by_role("list", name="Tags")).to_contain_text(f"{key} = {value}")
    desk.shoot("tags")
    tab.get_by_role("button", name="Remove the tag cost").click()
    expect(tab.get_by_role("list", name="Tags")).not_to_contain_text("cost")
    desk.run("smkit:open", page="experiments")
    expect(tab.get_by_role("button", name="tagged-two")).to_be_visible()
    for tag in ("team", "team=research"):
        tab.get_by_label("Filter by tag").fill(tag)
        expect(tab.get_by_role("button", name="tagged-two")).to_have_count(0)
        expect(tab.get_by_role("button", name="tagged-one")).to_be_visible()
    desk.shoot("list-by-tag")
    tab.get_by_label("Filter by tag").fill("team=sales")
    expect(tab.get_by_role("heading", name="Nothing matches")).to_be_visible()


def test_artifacts_open_in_jupyterlab(desk: Desk) -> None:
    lab = desk.lab
    writes = (
        "from pathlib import Path\n"
        "out = Path('/opt/ml/processing/output')\n"
        "(out / 'deep').mkdir()\n"
        "(out / 'report.md').write_text('# A report')\n"
        "(out / 'deep/rows.csv').write_text('a,b\\n1,2\\n')\n"
    )
    put(lab, "shared/of-another-job.csv", b"1\n")
    written = int(time.time())
    while int(time.time()) <= written + 1:  # S3 tells the time of writing to the second.
        desk.page.evaluate("0")
    process(lab, "writes-files", writes, output=f"s3://{BUCKET}/shared")
    desk.run("smkit:open", page="processing-jobs/record", name="writes-files")
    tab = desk.tab()
    expect(tab.get_by_text("Completed", exact=True).first).to_be_visible(timeout=60_000)
    put(lab, "shared/later.csv", b"1\n")
    tab.get_by_role("tab", name="Artifacts").click()
    expect(tab.get_by_role("link", name="shared/report.md")).to_be_visible()
    expect(tab.get_by_role("link", name="of-another-job.csv")).to_have_count(0)
    desk.shoot("processing-artifacts")
    tab.get_by_role("link", name="shared/deep/rows.csv").click()
    expect(desk.page.locator(".jp-CSVViewer")).to_be_visible()
    desk.run("smkit:open", page="processing-jobs/record", name="writes-files")
    tab.get_by_role("link", name="shared/report.md").click()
    expect(desk.page.get_by_role("heading", name="A report")).to_be_visible()
    desk.run("smkit:open", page="processing-jobs/record", name="writes-files")
    tab.get_by_role("button", name="Open folder").first.click()
    browser = desk.page.locator("#smkit-buckets")
    expect(browser.get_by_text("of-another-job.csv")).to_be_visible()
