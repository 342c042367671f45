"""What an image URI stands for here: an environment with these packages.

AWS's own image names (the repositories of its public Deep Learning Containers and built-in
framework containers) resolve to the packages that such a container is chosen for. Where a tag names
a version of the first of them (``1.2-1-cpu-py3``), ``versions`` says which one it can be here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from jupyter_smkit.features import parts

Version = tuple[int, int]
"""Of a library, without what only mends it: (1, 2)."""

REGISTRY_ACCOUNT = "683313688378"
"""The account in AWS's registry that its scikit-learn image URIs name in us-east-1."""
BASE_REQUIREMENTS = ("httptools>=0.6", "uvloop>=0.19")
"""Every environment can run a model worker."""


@dataclass(frozen=True)
class Library:
    """What an image is chosen for, and what goes with a version of it."""

    title: str
    package: str
    before: tuple[Version, str] | None = None
    """The package's name for versions below."""
    companions: tuple[tuple[Version, tuple[str, ...]], ...] = ()
    """Below a version, which others it needs: its own metadata names no upper bounds."""

    def package_of(self, version: Version) -> str:
        return self.before[1] if self.before and version < self.before[0] else self.package


@dataclass(frozen=True)
class Image:
    name: str
    requirements: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    """What it runs where the request names no ContainerEntrypoint."""
    known: bool = True
    """Whether smkit knows the image; one it does not know runs in smkit's own interpreter."""
    library: Library | None = None
    """Of the first requirement."""
    version: Version | None = None
    """The library's, where the tag names one."""
    aliases: str = ""
    """A regular expression: repositories in whose names it is found stand for this image, too."""

    def is_alias(self, repository: str) -> bool:
        return bool(self.aliases and re.search(self.aliases, repository))


_SCIKIT_LEARN = Library(
    "scikit-learn",
    "scikit-learn",
    companions=(((1, 4), ("numpy<2", "scipy<1.12")), ((1, 8), ("pandas<3",))),
)
_XGBOOST = Library(
    "XGBoost",
    "xgboost-cpu",
    before=((2, 1), "xgboost"),
    companions=(
        ((2, 1), ("numpy<2", "scikit-learn<1.6")),
        ((3, 1), ("scikit-learn<1.8", "pandas<3")),
    ),
)
PYTHON = Image("python")
_IMAGES = {
    "sagemaker-base-python": PYTHON,
    "python": PYTHON,
    "sagemaker-scikit-learn": Image(
        "sklearn", ("scikit-learn", "pandas", "joblib"), library=_SCIKIT_LEARN
    ),
    "sagemaker-xgboost": Image(
        "xgboost", ("xgboost-cpu", "pandas", "scikit-learn"), library=_XGBOOST
    ),
    "smkit-lightgbm": Image(
        "lightgbm",
        ("lightgbm", "pandas", "scikit-learn"),
        library=Library("LightGBM", "lightgbm"),
    ),
}
_URI = re.compile(r"^(?:(?P<host>[^/]+\.[^/]+)/)?(?P<repository>[^:@]+)(?:[:@](?P<tag>.+))?$")
_VERSION = re.compile(r"v?(\d+)\.(\d+)(?![\d])")


def uri(repository: str, region: str, tag: str = "1") -> str:
    return f"{REGISTRY_ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{repository}:{tag}"


def resolve(image: str) -> Image:
    """The environment of an image URI or name; ``known`` says whether it was chosen by name."""
    match = _URI.match(image)
    repository = match["repository"].rpartition("/")[2] if match else image
    if found := _images().get(repository):
        asked = _VERSION.match((match["tag"] if match else None) or "")
        if found.library and asked:
            return replace(found, version=(int(asked[1]), int(asked[2])))
        return found
    named = (each for each in _images().values() if each.is_alias(repository))
    return next(named, Image(repository, known=False))


@cache
def _images() -> Mapping[str, Image]:
    """By repository: the frameworks' here, and what features bring."""
    found = dict(_IMAGES)
    for images in parts("images"):
        found |= images
    return found


def in_place(image: str, version: str) -> str:
    """``scikit-learn 1.1.3 in place of 1.0``: the version that an image got; none: as asked."""
    asked = resolve(image)
    if not (version and asked.library and asked.version):
        return ""
    return f"{asked.library.title} {version} in place of {words(asked.version)}"


def at(image: str, version: str) -> str:
    """The URI of an image with another version of its library; none: as asked."""
    match = _URI.match(image)
    if not (version and match and match["tag"]):
        return image
    return f"{image.removesuffix(match['tag'])}{version}"


def words(version: Version) -> str:
    return f"{version[0]}.{version[1]}"
