from __future__ import annotations

from desk import Desk
from playwright.sync_api import expect


def test_a_script_runs_from_the_form(desk: Desk) -> None:
    desk.run("smkit:new-processing-job")
    tab = desk.tab()
    tab.get_by_label("Name", exact=True).fill("first-job")
    tab.get_by_label("Script", exact=True).fill("print('hello from the job')")
    desk.shoot("processing-form")
    tab.get_by_role("tab", name="Code").click()
    expect(tab.get_by_label("Python code")).to_contain_text("create_processing_job(")
    desk.shoot("processing-form-code")
    tab.get_by_role("tab", name="Form").click()
    tab.get_by_role("button", name="Run").click()

    expect(tab.get_by_role("heading", name="first-job")).to_be_visible()
    expect(tab.get_by_text("Completed", exact=True)).to_be_visible(timeout=60_000)
    desk.shoot("processing-record")
    tab.get_by_role("tab", name="Logs").click()
    expect(tab.get_by_role("log")).to_contain_text("hello from the job")
    desk.shoot("processing-logs")
    tab.get_by_role("button", name="Processing jobs").click()
    row = tab.get_by_role("row").filter(has_text="first-job")
    expect(row.get_by_text("Completed")).to_be_visible()
    desk.shoot("processing-list")


def test_an_empty_list_says_what_to_do(desk: Desk) -> None:
    desk.run("smkit:open", page="training-jobs")
    expect(desk.tab().get_by_role("heading", name="Nothing here yet")).to_be_visible()
    desk.shoot("training-empty")
