"""Versions of an image's library, out of a folder of wheels in place of the package index."""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from jupyter_smkit.compute import environments, images, versions
from jupyter_smkit.compute.images import Image, Library
from jupyter_smkit.config import Home

TOY = Image(
    "toy",
    ("toylib",),
    library=Library(
        "Toy", "toylib", before=((1, 0), "toylib-old"), companions=(((2, 0), ("toymate<2",)),)
    ),
)
WHEELS = [
    *[("toylib_old", version, "py3-none-any") for version in ("0.1.0", "0.9.0", "0.9.4")],
    ("toylib", "1.0.0", "cp38-cp38-linux_x86_64"),
    *[("toylib", version, "py3-none-any") for version in ("1.3.0", "1.3.1", "1.10.0", "2.0.5")],
    *[("toymate", version, "py3-none-any") for version in ("1.5", "2.0")],
    ("httptools", "0.9", "py3-none-any"),
    ("uvloop", "0.30", "py3-none-any"),
]


def wheel(directory: Path, name: str, version: str, tag: str) -> None:
    information = f"{name}-{version}.dist-info"
    described = f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: {version}\n"
    with zipfile.ZipFile(directory / f"{name}-{version}-{tag}.whl", "w") as archive:
        archive.writestr(f"{name}.py", f"version = {version!r}\n")
        archive.writestr(f"{information}/METADATA", described)
        archive.writestr(f"{information}/WHEEL", f"Wheel-Version: 1.0\nTag: {tag}\n")
        archive.writestr(f"{information}/RECORD", "")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setenv("SMKIT_ENVIRONMENTS", str(tmp_path / "environments"))
    (wheels := tmp_path / "wheels").mkdir()
    for each in WHEELS:
        wheel(wheels, *each)
    settings = tmp_path / "uv.toml"
    settings.write_text(f'[pip]\nno-index = true\nfind-links = ["{wheels}"]\n')
    monkeypatch.setenv("UV_CONFIG_FILE", str(settings))
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    return Home(tmp_path / "home")


@pytest.fixture
def unreachable(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[[], None]:
    """Takes the index away."""

    def cut() -> None:
        (tmp_path / "uv.toml").write_text("")
        monkeypatch.setenv("UV_DEFAULT_INDEX", "http://127.0.0.1:9/simple")
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "no-cache"))

    return cut


def installed(python: Path, module: str) -> str:
    places = environments.site_packages(python)
    [found] = [file for place in places for file in place.glob(f"{module}-*.dist-info")]
    return found.name.removesuffix(".dist-info").partition("-")[2]


@pytest.mark.parametrize(
    ("asked", "requirement", "told"),
    [
        ((1, 3), "toylib==1.3.1", ""),
        ((1, 0), "toylib==1.3.1", "1.3.1"),
        ((1, 4), "toylib==1.10.0", "1.10.0"),
        ((0, 9), "toylib-old==0.9.4", ""),
        ((0, 2), "toylib-old==0.9.4", "0.9.4"),
        ((3, 1), "toylib==2.0.5", "2.0.5"),
    ],
    ids=lambda value: ".".join(map(str, value)) if isinstance(value, tuple) else None,
)
def test_the_version_of_the_tag_or_the_nearest_that_installs(
    home: Home, asked: images.Version, requirement: str, told: str
) -> None:
    said: list[str] = []
    chosen, version = versions.choose(home, replace(TOY, version=asked), say=said.append)
    assert (chosen.requirements[0], version) == (requirement, told)
    assert ("toymate<2" in chosen.requirements) == (requirement != "toylib==2.0.5")
    where = f"in place of {asked[0]}.{asked[1]}, which has no build for Python 3."
    assert [where in line for line in said] == [True] * bool(told)


def test_an_environment_has_the_version_and_what_goes_with_it(
    home: Home, unreachable: Callable[[], None]
) -> None:
    asked = replace(TOY, version=(1, 2))
    python, version = versions.environment(home, asked)
    assert version == installed(python, "toylib") == "1.3.1"
    assert installed(python, "toymate") == "1.5"
    unreachable()
    assert versions.environment(home, asked) == (python, "1.3.1")
    # What is not here yet: the nearest that is.
    said: list[str] = []
    near = versions.environment(home, replace(TOY, version=(1, 9)), say=said.append)
    assert near == (python, "1.3.1")
    assert "Toy 1.3.1 in place of 1.9, which is not built yet" in said[0]


def test_an_environment_without_a_version_counts_as_built(
    home: Home, unreachable: Callable[[], None]
) -> None:
    python = environments.ensure(home, TOY)
    unreachable()
    assert versions.environment(home, replace(TOY, version=(1, 3))) == (python, "2.0.5")


def test_without_an_index_and_without_anything_built_the_reason_is_told(
    home: Home, unreachable: Callable[[], None]
) -> None:
    unreachable()
    with pytest.raises(environments.BuildFailed, match=r"Toy 1\.3 is not built yet, and the"):
        versions.environment(home, replace(TOY, version=(1, 3)))


def test_requirements_go_before_the_tag(home: Home) -> None:
    asked = replace(TOY, version=(1, 3))
    python, version = versions.environment(home, asked, ["toylib>=1.10,<2"])
    assert (installed(python, "toylib"), version) == ("1.10.0", "")
    python, version = versions.environment(home, asked, ["toymate==2.0"])
    assert (installed(python, "toylib"), installed(python, "toymate")) == ("1.3.1", "2.0")


def test_requirements_that_do_not_go_with_the_version_choose_another(
    home: Home, tmp_path: Path
) -> None:
    limits = tmp_path / "limits.txt"
    limits.write_text("toylib==1.10.0\n")
    said: list[str] = []
    asked = replace(TOY, version=(1, 3))
    python, _ = versions.environment(home, asked, [f"--constraint={limits}"], said.append)
    assert installed(python, "toylib") == "1.10.0"
    assert any("do not go with toylib==1.3.1" in line for line in said)


def test_the_version_that_this_interpreter_has_needs_nothing_else() -> None:
    from importlib import metadata

    version = metadata.version("scikit-learn")
    tag = ".".join(version.split(".")[:2])
    image = images.resolve(f"sagemaker-scikit-learn:{tag}-1-cpu-py3")
    assert versions.environment(Home(Path("/nowhere")), image) == (Path(sys.executable), "")


def test_tags_name_versions() -> None:
    host = "683313688378.dkr.ecr.us-east-1.amazonaws.com"
    named = f"{host}/sagemaker-scikit-learn:1.0-1-cpu-py3"
    assert images.resolve(named).version == (1, 0)
    assert images.resolve(f"{host}/sagemaker-xgboost:0.90-2").version == (0, 90)
    for plain in ("sagemaker-scikit-learn", "sagemaker-scikit-learn:1", "python:3.9"):
        assert images.resolve(plain).version is None
    assert images.in_place(named, "1.1.3") == "scikit-learn 1.1.3 in place of 1.0"
    assert images.at(named, "1.1.3") == f"{host}/sagemaker-scikit-learn:1.1.3"
    assert (images.in_place(named, ""), images.at(named, "")) == ("", named)
