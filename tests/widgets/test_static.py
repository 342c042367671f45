"""The modules and the style as the front end gets them."""

from __future__ import annotations

import re
import shutil
import subprocess

import pytest

from jupyter_smkit.widgets.live import STATIC, module


@pytest.mark.parametrize("name", ["endpoint", "job", "leaderboard"])
def test_a_module_is_valid_and_renders(name: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    if shutil.which("node") is None:
        pytest.skip("node is not installed")
    copy = tmp_path_factory.mktemp("module") / f"{name}.mjs"
    copy.write_text(module(name))
    code = "import(process.argv[1]).then(m => process.exit(typeof m.default.render === 'function' ? 0 : 1))"
    done = subprocess.run(["node", "-e", code, str(copy)], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_colours_come_from_the_theme() -> None:
    style = (STATIC / "widgets.css").read_text()
    assert not re.search(r"#[0-9a-fA-F]{3,8}\b|rgb\(|hsl\(", style)
    for rule in re.findall(r"(?:color|background|--smkit-\w+):\s*([^;]+);", style):
        assert re.search(r"var\(--(jp|smkit)-", rule) or rule == "currentcolor", rule
