from __future__ import annotations

from desk import Desk
from playwright.sync_api import expect

from jupyter_smkit.control import lease, processes


def test_smkit_starts_with_its_first_use(fresh_desk: Desk) -> None:
    home = fresh_desk.lab.home
    connection = fresh_desk.page.locator(".smkit-Connection")
    # The stream of events has been answered: whatever opening starts would have been started.
    expect(connection).to_have_text("smkit: not running")
    assert not home.locks.exists()

    fresh_desk.run("smkit:show-studio")
    expect(connection).to_have_text("smkit", timeout=30_000)
    assert all(lease.holder(home.locks, role) for role in processes.ROLES)
