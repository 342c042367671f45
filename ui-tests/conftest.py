"""A real JupyterLab with a real token, a home of its own and Debian's chromium."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from desk import Desk, Lab
from playwright.sync_api import Browser, BrowserContext, expect, sync_playwright

from jupyter_smkit import serve
from jupyter_smkit.compute.local import LocalExecutor
from jupyter_smkit.config import Home

# Built environments are the slow part of a fresh home: all tests share them.
os.environ.setdefault(
    "SMKIT_ENVIRONMENTS", str(Path(__file__).parents[1] / ".smkit" / "environments")
)
# A machine with other work to do is slower, and no less right.
expect.set_options(timeout=20_000)
HERE = Path(__file__).parent
TOKEN = "a-real-token"
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
LAB = {
    "expose_app_in_browser": True,
    "news_url": None,
    "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    "extension_manager": "readonly",
}
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes longest begins first, so that workers which share the files end together."""
    items.sort(key=lambda item: not item.path.is_relative_to(HERE))


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with jupyterlab(tmp_path_factory) as running:
        serve.ensure_running(running.home)
        yield running


@contextmanager
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    """A JupyterLab whose smkit has not been started yet."""
    home = Home(tmp_path_factory.mktemp("home"))
    root = tmp_path_factory.mktemp("lab")
    options = {
        "ServerApp.port": 0,
        "ServerApp.root_dir": root,
        "ServerApp.open_browser": False,
        "IdentityProvider.token": TOKEN,
        "FileContentsManager.delete_to_trash": False,
    }
    (root / ".config").mkdir()
    (root / ".config/jupyter_lab_config.json").write_text(json.dumps({"LabApp": LAB}))
    # JupyterLab's question about its news would stand in every picture.
    settings = root / ".settings/@jupyterlab/apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false"}')
    environment = os.environ | {
        "SMKIT_HOME": str(home.path),
        "JUPYTER_RUNTIME_DIR": str(root / ".runtime"),
        "JUPYTER_CONFIG_DIR": str(root / ".config"),
        "JUPYTERLAB_SETTINGS_DIR": str(root / ".settings"),
        "JUPYTERLAB_WORKSPACES_DIR": str(root / ".workspaces"),
    }
    command = [sys.executable, "-m", "jupyterlab", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield Lab(_address(process), home, root)
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            # jupyter_server does not end where a kernel is being started or restarted just then:
            # jupyter_client asks that kernel's unsettled future for its exception.
            process.kill()
            process.wait()
        serve.stop(home)
        # Jobs and workers outlive smkit by design; a test's must not.
        executor = LocalExecutor(home)
        for launched in home.jobs.glob("*"):
            executor.forget(launched.name)


def _address(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if found := re.search(r"http://127\.0\.0\.1:\d+/", line):
            threading.Thread(target=process.stderr.read, daemon=True).start()
            return found.group()
    raise AssertionError("".join(said))


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Ends with its file: Playwright's event loop would stand in the way of asynchronous tests."""
    if CHROMIUM is None:
        pytest.skip("there is no chromium here")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def context(browser: Browser) -> Iterator[BrowserContext]:
    """Of a whole file: with its cache JupyterLab opens in half the time."""
    context = _context(browser)
    yield context
    context.close()


def _context(browser: Browser) -> BrowserContext:
    return browser.new_context(viewport={"width": 1360, "height": 860})


@pytest.fixture
def desk(lab: Lab, context: BrowserContext) -> Iterator[Desk]:
    with opened(lab, context) as desk:
        yield desk


@pytest.fixture
def autosaving_desk(lab: Lab, context: BrowserContext) -> Iterator[Desk]:
    """A desk whose documents are saved by themselves every second."""
    settings = lab.root / ".settings/@jupyterlab/docmanager-extension"
    settings.mkdir(parents=True)
    (settings / "plugin.jupyterlab-settings").write_text('{"autosaveInterval": 1}')
    try:
        with opened(lab, context) as desk:
            yield desk
    finally:
        shutil.rmtree(settings)


@pytest.fixture
def fresh_desk(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[Desk]:
    """The desk of a machine where smkit has never run."""
    with (
        jupyterlab(tmp_path_factory) as lab,
        _context(browser) as context,
        opened(lab, context) as desk,
    ):
        yield desk


@contextmanager
def opened(lab: Lab, context: BrowserContext) -> Iterator[Desk]:
    """JupyterLab, open and ready, in a workspace of the test's own."""
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(f"{error}\n{error.stack}"))
    page.goto(f"{lab.url}lab?token={TOKEN}&reset")
    page.wait_for_function("window.jupyterapp?.restored")
    page.evaluate("window.jupyterapp.restored.then(() => null)")
    expect(page.locator("#jupyterlab-splash")).to_have_count(0, timeout=30_000)
    yield Desk(page, lab)
    page.close()
    assert not faults, "\n".join(faults)
