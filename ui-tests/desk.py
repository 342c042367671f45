"""A desk to work at: JupyterLab in a browser, its commands, pictures and axe."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, Request

from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home

SCREENSHOTS = Path(__file__).parent / "screenshots"
AXE = Path(__file__).parent.parent / "node_modules/axe-core/axe.min.js"
THEMES = {"light": "JupyterLab Light", "dark": "JupyterLab Dark"}
JUDGED = {"include": [[".smkit-Page"]], "exclude": [[".smkit-Code-text code"]]}
"""JupyterLab's own faults are not ours to judge: what axe looks at, without the colours of code."""


@dataclass(frozen=True)
class Lab:
    """A running JupyterLab and the smkit behind it."""

    url: str
    home: Home
    root: Path

    def client(self, service: str) -> Any:
        import boto3

        key = Credentials(self.home.credentials).default()
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.home.base_url,
            aws_access_key_id=key.access_key,
            aws_secret_access_key=key.secret,
        )


@dataclass(frozen=True)
class Desk:
    page: Page
    lab: Lab

    def run(self, command: str, **args: Any) -> None:
        """Runs a command of JupyterLab, as the palette does."""
        self.page.evaluate(
            "([name, args]) => window.jupyterapp.commands.execute(name, args).then(() => null)",
            [command, args],
        )

    def tab(self) -> Locator:
        """The page of smkit in front."""
        return self.page.locator("#jp-main-dock-panel .smkit-Page:visible")

    @contextmanager
    def keeping(self, name: str) -> Iterator[None]:
        """Waits, at its end, until a layout that has a tab of this name in it is kept."""

        def keeps(request: Request) -> bool:
            if request.method != "PUT" or "/api/workspaces/" not in request.url:
                return False
            kept = json.loads(request.post_data or "{}").get("data", {})
            return name in json.dumps(kept.get("layout-restorer:data", {}).get("main"))

        with self.page.expect_response(lambda answer: keeps(answer.request)):
            yield

    def shoot(self, name: str) -> None:
        """Keeps a picture of the window in each theme, and asks axe about it."""
        SCREENSHOTS.mkdir(exist_ok=True)
        for theme, title in THEMES.items():
            self.run("apputils:change-theme", theme=title)
            self.page.wait_for_selector(f"body[data-jp-theme-name='{title}']", state="attached")
            # JupyterLab's splash fades out; a second one before that would break the first.
            self.page.wait_for_function("!document.getElementById('jupyterlab-splash')")
            self.page.screenshot(path=SCREENSHOTS / f"{name}-{theme}.png", animations="disabled")
            serious = self.serious()
            assert not serious, "\n".join(serious)

    def serious(self) -> list[str]:
        """What axe calls serious or critical in smkit's widgets."""
        if not self.page.evaluate("typeof window.axe === 'object'"):
            self.page.evaluate(AXE.read_text())
            # JupyterLab's body has no height: axe would take all text for hidden.
            self.page.add_style_tag(content="body { height: 100vh }")
        found = self.page.evaluate(
            "(judged) => axe.run(judged, {resultTypes: ['violations']})", JUDGED
        )
        return [
            f"{each['id']}: {each['help']} "
            + json.dumps([node["html"][:200] for node in each["nodes"]][:3])
            for each in found["violations"]
            if each["impact"] in ("serious", "critical")
        ]
