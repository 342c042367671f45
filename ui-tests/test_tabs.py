"""smkit's pages among the other tabs of JupyterLab."""

from __future__ import annotations

import re

from desk import Desk
from playwright.sync_api import expect

CURRENT = re.compile(r"\bjp-mod-current\b")


def test_a_page_in_front_is_the_current_one(desk: Desk) -> None:
    tabs = desk.page.get_by_role("main").get_by_role("tab")
    for name in ("first.txt", "second.txt"):
        (desk.lab.root / name).touch()
        desk.run("docmanager:open", path=name)
        expect(tabs.filter(has_text=name)).to_have_class(CURRENT)
    tabs.filter(has_text="first.txt").click()
    desk.run("smkit:open", page="models")
    expect(tabs.filter(has_text="Models")).to_have_class(CURRENT)
    expect(desk.tab()).to_be_focused()
    assert tabs.all_inner_texts()[-3:] == ["first.txt", "Models", "second.txt"]

    tabs.filter(has_text="first.txt").click()
    expect(tabs.filter(has_text="first.txt")).to_have_class(CURRENT)
    tabs.filter(has_text="Models").click()
    expect(tabs.filter(has_text="Models")).to_have_class(CURRENT)
    desk.page.get_by_role("menuitem", name="File", exact=True).click()
    expect(desk.page.get_by_role("menuitem", name="Save Text")).to_have_count(0)
    desk.page.get_by_role("menuitem", name="Close Tab").click()
    expect(tabs.filter(has_text="Models")).to_have_count(0)
    expect(tabs.filter(has_text="first.txt")).to_have_count(1)
