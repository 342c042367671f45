"""The flow editor, used as a user does."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from desk import Desk, Lab
from playwright.sync_api import Locator, expect
from sklearn.datasets import load_wine

from jupyter_smkit.control.processes import wait_until
from jupyter_smkit.wrangler import edit
from jupyter_smkit.wrangler.flow import Flow, dumps, load

DIRTY = re.compile(r"\bjp-mod-dirty\b")
MISSING = "sagemaker.spark.handle_missing_0.1"
IMPUTE = {
    "operator": "Impute",
    "impute_parameters": {
        "column_type": "Numeric",
        "numeric_parameters": {"strategy": "Mean", "input_column": ["ash"]},
    },
}


@pytest.fixture(scope="module")
def data(lab: Lab) -> str:
    """Wines with a column of text and some missing values, in s3://."""
    frame = load_wine(as_frame=True).frame.rename(columns={"target": "cultivar"})
    frame["cultivar"] = frame["cultivar"].map({0: "barolo", 1: "grignolino", 2: "barbera"})
    frame.loc[::7, "ash"] = None
    s3 = lab.client("s3")
    s3.create_bucket(Bucket="wines")
    s3.put_object(Bucket="wines", Key="wine.csv", Body=frame.to_csv(index=False).encode())
    return "s3://wines/wine.csv"


@pytest.fixture
def flow(data: str) -> Flow:
    made = edit.new(data)
    return edit.add_step(made, made.nodes[-1].id, MISSING, IMPUTE)[0]


def opened(desk: Desk, flow: Flow, name: str) -> Locator:
    path = desk.lab.root / name
    path.write_text(dumps(flow))
    desk.run("docmanager:open", path=name)
    tab = desk.tab()
    expect(tab.get_by_text("178 rows, 14 columns")).to_be_visible(timeout=30_000)
    return tab


def header(tab: Locator, column: str) -> Locator:
    return tab.get_by_role("columnheader").filter(has_text=column)


def label(desk: Desk, name: str) -> Locator:
    """What stands for a document in the bar of tabs."""
    return desk.page.get_by_role("main").get_by_role("tab", name=name)


def saved(desk: Desk, name: str) -> Flow:
    desk.run("docmanager:save")
    return load(Path(desk.lab.root / name))


def test_a_changed_step_shows_before_it_is_applied(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "change.flow")
    expect(header(tab, "ash").first).to_contain_text("none missing")
    desk.shoot("flow-editor")
    form = tab.get_by_role("form", name="Impute: ash")
    form.get_by_label("ash", exact=True).uncheck()
    form.get_by_label("alcohol", exact=True).check()
    expect(tab.get_by_text("as it would be")).to_be_visible()
    expect(header(tab, "ash").first).to_contain_text("14.6 % missing")
    form.get_by_role("button", name="Apply").click()
    expect(tab.get_by_role("form", name="Impute: alcohol")).to_be_visible()
    block = saved(desk, "change.flow").nodes[-1].parameters["impute_parameters"]
    assert block["numeric_parameters"]["input_column"] == ["alcohol"]
    tab.get_by_role("button", name="Undo").click()
    expect(tab.get_by_role("form", name="Impute: ash")).to_be_visible()
    assert saved(desk, "change.flow").to_dict() == flow.to_dict()


def test_a_step_is_found_added_and_deleted_by_keyboard(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "keys.flow")
    tab.get_by_role("button", name="Step", exact=True).click()
    desk.page.keyboard.type("one-hot")
    expect(tab.get_by_role("option", name="One-hot encode")).to_be_visible()
    desk.shoot("flow-search")
    desk.page.keyboard.press("Enter")
    form = tab.get_by_role("form", name="One-hot encode")
    form.get_by_label("cultivar", exact=True).check()
    expect(header(tab, "cultivar_barolo")).to_be_visible()
    form.get_by_role("button", name="Add to the flow").click()
    expect(tab.get_by_text("178 rows, 16 columns")).to_be_visible()
    assert len(saved(desk, "keys.flow").nodes) == 4
    tab.locator(".smkit-FlowGraph-node").last.focus()
    desk.page.keyboard.press("Delete")
    expect(tab.get_by_text("178 rows, 14 columns")).to_be_visible()
    expect(tab.locator(".smkit-FlowGraph-node")).to_have_count(3)
    desk.page.keyboard.press("Control+z")
    expect(tab.locator(".smkit-FlowGraph-node")).to_have_count(4)


def test_delete_takes_the_step_that_has_the_focus(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "focus.flow")
    tab.locator(".smkit-FlowGraph-node").nth(1).focus()
    desk.page.keyboard.press("Delete")
    expect(tab.locator(".smkit-FlowStep-title")).to_have_text(["wine.csv", "Impute: ash"])


def test_enter_on_another_step_asks_for_the_change(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "enter.flow")
    tab.get_by_role("form", name="Impute: ash").get_by_label("alcohol", exact=True).check()
    tab.locator(".smkit-FlowGraph-node").first.focus()
    desk.page.keyboard.press("Enter")
    desk.page.get_by_role("dialog").get_by_role("button", name="Discard").focus()
    desk.page.keyboard.press("Enter")
    expect(tab.get_by_role("form", name="wine.csv")).to_be_visible()


def test_keys_undo_and_redo_after_a_form(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "after.flow")
    before = tab.get_by_role("form", name="Impute: ash", exact=True)
    after = tab.get_by_role("form", name="Impute: ash, alcohol")
    before.get_by_label("alcohol", exact=True).check()
    before.get_by_role("button", name="Apply").press("Enter")
    expect(after).to_be_visible()
    desk.page.keyboard.press("Control+z")
    expect(before).to_be_visible()
    before.get_by_label("proline", exact=True).check()
    before.get_by_role("button", name="Discard").press("Enter")
    desk.page.keyboard.press("Control+y")
    expect(after).to_be_visible()


def test_a_step_is_added_over_plain_http(desk: Desk, flow: Flow) -> None:
    # What a browser leaves out where a page comes from another machine without TLS.
    desk.page.evaluate("delete Crypto.prototype.randomUUID")
    tab = opened(desk, flow, "plain.flow")
    tab.get_by_role("button", name="Step", exact=True).click()
    desk.page.keyboard.type("one-hot")
    desk.page.keyboard.press("Enter")
    form = tab.get_by_role("form", name="One-hot encode")
    form.get_by_label("cultivar", exact=True).check()
    form.get_by_role("button", name="Add to the flow").click()
    expect(tab.locator(".smkit-FlowGraph-node")).to_have_count(4)


def test_an_error_names_its_step_and_the_rest_goes_on(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "wrong.flow")
    tab.get_by_role("button", name="Step", exact=True).click()
    desk.page.keyboard.type("formula")
    desk.page.keyboard.press("Enter")
    form = tab.get_by_role("form", name="Custom formula")
    form.get_by_label("Output column").fill("strong")
    form.get_by_label("Formula", exact=True).fill("alcool > 13")
    expect(tab.get_by_role("alert")).to_contain_text("did you mean 'alcohol'?")
    form.get_by_label("Formula", exact=True).fill("alcohol > 13")
    expect(header(tab, "strong")).to_contain_text("bool")
    expect(tab.get_by_role("alert")).to_have_count(0)


def test_a_new_flow_starts_with_its_data(desk: Desk, data: str) -> None:
    desk.run("smkit:new-flow")
    tab = desk.tab()
    tab.get_by_role("button", name="Add a source").click()
    form = tab.get_by_role("form", name="Amazon S3")
    form.get_by_label("S3 address", exact=True).fill(data)
    tab.get_by_role("button", name="Add a source").click()
    desk.page.get_by_role("dialog").get_by_role("button", name="Keep editing").click()
    expect(tab.get_by_text("178 rows, 14 columns")).to_be_visible(timeout=30_000)
    form.get_by_role("button", name="Add to the flow").click()
    expect(tab.locator(".smkit-FlowStep-title").first).to_have_text("wine.csv")
    desk.shoot("flow-new")


def test_a_flow_runs_as_a_job_and_shows_its_code(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "job.flow")
    tab.get_by_role("button", name="Code").click()
    expect(tab.get_by_text("create_processing_job")).to_be_visible()
    tab.get_by_role("button", name="polars script").click()
    expect(tab.get_by_text("def main(")).to_be_visible()
    desk.shoot("flow-code")
    tab.get_by_role("button", name="Flow", exact=True).click()
    tab.get_by_role("button", name="Run as a job").click()
    name = tab.get_by_label("Job name").input_value()
    tab.get_by_role("button", name="Start the job").click()
    expect(tab.get_by_text(f"{name} is on its way")).to_be_visible()
    desk.shoot("flow-job")
    describe = desk.lab.client("sagemaker").describe_processing_job
    assert wait_until(
        lambda: describe(ProcessingJobName=name)["ProcessingJobStatus"] != "InProgress", 60
    )
    job = describe(ProcessingJobName=name)
    assert job["ProcessingJobStatus"] == "Completed", job.get("FailureReason")


def test_a_job_does_not_silently_leave_a_change_out(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "unapplied.flow")
    form = tab.get_by_role("form", name="Impute: ash")
    form.get_by_label("alcohol", exact=True).check()
    tab.get_by_role("button", name="Run as a job").click()
    expect(tab.get_by_text("“Impute: ash” has changes that are not in the flow")).to_be_visible()
    desk.shoot("flow-unapplied")
    tab.get_by_role("button", name="Back to the step").click()
    expect(form.get_by_label("alcohol", exact=True)).to_be_checked()
    tab.get_by_role("button", name="Run as a job").click()
    tab.get_by_role("button", name="Apply them").click()
    expect(tab.get_by_text("not in the flow")).to_have_count(0)
    expect(tab.get_by_role("button", name="Start the job")).to_be_visible()
    block = saved(desk, "unapplied.flow").nodes[-1].parameters["impute_parameters"]
    assert block["numeric_parameters"]["input_column"] == ["ash", "alcohol"]


def test_another_step_does_not_silently_discard_a_change(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "leave.flow")
    form = tab.get_by_role("form", name="Impute: ash")
    form.get_by_label("alcohol", exact=True).check()
    source = tab.locator(".smkit-FlowGraph-node").first
    source.click()
    asked = desk.page.get_by_role("dialog")
    expect(asked).to_contain_text("Discard the changes of “Impute: ash”?")
    desk.shoot("flow-discard")
    asked.get_by_role("button", name="Keep editing").click()
    expect(form.get_by_label("alcohol", exact=True)).to_be_checked()
    source.click()
    asked.get_by_role("button", name="Discard").click()
    expect(tab.get_by_role("form", name="wine.csv")).to_be_visible()
    assert saved(desk, "leave.flow").to_dict() == flow.to_dict()


def test_a_closed_tab_does_not_silently_discard_a_change(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "close.flow")
    form = tab.get_by_role("form", name="Impute: ash")
    form.get_by_label("alcohol", exact=True).check()
    close = desk.page.locator("#jp-main-dock-panel .lm-mod-current .lm-TabBar-tabCloseIcon")
    close.click()
    asked = desk.page.get_by_role("dialog")
    expect(asked).to_contain_text("Discard the changes of “Impute: ash”?")
    asked.get_by_role("button", name="Keep editing").click()
    expect(form.get_by_label("alcohol", exact=True)).to_be_checked()
    close.click()
    asked.get_by_role("button", name="Discard").click()
    expect(tab).to_have_count(0)
    opened(desk, flow, "close.flow")
    close.click()
    expect(tab).to_have_count(0)


def test_a_flow_says_when_there_is_something_to_save(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "dirty.flow")
    tab.locator(".smkit-FlowGraph-node").first.press("Control+z")
    expect(label(desk, "dirty.flow")).not_to_have_class(DIRTY)
    for change in ("Delete this step", "Undo", "Redo"):
        tab.get_by_role("button", name=change).click()
        expect(label(desk, "dirty.flow")).to_have_class(DIRTY)
        if change != "Redo":
            saved(desk, "dirty.flow")
            expect(label(desk, "dirty.flow")).not_to_have_class(DIRTY)
    label(desk, "dirty.flow").locator(".lm-TabBar-tabCloseIcon").click()
    asked = desk.page.get_by_role("dialog")
    expect(asked).to_contain_text("Save your work")
    asked.get_by_role("button", name="Save", exact=True).click()
    expect(tab).to_have_count(0)
    assert len(load(desk.lab.root / "dirty.flow").nodes) == len(flow.nodes) - 1


def test_a_flow_is_saved_by_itself(autosaving_desk: Desk, flow: Flow) -> None:
    desk = autosaving_desk
    tab = opened(desk, flow, "by-itself.flow")
    tab.get_by_role("button", name="Delete this step").click()
    file = desk.lab.root / "by-itself.flow"
    assert wait_until(lambda: len(load(file).nodes) < len(flow.nodes), 10)
    expect(label(desk, "by-itself.flow")).not_to_have_class(DIRTY)


def test_a_renamed_flow_comes_back_with_the_layout(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "first.flow")
    desk.page.evaluate(
        "window.jupyterapp.serviceManager.contents.rename('first.flow', 'second.flow')"
    )
    tab.get_by_role("button", name="Code").click()
    tab.get_by_role("button", name="smkit", exact=True).click()
    expect(tab.get_by_label("Python code")).to_contain_text('flow="second.flow"')
    with desk.keeping("second.flow"):
        desk.run("smkit:open", page="models")
    desk.page.goto(f"{desk.lab.url}lab")
    desk.page.get_by_role("tab", name="second.flow").click(timeout=30_000)
    expect(tab.get_by_text("178 rows, 14 columns")).to_be_visible(timeout=30_000)


def test_a_script_is_not_silently_overwritten(desk: Desk, flow: Flow) -> None:
    mine = desk.lab.root / "mine.py"
    mine.write_text("print('my own')")
    tab = opened(desk, flow, "mine.flow")
    tab.get_by_role("button", name="Code").click()
    save = tab.get_by_role("button", name="Save the script beside the flow")
    save.click()
    asked = desk.page.get_by_role("dialog")
    expect(asked).to_contain_text("mine.py")
    asked.get_by_role("button", name="Cancel").click()
    assert mine.read_text() == "print('my own')"
    save.click()
    asked.get_by_role("button", name="Overwrite").click()
    expect(desk.page.locator(".jp-FileEditor:visible")).to_contain_text("def main(")


def test_a_default_can_be_typed_over(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "skipped.flow")
    tab.locator(".smkit-FlowGraph-node").first.click()
    skipped = tab.get_by_label("Lines to skip")
    skipped.press("End")
    skipped.press("Backspace")
    skipped.press("2")
    expect(skipped).to_have_value("2")


def test_what_was_guessed_is_told_and_another_delimiter_chosen(desk: Desk, data: str) -> None:
    rows = ["stadt;preis"] + [f"Köln {number};{number}" for number in range(1_100)] + ["Bern;?"]
    body = "\n".join(rows).encode("cp1252")
    desk.lab.client("s3").put_object(Bucket="wines", Key="staedte.csv", Body=body)
    (desk.lab.root / "guessed.flow").write_text(dumps(edit.new("s3://wines/staedte.csv")))
    desk.run("docmanager:open", path="guessed.flow")
    tab = desk.tab()
    expect(header(tab, "stadt")).to_be_visible(timeout=30_000)
    notes = tab.get_by_role("region", name="Notes").get_by_role("listitem")
    expect(notes.first).to_contain_text("semicolons between fields and the encoding Windows-1252")
    expect(notes.last).to_contain_text("1 of 1,101 values was no whole number and became missing")
    tab.locator(".smkit-FlowGraph-node").first.click()
    tab.get_by_label("Delimiter").fill(",")
    expect(header(tab, "stadt;preis")).to_be_visible()
    expect(notes).to_have_count(1)
    tab.get_by_role("button", name="Apply").click()
    chosen = saved(desk, "guessed.flow").nodes[0].parameters["dataset_definition"]
    assert chosen["s3ExecutionContext"]["s3FieldDelimiter"] == ","


def test_an_empty_flow_shows_no_rows(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "emptied.flow")
    tab.locator(".smkit-FlowGraph-node").first.focus()
    desk.page.keyboard.press("Delete")
    expect(tab.get_by_role("heading", name="An empty flow")).to_be_visible()
    expect(tab.get_by_text("178 rows, 14 columns")).to_have_count(0)


def test_a_form_goes_and_comes_back_with_its_step(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "history.flow")
    tab.get_by_role("button", name="Delete this step").click()
    tab.get_by_role("button", name="Undo").click()
    tab.locator(".smkit-FlowGraph-node").last.click()
    form = tab.get_by_role("form", name="Impute: ash")
    form.get_by_label("alcohol", exact=True).check()
    tab.get_by_role("button", name="Redo").click()
    expect(tab.locator(".smkit-FlowGraph-node")).to_have_count(2)
    expect(tab.get_by_role("button", name="Apply")).to_have_count(0)
    tab.get_by_role("button", name="Undo").click()
    expect(form.get_by_label("alcohol", exact=True)).to_be_checked()


def test_a_new_step_does_not_outlive_the_one_it_stands_behind(desk: Desk, flow: Flow) -> None:
    tab = opened(desk, flow, "behind.flow")
    tab.get_by_role("button", name="Delete this step").click()
    tab.get_by_role("button", name="Undo").click()
    tab.locator(".smkit-FlowGraph-node").last.click()
    tab.get_by_role("button", name="Step", exact=True).click()
    desk.page.keyboard.type("one-hot")
    desk.page.keyboard.press("Enter")
    form = tab.get_by_role("form", name="One-hot encode")
    form.get_by_label("cultivar", exact=True).check()
    tab.get_by_role("button", name="Redo").click()
    expect(tab.locator(".smkit-FlowGraph-node")).to_have_count(2)
    expect(tab.get_by_role("button", name="Add to the flow")).to_have_count(0)


def test_what_is_not_understood_stays_in_the_file(desk: Desk, flow: Flow) -> None:
    odd, _ = edit.add_step(flow, flow.nodes[-1].id, "sagemaker.spark.magic_0.1", {"spell": 1})
    raw = odd.to_dict()
    raw["nodes"][1]["trained_parameters"] = {"other": {"_hash": 2730276688865113001, "x": 1.0}}
    text = json.dumps(raw, indent=2)
    (desk.lab.root / "odd.flow").write_text(text)
    desk.run("docmanager:open", path="odd.flow")
    tab = desk.tab()
    expect(tab.get_by_text("not supported by smkit yet").first).to_be_visible(timeout=30_000)
    desk.shoot("flow-unknown")
    tab.get_by_role("button", name="Delete this step").click()
    expect(tab.get_by_text("178 rows, 14 columns")).to_be_visible(timeout=30_000)
    tab.get_by_role("button", name="Undo").click()
    desk.run("docmanager:save")
    assert (desk.lab.root / "odd.flow").read_text() == text
