"""The modules in a real browser, over a stand-in for anywidget's model."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from jupyter_smkit.widgets.live import STATIC, module

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

MODEL = """
window.sent = [];
window.model = {
  state: {}, handlers: {},
  get(name) { return this.state[name]; },
  on(names, run) { for (const n of names.split(' ')) (this.handlers[n] ??= []).push(run); },
  off(names, run) {
    for (const n of names.split(' '))
      this.handlers[n] = this.handlers[n].filter(each => each !== run);
  },
  send(content) { window.sent.push(content); },
  set(name, value) {
    this.state[name] = value;
    for (const run of this.handlers[`change:${name}`] ?? []) run();
  }
};
"""


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-quic"]
        )
        yield browser.new_page()
        browser.close()


def render(page: Page, widget: str, **state: Any) -> None:
    style = (STATIC / "widgets.css").read_text()
    page.set_content(f"<style>{style}</style><div id='here'></div>")
    page.evaluate(MODEL)
    page.evaluate(
        """async ([code, state]) => {
          const url = URL.createObjectURL(new Blob([code], {type: 'text/javascript'}));
          const {default: widget} = await import(url);
          window.model.state = state;
          window.clean = widget.render({model: window.model, el: document.querySelector('#here')});
        }""",
        [module(widget), state],
    )


def change(page: Page, **state: Any) -> None:
    page.evaluate("s => { for (const n in s) window.model.set(n, s[n]); }", state)


JOB = {
    "kind": "ProcessingJob",
    "name": "mine",
    "status": "InProgress",
    "detail": "",
    "log": [],
    "error": "",
}


def test_a_job_shows_its_log_and_stops(page: Page) -> None:
    render(page, "job", **JOB, started=100, ended=0)
    assert page.get_by_label("Log of mine").is_hidden()
    change(page, log=["one", "<b>two</b>"])
    assert page.get_by_label("Log of mine").inner_text() == "one\n<b>two</b>"
    page.get_by_role("button", name="Stop mine").click()
    assert page.evaluate("window.sent") == ["stop"]
    assert page.get_by_role("button", name="Stop mine").is_disabled()
    change(page, error="smkit does not answer")
    assert page.get_by_role("button", name="Stop mine").is_enabled()
    change(page, ended=165, detail="as asked", error="", status="Stopped")
    assert page.get_by_role("status").inner_text() == "Stopped"
    assert page.get_by_role("button").count() == 0
    assert page.get_by_text("1 min 5 s").is_visible() and page.get_by_text("as asked").is_visible()


def test_a_leaderboard_has_the_best_first(page: Page) -> None:
    render(page, "leaderboard", **JOB, metric="AUC", rows=[])
    assert page.get_by_role("table").is_hidden()
    rows = [
        {"name": "ensemble", "value": 0.91234567, "latency": 0.0021, "status": "Completed"},
        {"name": "tree", "value": None, "latency": None, "status": "InProgress"},
    ]
    change(page, rows=rows)
    assert page.get_by_role("columnheader", name="AUC").is_visible()
    lines = page.get_by_role("row").all_inner_texts()
    assert lines[1].split() == ["1", "ensemble", "0.91235", "2.1", "ms", "Completed"]
    assert lines[2].split() == ["2", "tree", "–", "–", "InProgress"]


def test_an_endpoint_is_tried(page: Page) -> None:
    endpoint = {"name": "mine", "detail": "", "variants": [], "answer": {}, "error": ""}
    render(page, "endpoint", **endpoint, status="Creating")
    send = page.get_by_role("button", name="Send")
    assert send.is_disabled()
    change(page, status="InService")
    page.get_by_label("Request body").fill("1,2")
    send.click()
    assert page.evaluate("window.sent") == [{"body": "1,2", "contentType": "text/csv"}]
    assert send.is_disabled()
    change(page, answer={"pending": True})
    assert send.is_disabled()
    change(page, answer={"body": "0.7", "type": "text/csv", "ms": 2.5})
    assert page.get_by_label("Answer").inner_text() == "0.7"
    assert page.get_by_text("2.5 ms").is_visible() and send.is_enabled()


def test_nothing_listens_after_it_is_gone(page: Page) -> None:
    render(page, "job", **JOB, started=0, ended=0)
    page.evaluate("window.clean()")
    assert page.evaluate("Object.values(window.model.handlers).flat().length") == 0
