"""What environments are asked for."""

from __future__ import annotations

from pathlib import Path

import pytest

import jupyter_smkit
from jupyter_smkit.compute import environments
from jupyter_smkit.config import Home


def test_a_requirements_file_becomes_words_for_the_installer(tmp_path: Path) -> None:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "base.txt").write_text("numpy>=1.26\n-c limits.txt\n./own[fast]\n")
    file = tmp_path / "requirements.txt"
    file.write_text(
        "# what the program needs\n"
        "-r more/base.txt\n"
        "\n"
        "pandas[parquet] >=2 ; python_version >= '3.9'  # tables\n"
        "--constraint=limits.txt\n"
        "-c https://example.org/limits.txt\n"
        "--find-links wheels\n"
        "--pre\n"
        "-e .\n"
        "wheels/one-1.0-py3-none-any.whl ; python_version >= '3.9'\n"
        "name @ git+https://example.org/name.git#egg=name\n"
    )
    assert environments.requirements(file) == [
        "numpy>=1.26",
        f"--constraint={tmp_path}/more/limits.txt",
        f"{tmp_path}/own[fast]",
        "pandas[parquet] >=2 ; python_version >= '3.9'",
        f"--constraint={tmp_path}/limits.txt",
        "--constraint=https://example.org/limits.txt",
        f"--find-links={tmp_path}/wheels",
        "--pre",
        f"{tmp_path}",
        f"{tmp_path}/wheels/one-1.0-py3-none-any.whl ; python_version >= '3.9'",
        "name @ git+https://example.org/name.git#egg=name",
    ]


def test_a_requirements_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    (file := tmp_path / "requirements.txt").write_text("-r base.txt\n")
    with pytest.raises(environments.BuildFailed, match=r"base.txt is not there"):
        environments.requirements(file)


PROJECT = """
[project]
name = "own"
version = "{version}"
"""


def job(place: Path, version: str, limit: str) -> list[str]:
    """What a job asks for whose code lies in ``place``: its own package, under a constraint."""
    (place / "own").mkdir(parents=True)
    (place / "own" / "pyproject.toml").write_text(PROJECT.format(version=version))
    (place / "own" / "own.py").write_text("")
    (place / "limits.txt").write_text(f"own=={limit}\n")
    (place / "requirements.txt").write_text("-c limits.txt\n./own\n")
    return environments.requirements(place / "requirements.txt")


def test_an_environment_is_known_by_what_its_files_hold(tmp_path: Path) -> None:
    one, same, other, limited = (
        environments.fingerprint(job(tmp_path / name, *versions))
        for name, *versions in (
            ("one", "1.0", "1.0"),
            ("same", "1.0", "1.0"),
            ("other", "2.0", "1.0"),
            ("limited", "1.0", "2.0"),
        )
    )
    assert one == same
    assert len({one, other, limited}) == 3


def test_each_installation_has_a_link_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path / "home")
    mine = environments.runtime(home)
    clone = tmp_path / "clone" / "jupyter_smkit"
    clone.mkdir(parents=True)
    with monkeypatch.context() as elsewhere:
        elsewhere.setattr(jupyter_smkit, "__file__", str(clone / "__init__.py"))
        theirs = environments.runtime(home)
    assert environments.runtime(home) == mine != theirs
    package = Path(jupyter_smkit.__file__).parent
    assert [file.resolve() for file in mine.iterdir()] == [package.resolve()]
    assert [file.resolve() for file in theirs.iterdir()] == [clone.resolve()]


def test_the_current_interpreter_serves_what_it_has() -> None:
    assert environments.satisfied(["packaging", "pytest>=8"])
    assert not environments.satisfied(["packaging>=1000"])
    assert not environments.satisfied(["packaging[extra]"])
    assert not environments.satisfied(["packaging @ https://example.org/packaging.zip"])
    assert not environments.satisfied(["--find-links=wheels"])
    assert not environments.satisfied(["no-such-package-at-all"])
