"""What a job installs is its own."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

from jupyter_smkit.compute import layer


def wheel(directory: Path, name: str, version: str) -> Path:
    file = directory / f"{name}-{version}-py3-none-any.whl"
    information = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr(f"{name}.py", f"version = {version!r}\n")
        archive.writestr(
            f"{information}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        archive.writestr(
            f"{information}/WHEEL",
            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        )
        archive.writestr(f"{information}/RECORD", "")
    return file


def said(*argv: str | Path) -> str:
    return subprocess.run(argv, capture_output=True, text=True, check=True).stdout


def test_it_has_what_lies_below_and_keeps_what_is_installed(tmp_path: Path) -> None:
    at = tmp_path / "a layer" / "é"
    python = layer.lay(at, Path(sys.executable))
    assert said(python, "-c", "import pytest; print(pytest.__file__)") == said(
        sys.executable, "-c", "import pytest; print(pytest.__file__)"
    )
    given = [str(wheel(tmp_path, "onlyhere", "1.0")), str(wheel(tmp_path, "packaging", "1.2"))]
    said(at / "bin" / "pip", "install", "--no-index", "--no-deps", *given)
    told = "import onlyhere, packaging; print(onlyhere.version, packaging.version)"
    assert said(python, "-c", told) == "1.0 1.2\n"
    assert "1.2" not in said(sys.executable, "-c", "import packaging; print(packaging.__version__)")


def test_what_lies_below_need_not_be_installed_again(tmp_path: Path) -> None:
    python = layer.lay(tmp_path, Path(sys.executable))
    assert "already satisfied: packaging" in said(
        python, "-m", "pip", "install", "--no-index", "packaging"
    )


def test_an_environment_without_pip_gets_one(tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", tmp_path / "env"], check=True)
    python = layer.lay(tmp_path / "layer", tmp_path / "env" / "bin" / "python")
    said(python, "-m", "pip", "install", "--no-index", wheel(tmp_path, "onlyhere", "1.0"))
    assert said(python, "-c", "import onlyhere; print(onlyhere.version)") == "1.0\n"
