"""What an image URI stands for here: an environment with these packages.

AWS's own image names (the repositories of its public Deep Learning Containers and built-in
framework containers) resolve to the packages that such a container is chosen for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

REGISTRY_ACCOUNT = "683313688378"
"""The account in AWS's registry that its scikit-learn image URIs name in us-east-1."""
AUTOML_REPOSITORY = "smkit-automl"
BASE_REQUIREMENTS = ("httptools>=0.6", "uvloop>=0.19")
"""Every environment can run a model worker."""


@dataclass(frozen=True)
class Image:
    name: str
    requirements: tuple[str, ...] = ()
    entrypoint: tuple[str, ...] = ()
    """What it runs where the request names no ContainerEntrypoint."""
    known: bool = True
    """Whether smkit knows the image; one it does not know runs in smkit's own interpreter."""


PYTHON = Image("python")
_IMAGES = {
    "sagemaker-base-python": PYTHON,
    "python": PYTHON,
    "sagemaker-scikit-learn": Image("sklearn", ("scikit-learn", "pandas", "joblib")),
    "sagemaker-xgboost": Image("xgboost", ("xgboost-cpu", "pandas", "scikit-learn")),
    "smkit-lightgbm": Image("lightgbm", ("lightgbm", "pandas", "scikit-learn")),
    "sagemaker-data-wrangler-container": Image(
        "wrangler",
        ("polars", "pyarrow", "pydantic", "sqlglot", "jsonschema"),
        ("python", "-m", "jupyter_smkit.wrangler.run"),
    ),
    AUTOML_REPOSITORY: Image(
        "automl", ("autogluon.tabular[lightgbm,xgboost,catboost]>=1.6.3,<1.7", "pyarrow")
    ),
}
# Autopilot's own inference images are named after its algorithms.
_AUTOPILOT = re.compile(r"autopilot|autogluon|sagemaker-sklearn-automl")
_URI = re.compile(r"^(?:(?P<host>[^/]+\.[^/]+)/)?(?P<repository>[^:@]+)(?:[:@](?P<tag>.+))?$")


def uri(repository: str, region: str, tag: str = "1") -> str:
    return f"{REGISTRY_ACCOUNT}.dkr.ecr.{region}.amazonaws.com/{repository}:{tag}"


def resolve(image: str) -> Image:
    """The environment of an image URI or name; ``known`` says whether it was chosen by name."""
    match = _URI.match(image)
    repository = match["repository"].rpartition("/")[2] if match else image
    if found := _IMAGES.get(repository):
        return found
    if _AUTOPILOT.search(repository):
        return _IMAGES[AUTOML_REPOSITORY]
    return Image(repository, known=False)
