"""The walls: which room may import which, how large files are, that names agree on both sides."""

from __future__ import annotations

import ast
import re
import statistics
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest

from jupyter_smkit import features
from jupyter_smkit.api.dispatch import registry_of
from jupyter_smkit.api.services import BY_NAME as SERVICES
from jupyter_smkit.compute.images import Image
from jupyter_smkit.control.chores import Chore

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "jupyter_smkit"

FLOORS = (
    {"config", "features"},
    {"api", "state", "objects"},
    {"client", "control", "compute", "gateway", "http", "serving"},
    set(features.NAMES),
    {"serve"},
    {"workflow"},
    {"widgets"},
    {"server", "magics", "cli"},
)
"""Dependencies run downward, and between the rooms of the two lowest shared floors."""
SHARED = FLOORS[1:3]
FEATURES = FLOORS[3]
PARTS = ("operations", "kinds", "reconcilers", "chores", "helpers", "images")
# What a feature offers to others: its kinds, and requests as data; everything else is its inside.
OFFERED = {"kinds"}


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def imports(file: Path) -> Iterator[tuple[str, int]]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module, node.lineno
            if node.module == "jupyter_smkit":
                for name in node.names:
                    yield f"jupyter_smkit.{name.name}", node.lineno
        elif isinstance(node, ast.Import):
            for name in node.names:
                yield name.name, node.lineno


def floor(room: str) -> int:
    return next(number for number, rooms in enumerate(FLOORS) if room in rooms)


def modules() -> list[Path]:
    return [
        file
        for file in sorted(PACKAGE.rglob("*.py"))
        if "labextension" not in file.parts and file.name != "_version.py"
    ]


def test_dependencies_run_downward() -> None:
    wrong = []
    for file in modules():
        inside = file.relative_to(PACKAGE)
        room = inside.parts[0].removesuffix(".py")
        if room == "__init__":
            continue
        for module, line in imports(file):
            if not module.startswith("jupyter_smkit."):
                continue
            other = room_of(module)
            if other == room or (floor(other) < floor(room)):
                continue
            if any(room in rooms and other in rooms for rooms in SHARED):
                continue
            if {room, other} <= FEATURES and module.split(".")[2:3] == ["kinds"]:
                continue
            wrong.append(f"{inside}:{line} imports {module}")
    assert not wrong, "\n".join(wrong)


def test_a_declaration_imports_nothing_but_its_form() -> None:
    """Every process reads all the declarations."""
    for name in features.NAMES:
        found = {module for module, _ in imports(PACKAGE / name / "__init__.py")}
        assert found == {"jupyter_smkit.features"}, name


def test_features_are_as_they_are_declared() -> None:
    registry = registry_of()
    kinds = {kind.name: kind for kind in chain(*features.parts("kinds"))}
    assert kinds == registry.kinds
    acting = {name for name, kind in kinds.items() if kind.lifecycle}
    assert acting == set(chain(*features.parts("reconcilers")))
    for name in features.NAMES:
        answered = {service for service, _ in registry_of([name]).operations}
        declared = set(features.feature(name).services)
        assert answered - {"sagemaker"} <= declared <= SERVICES.keys(), name
        assert all(
            features.part(name, each) for each in PARTS if getattr(features.feature(name), each)
        )
    assert all(
        isinstance(each, Image) for found in features.parts("images") for each in found.values()
    )
    assert all(isinstance(each, Chore) for each in chain(*features.parts("chores")))


def test_files_stay_small() -> None:
    sizes = {file: len(file.read_text().splitlines()) for file in modules()}
    assert statistics.median(sizes.values()) < 200
    assert not {str(file): size for file, size in sizes.items() if size > 500}


def test_a_feature_has_one_name() -> None:
    folders = {path.name for path in (ROOT / "src").iterdir() if path.is_dir()} - {"core"}
    rooms = {path.name for path in PACKAGE.iterdir() if path.is_dir()}
    assert folders <= rooms, f"no room in Python for {folders - rooms}"


def test_importing_the_package_is_cheap() -> None:
    """No web server, data frame or AWS library comes with the package itself."""
    code = "import sys, jupyter_smkit; print(*sorted({name.partition('.')[0] for name in sys.modules}))"
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"botocore", "boto3", "pandas", "polars", "sqlalchemy", "tornado"} & set(loaded)


@pytest.mark.parametrize(
    ("module", "heavy"),
    [
        ("jupyter_smkit.server.app", {"botocore", "pandas", "polars", "sqlalchemy", "autogluon"}),
        ("jupyter_smkit.control.daemon", {"botocore", "pandas", "polars", "alembic"}),
        ("jupyter_smkit.gateway.edge", {"botocore", "sqlalchemy", "pandas", "polars", "pydantic"}),
        (
            "jupyter_smkit.compute.supervisor",
            {"botocore", "sqlalchemy", "pandas", "polars", "pydantic", "asyncio"},
        ),
    ],
)
def test_a_process_loads_no_more_than_it_needs(module: str, heavy: set[str]) -> None:
    code = (
        f"import sys, {module}; print(*sorted({{name.partition('.')[0] for name in sys.modules}}))"
    )
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not heavy & set(loaded)


def test_the_assembled_daemon_loads_no_service_models() -> None:
    code = """
import sys
from jupyter_smkit import features, serve
import jupyter_smkit.control.daemon, jupyter_smkit.compute.local
serve.lifecycles()
assert [*features.parts("reconcilers")] and [*features.parts("chores")]
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""
    loaded = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    ).stdout.split()
    assert not {"botocore", "cbor2", "pydantic", "starlette", "pandas", "alembic"} & set(loaded)


def test_no_registry_host_is_committed() -> None:
    files = subprocess.run(
        ["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.split()
    hosts = re.compile(r"pypi\.o" + r"rg|pythonhosted\.o" + r"rg|registry\.npmj" + r"s\.org")
    wrong = [
        name
        for name in files
        if (ROOT / name).is_file() and hosts.search((ROOT / name).read_text(errors="ignore"))
    ]
    assert not wrong
