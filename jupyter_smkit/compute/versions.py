"""Which version of its library an image gets: the one that its tag names, or the nearest that can be
installed for this Python."""

from __future__ import annotations

import contextlib
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib import metadata
from pathlib import Path

from jupyter_smkit.compute import environments, jsonfile
from jupyter_smkit.compute.environments import BuildFailed, Say
from jupyter_smkit.compute.images import Image, Version, words
from jupyter_smkit.config import Home

_PYTHON = f"{sys.version_info.major}.{sys.version_info.minor}"
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_UNREACHED = 2
"""How uv ends that has no answer from a package index."""


class Unreachable(Exception):
    """The package index does not answer."""


def environment(
    home: Home, image: Image, requirements: Sequence[str] = (), say: Say = lambda line: None
) -> tuple[Path, str]:
    """The interpreter for ``image`` and ``requirements``, and the version of the image's library
    where it is not the one asked for. Raises BuildFailed."""
    if image.version is None or _names(requirements) & _packages(image):
        return environments.ensure(home, image, requirements, say), ""
    chosen, version = choose(home, image, requirements, say)
    try:
        return environments.ensure(home, chosen, requirements, say), version
    except BuildFailed:
        if not requirements or chosen is image:
            raise
    asked = " ".join(chosen.requirements[:1])
    say(f"smkit: the requirements do not go with {asked}: they choose its version")
    return environments.ensure(home, image, requirements, say), ""


def choose(
    home: Home, image: Image, requirements: Sequence[str] = (), say: Say = lambda line: None
) -> tuple[Image, str]:
    """``image`` with its library at a version, and that version where it is not as asked."""
    asked, library = image.version, image.library
    assert asked is not None and library is not None
    exact = _pinned(image, asked, f"=={words(asked)}.*", requirements)
    if environments.satisfied(exact.requirements):
        return exact, ""
    record = _record(home, image, asked)
    version, why = (
        str(jsonfile.read(record).get("version", "")),
        f"has no build for Python {_PYTHON}",
    )
    if not version:
        try:
            version = _installable(image, requirements)
        except Unreachable as error:
            why = "is not built yet, and the package index does not answer"
            near = _nearest_built(home, image, requirements)
            if near is None:
                raise BuildFailed(f"{library.title} {words(asked)} {why}: {error}") from None
            chosen, version = near
            say(f"smkit: {library.title} {version} in place of {words(asked)}, which {why}")
            return chosen, version
        if minor(version) >= asked:
            _keep(record, version)
    chosen = _pinned(image, minor(version), f"=={version}", requirements)
    if minor(version) == asked:
        return chosen, ""
    say(f"smkit: {library.title} {version} in place of {words(asked)}, which {why}")
    return chosen, version


def minor(version: str) -> Version:
    """``1.2.2`` → (1, 2)"""
    major, _, rest = version.partition(".")
    return int(major), int(re.match(r"\d*", rest)[0] or 0)  # type: ignore[index]


def _pinned(image: Image, version: Version, how: str, requirements: Sequence[str]) -> Image:
    """With what goes with the version, but for what the program itself asks for."""
    assert image.library is not None
    package = image.library.package_of(version)
    companions = [
        line
        for below, lines in image.library.companions
        for line in lines
        if version < below and not _names((line,)) & _names(requirements)
    ]
    return replace(image, requirements=(f"{package}{how}", *image.requirements[1:], *companions))


def _packages(image: Image) -> set[str]:
    assert image.library is not None
    before = image.library.before
    return {image.library.package, *(before[1:] if before else ())}


def _names(requirements: Sequence[str]) -> set[str]:
    found = (_NAME.match(line) for line in requirements)
    return {re.sub(r"[-_.]+", "-", match[0]).lower() for match in found if match}


def _installable(image: Image, requirements: Sequence[str]) -> str:
    """The version asked for, else the next one above that installs, else the newest below."""
    assert image.version is not None and image.library is not None
    version: Version | None = image.version
    while version:
        pinned = _pinned(image, version, f"=={words(version)}.*", requirements)
        package = image.library.package_of(version)
        if found := _resolved(package, pinned.requirements):
            return found
        following = (version[0], version[1] + 1)
        package = image.library.package_of(following)
        lowest = ("--no-deps", "--resolution=lowest-direct")
        above = _resolved(package, [f"{package}>={words(following)}"], *lowest)
        version = minor(above) if above else None
    package = image.library.package
    if found := _resolved(package, [f"{package}<{words(image.version)}"], "--no-deps"):
        return found
    raise BuildFailed(f"no version of {image.library.title} has a build for Python {_PYTHON}")


def _resolved(package: str, requirements: Sequence[str], *options: str) -> str:
    """The version of ``package`` by which wheels fulfil the requirements; empty: none does.
    Raises Unreachable."""
    ended = subprocess.run(
        [
            *(environments.uv_binary(), "pip", "compile", "--quiet", "--no-header"),
            *("--no-annotate", "--only-binary=:all:", "--python", sys.executable, *options, "-"),
        ],
        input="\n".join(requirements),
        capture_output=True,
        text=True,
        env={"UV_HTTP_RETRIES": "1", **environments.clean(os.environ)},
    )
    if ended.returncode == _UNREACHED:
        raise Unreachable(ended.stderr.strip())
    line = re.search(rf"^{re.escape(package)}==(\S+)", ended.stdout, re.MULTILINE)
    return line[1] if line else ""


def _record(home: Home, image: Image, asked: Version) -> Path:
    """What was chosen for a version stays so: no index is asked again."""
    return home.environments / f"{image.name}-{words(asked)}-py{_PYTHON}.json"


def _keep(record: Path, version: str) -> None:
    record.parent.mkdir(parents=True, exist_ok=True)
    # Another job may be writing the same.
    with contextlib.suppress(OSError):
        jsonfile.write(record, {"version": version}, durable=False)


def _nearest_built(
    home: Home, image: Image, requirements: Sequence[str]
) -> tuple[Image, str] | None:
    """Of the versions whose environments are here, the nearest to the one asked for."""
    asked = image.version
    assert asked is not None

    def distance(one: tuple[Image, str]) -> int:
        found = minor(one[1])
        return abs((found[0] - asked[0]) * 1000 + found[1] - asked[1])

    return min(_built(home, image, requirements), key=distance, default=None)


def _built(home: Home, image: Image, requirements: Sequence[str]) -> Iterator[tuple[Image, str]]:
    if python := environments.built(home, image, requirements):
        places = [str(place) for place in environments.site_packages(python)]
        for each in metadata.distributions(name=image.requirements[0], path=places):
            yield image, each.version
    for record in home.environments.glob(f"{image.name}-*-py{_PYTHON}.json"):
        if version := str(jsonfile.read(record).get("version", "")):
            pinned = _pinned(image, minor(version), f"=={version}", requirements)
            if environments.built(home, pinned, requirements):
                yield pinned, version
