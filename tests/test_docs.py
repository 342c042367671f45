"""The pages say what is there: links, verbs, commands, settings, and code that runs."""

from __future__ import annotations

import ast
import importlib.util
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from jupyter_smkit import workflow
from jupyter_smkit.cli.arguments import parser
from jupyter_smkit.config import Settings

if TYPE_CHECKING:
    from conftest import Smkit

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
GENERATED = {"tutorial.ipynb"}
"""Pages that the build of the site makes."""
PAGES = sorted([*ROOT.glob("*.md"), *DOCS.rglob("*.md")])
RUNS = "<!-- runs -->"
"""Before a block of Python that a reader can run, and that is run here."""

_BLOCK = re.compile(rf"(?P<runs>{RUNS}\n)?^```(?P<language>\w*)\n(?P<code>.*?)^```$", re.M | re.S)
_LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:)(?P<file>[^)#\s]*)(?P<anchor>#[^)\s]*)?\)")


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def blocks(page: Path, *languages: str) -> Iterator[re.Match[str]]:
    return (block for block in _BLOCK.finditer(page.read_text()) if block["language"] in languages)


def prose(page: Path) -> str:
    return _BLOCK.sub("", page.read_text())


def anchors(page: Path) -> set[str]:
    """The ids of the headings, as Python-Markdown makes them."""
    from markdown.extensions.toc import slugify

    found = re.findall(r"^#+ (.+)$", prose(page), re.M)
    return {f"#{slugify(heading, '-')}" for heading in found}


def commands() -> Iterator[tuple[str, str]]:
    """What the pages tell to type: in shell blocks, and between backticks."""
    for page in PAGES:
        for block in blocks(page, "sh"):
            yield name_of(page), block["code"]
        for block in blocks(page, ""):
            yield from (
                (name_of(page), line) for line in re.findall(r"^\$ (.+)$", block["code"], re.M)
            )
        for quoted in re.findall(r"`([^`\n]+)`", prose(page)):
            yield name_of(page), quoted


def hook(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, DOCS / f"{name}.py")
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    wrong = []
    for link in _LINK.finditer(prose(page)):
        target = (page.parent / link["file"]).resolve() if link["file"] else page
        if link["file"] in GENERATED:
            continue
        if not target.exists() or (link["anchor"] and link["anchor"] not in anchors(target)):
            wrong.append(link[0])
    assert not wrong


def test_every_page_is_in_the_navigation() -> None:
    listed = set(re.findall(r": (\S+\.(?:md|ipynb))$", (ROOT / "mkdocs.yml").read_text(), re.M))
    assert listed == {str(page.relative_to(DOCS)) for page in DOCS.rglob("*.md")} | GENERATED


def test_every_verb_of_make_is_there() -> None:
    verbs = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M))
    named = {
        (page, verb)
        for page, text in commands()
        for verb in re.findall(r"(?:^|&& )make ([a-z]+)", text, re.M)
    }
    assert len(named) > 10
    assert not {(page, verb) for page, verb in named if verb not in verbs}


def test_every_command_is_there() -> None:
    made = hook("commands")
    known = made.subcommands(parser())
    named = {
        (page, command)
        for page, text in commands()
        for command in re.findall(r"(?:^|\(|&& |jupyter )smkit ([a-z]+)", text, re.M)
    }
    assert {command for _, command in named} == set(known)
    for page, text in commands():
        for command, rest in re.findall(
            r"(?:^|jupyter )smkit (?!run)([a-z]+)([^\n|;]*)", text, re.M
        ):
            parsers = [known[command], *made.subcommands(known[command]).values()]
            options = {option for each in parsers for option in each._option_string_actions}
            assert set(re.findall(r"--[a-z-]+", rest)) <= options, f"{page}: smkit {command}{rest}"


def test_the_page_of_commands_is_the_commands() -> None:
    made = hook("commands")
    assert made.PAGE.read_text() == made.page(), "run: python docs/commands.py"


def test_every_setting_is_described() -> None:
    text = (DOCS / "reference" / "configuration.md").read_text()
    for name in Settings.__dataclass_fields__:
        assert f"| `{name}` | `SMKIT_{name.upper()}` |" in text


def test_every_variable_of_the_pages_is_read_somewhere() -> None:
    source = "".join(file.read_text() for file in (ROOT / "jupyter_smkit").rglob("*.py"))
    settings = {f"SMKIT_{name.upper()}" for name in Settings.__dataclass_fields__}
    for page in PAGES:
        for name in set(re.findall(r"SMKIT_[A-Z0-9_]+", page.read_text())):
            assert name in settings or f'"{name}"' in source, f"{name_of(page)}: {name}"


def test_every_extra_is_described() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = set(project["optional-dependencies"]) - {"dev", "docs", "test"}
    described = set(re.findall(r"^\| `(\w+)` \|", (ROOT / "README.md").read_text(), re.M))
    assert described == extras
    for page in PAGES:
        for named in re.findall(r"(?:smkit|\.whl)\[([\w,]+)\]", page.read_text()):
            assert set(named.split(",")) <= extras, f"{name_of(page)}: [{named}]"
        # A package that is not published is installed from its file.
        assert not re.search(r"pip install\b.*jupyter[-_]smkit(?!-[\d.]+-py3)", page.read_text())


def test_pip_need_not_try_which_botocore_fits() -> None:
    """pip 23 settles requirements of one depth by their names: aiobotocore comes before boto3."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    named = {re.split(r"[^\w.-]", each)[0] for each in project["optional-dependencies"]["s3"]}
    assert {"aiobotocore", "s3fs"} <= named


def test_every_function_is_described() -> None:
    text = (DOCS / "reference" / "python.md").read_text()
    for name in workflow.__all__:
        assert f"`{name}" in text, name


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_python_compiles(page: Path) -> None:
    for block in blocks(page, "python"):
        ast.parse(block["code"], filename=name_of(page))


@pytest.mark.parametrize(
    "page", [page for page in PAGES if f"\n{RUNS}\n```python" in page.read_text()], ids=name_of
)
def test_what_a_reader_can_run_runs(page: Path, fresh_smkit: Smkit, tmp_path: Path) -> None:
    """All of a page in one go, by ``smkit run``, as its reader would."""
    script = tmp_path / "page.py"
    script.write_text("\n".join(block["code"] for block in blocks(page, "python") if block["runs"]))
    smkit = Path(sys.executable).with_name("smkit")
    done = subprocess.run(
        [smkit, "run", "--", sys.executable, script],
        cwd=tmp_path,
        env={**os.environ, "SMKIT_HOME": str(fresh_smkit.home.path)},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
