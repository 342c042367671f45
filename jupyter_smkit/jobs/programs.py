"""What a job runs: a program that it names, or that its image has here."""

from __future__ import annotations

from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.api.registry import Params
from jupyter_smkit.compute import images

_NOTHING = (
    "{member} names no program. smkit runs in an environment like the image's, not in the image: "
    "of {image} it has {has}. Name the program by {how}"
)


def check_processing(app: Params) -> None:
    """Raises ValidationException where there is nothing to run but a bare interpreter."""
    image = images.resolve(app["ImageUri"])
    if app.get("ContainerEntrypoint") or image.entrypoint:
        return
    if not (image.known and app.get("ContainerArguments")):
        raise _nothing("AppSpecification", app["ImageUri"], image, "ContainerEntrypoint")


def check_training(algorithm: Params, hyperparameters: Params) -> None:
    """Raises ValidationException where only the image could say what to run."""
    image = images.resolve(algorithm["TrainingImage"])
    named = algorithm.get("ContainerEntrypoint") or hyperparameters.get("sagemaker_program")
    if not (image.known or named):
        how = "ContainerEntrypoint, or by the hyperparameter sagemaker_program"
        raise _nothing("AlgorithmSpecification", algorithm["TrainingImage"], image, how)


def _nothing(member: str, name: str, image: images.Image, how: str) -> ValidationException:
    has = "packages, and no program" if image.known else "neither packages nor a program"
    return ValidationException(_NOTHING.format(member=member, image=name, has=has, how=how))
