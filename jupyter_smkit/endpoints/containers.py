"""The containers of a model: its own, or those of the model packages that it names."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jupyter_smkit.api.errors import ApiError, ValidationException
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.objects.names import split_uri
from jupyter_smkit.state.records import Json, Record


def of(model: Record) -> list[Json]:
    """What a model runs, with the packages that it names taken apart."""
    found: list[Json] = (
        model.observed.get("_containers")
        or model.request.get("Containers")
        or [model.request["PrimaryContainer"]]
    )
    return found


def resolved(container: Params, registry: Registry, call: Call) -> list[Params]:
    """Raises ValidationException for what cannot be run, such as an unapproved package."""
    package = container.get("ModelPackageName")
    if not package and not container.get("Image"):
        raise ValidationException("A container needs an Image or a ModelPackageName")
    found = _packaged(container, registry, call) if package else [container]
    for each in found:
        _check_data(each, call)
    return found


def _packaged(container: Params, registry: Registry, call: Call) -> list[Params]:
    asked = replace(
        call,
        operation="DescribeModelPackage",
        params={"ModelPackageName": container["ModelPackageName"]},
    )
    package = registry.operations["sagemaker", "DescribeModelPackage"](asked) or {}
    arn, approval = package["ModelPackageArn"], package.get("ModelApprovalStatus", "Approved")
    if approval != "Approved":
        raise ValidationException(
            f"The model package {arn} is {approval}: only an Approved one can be deployed"
        )
    environment = container.get("Environment") or {}
    return [
        {**each, "Environment": {**(each.get("Environment") or {}), **environment}}
        for each in _specification(package, container.get("InferenceSpecificationName"))
    ]


def _specification(package: Params, name: str | None) -> list[dict[str, Any]]:
    """The containers of the package's specification, or of the additional one of this name."""
    specifications = {
        None: package.get("InferenceSpecification") or {},
        **{each["Name"]: each for each in package.get("AdditionalInferenceSpecifications") or ()},
    }
    containers: list[dict[str, Any]] = specifications.get(name, {}).get("Containers") or []
    if not containers:
        what = f'additional inference specification "{name}"' if name else "InferenceSpecification"
        raise ValidationException(f"The model package {package['ModelPackageArn']} has no {what}")
    return containers


def _check_data(container: Params, call: Call) -> None:
    source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    uri = container.get("ModelDataUrl") or source.get("S3Uri")
    if not uri:
        return
    bucket, key = split_uri(uri)
    try:
        found = next(iter(call.services.objects.keys(bucket, key)), None)
    except ApiError as error:
        found = None
        reason = f": {error.message}"
    else:
        reason = ""
    if found is None:
        raise ValidationException(f"Could not find model data at {uri}{reason}.")
