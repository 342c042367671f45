from __future__ import annotations

import re

from desk import Desk
from playwright.sync_api import WebSocketRoute, expect

SEEN = """(seen) => {
    Object.defineProperty(document, 'hidden', {value: !seen, configurable: true});
    document.dispatchEvent(new Event('visibilitychange'));
}"""
PAGES = [
    "models",
    "endpoints",
    "endpoint-configs",
    "automl",
    "model-package-groups",
    "experiments",
    "trials",
]


def test_the_panel_opens_pages_with_the_keyboard_alone(desk: Desk) -> None:
    desk.run("smkit:show-studio")
    panel = desk.page.get_by_role("navigation", name="smkit Studio")
    expect(panel.get_by_role("button", name="AutoML experiments")).to_be_visible()
    desk.shoot("studio-panel")
    panel.get_by_role("button", name="AutoML experiments").focus()
    desk.page.keyboard.press("ArrowDown")
    desk.page.keyboard.press("Enter")
    expect(desk.tab().get_by_role("heading", name="Processing jobs", level=1)).to_be_visible()


def test_every_list_has_a_page(desk: Desk) -> None:
    for name in PAGES:
        desk.run("smkit:open", page=name)
        expect(desk.tab().get_by_role("heading", level=1)).to_be_visible()
        expect(desk.tab().get_by_role("status")).to_have_count(0)
        expect(desk.tab().get_by_role("alert")).to_have_count(0)
        desk.shoot(f"list-{name}")


def test_the_panel_counts_what_there_is(desk: Desk) -> None:
    desk.run("smkit:show-studio")
    panel = desk.page.get_by_role("navigation", name="smkit Studio")
    item = panel.get_by_role("button").filter(has_text=re.compile("^Experiments"))
    sagemaker = desk.lab.client("sagemaker")
    pages = sagemaker.get_paginator("list_experiments").paginate()
    before = sum(len(page["ExperimentSummaries"]) for page in pages)
    sagemaker.create_experiment(ExperimentName=f"counted-{before}")
    expect(item).to_contain_text(str(before + 1))


def test_the_launcher_has_cards(desk: Desk) -> None:
    desk.run("launcher:create")
    launcher = desk.page.locator(".jp-Launcher:visible")
    for card in ("AutoML Experiment", "Endpoint", "Processing Job"):
        expect(launcher.get_by_text(card, exact=True)).to_be_visible()
    launcher.get_by_text("Processing Job", exact=True).scroll_into_view_if_needed()
    desk.shoot("launcher")


def test_pages_come_back_with_the_layout(desk: Desk) -> None:
    with desk.keeping("page=models"):
        desk.run("smkit:open", page="models")
    desk.page.goto(f"{desk.lab.url}lab")
    expect(desk.tab().get_by_role("heading", name="Models", level=1)).to_be_visible(timeout=30_000)


def test_who_comes_back_sees_what_happened_meanwhile(desk: Desk) -> None:
    held: list[WebSocketRoute] = []
    desk.page.route_web_socket(re.compile("/smkit/events"), lambda route: held.append(route))
    desk.page.reload()
    item = desk.page.locator(".smkit-Connection")
    expect(item).to_have_text("smkit…", timeout=30_000)
    held[0].connect_to_server().send("{}")
    expect(item).to_have_text("smkit")
    desk.run("smkit:open", page="experiments")
    expect(desk.tab().get_by_role("heading", name="Experiments", level=1)).to_be_visible()
    desk.page.evaluate(SEEN, False)
    expect(item).to_have_text("smkit…")
    desk.page.evaluate(SEEN, True)
    while len(held) < 2:
        desk.page.evaluate("0")
    # Made while the page is seen again, and its stream has not begun.
    desk.lab.client("sagemaker").create_experiment(ExperimentName="meanwhile")
    held[1].connect_to_server().send("{}")
    expect(desk.tab().get_by_role("button", name="meanwhile")).to_be_visible()


def test_code_goes_into_a_notebook(desk: Desk) -> None:
    desk.lab.client("sagemaker").create_experiment(ExperimentName="to-insert")
    desk.run("smkit:open", page="experiments/record", name="to-insert")
    desk.tab().get_by_role("tab", name="Code").click()
    desk.shoot("experiment-code")
    desk.tab().get_by_role("button", name="Insert into notebook").click()
    select = desk.page.get_by_role("button", name="Select Kernel")
    cell = desk.page.locator(".jp-Notebook .cm-content").filter(has_text="create_experiment(")
    expect(cell.or_(select).first).to_be_visible(timeout=30_000)
    if select.is_visible():
        select.click()
    expect(cell).to_contain_text('ExperimentName="to-insert"')


def test_code_is_copied_over_plain_http(desk: Desk) -> None:
    # What a browser leaves out where a page comes from another machine without TLS.
    desk.page.evaluate("delete Navigator.prototype.clipboard")
    desk.lab.client("sagemaker").create_experiment(ExperimentName="to-copy")
    desk.run("smkit:open", page="experiments/record", name="to-copy")
    desk.tab().get_by_role("tab", name="Code").click()
    desk.tab().get_by_role("button", name="Copy").click()
    expect(desk.tab().get_by_role("button", name="Copied")).to_be_visible()
    desk.run("smkit:open", page="processing-jobs")
    typed = desk.tab().get_by_label("Filter by name")
    typed.focus()
    desk.page.keyboard.press("Control+v")
    expect(typed).to_have_value(re.compile('ExperimentName="to-copy"'))


def test_buckets_are_a_drive(desk: Desk) -> None:
    s3 = desk.lab.client("s3")
    s3.create_bucket(Bucket="ui-drive")
    s3.put_object(Bucket="ui-drive", Key="folder/note.txt", Body=b"kept in a bucket")
    desk.run("smkit:open-buckets")
    browser = desk.page.locator("#smkit-buckets")
    browser.get_by_text("ui-drive").dblclick()
    browser.get_by_text("folder", exact=True).dblclick()
    browser.get_by_text("note.txt").dblclick()
    expect(desk.page.locator(".jp-FileEditor")).to_contain_text("kept in a bucket")
    # What the file browser does every few seconds does not start smkit.
    with desk.page.expect_request(re.compile("/smkit/contents/ui-drive/folder")) as again:
        desk.page.evaluate(
            "[...jupyterapp.shell.widgets('main')].find(each => each.id === 'smkit-buckets-tab')"
            ".content.model.refresh()"
        )
    assert again.value.headers["x-smkit-start"] == "no"


def test_a_folder_may_be_called_checkpoints(desk: Desk) -> None:
    s3 = desk.lab.client("s3")
    s3.create_bucket(Bucket="ui-saved")
    s3.put_object(Bucket="ui-saved", Key="checkpoints/step-1.txt", Body=b"first")
    desk.run("smkit:open-buckets")
    browser = desk.page.locator("#smkit-buckets")
    browser.get_by_text("ui-saved").dblclick()
    browser.get_by_text("checkpoints", exact=True).dblclick()
    browser.get_by_text("step-1.txt").dblclick()
    editor = desk.page.locator(".jp-FileEditor:visible")
    expect(editor).to_contain_text("first")
    editor.get_by_role("textbox").press("End")
    desk.page.keyboard.type(" and last")
    desk.run("docmanager:save")
    kept = s3.get_object(Bucket="ui-saved", Key="checkpoints/step-1.txt")["Body"].read()
    assert kept == b"first and last"
