"""Images of Studio's kernels and apps, their versions, and the versions' aliases."""

from __future__ import annotations

from functools import partial

from jupyter_smkit.api import conventions
from jupyter_smkit.api.errors import ResourceInUse, ValidationException
from jupyter_smkit.api.kinds import Kind, Reference, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.api.versions import next_version, versions
from jupyter_smkit.state.records import Record, Transaction

IMAGE = Kind(
    "Image",
    arn="image/{ImageName}",
    settled="CREATED",
    no_effect="AWS starts Studio's kernels from it",
    page=10,
    missing="No Image with the name {key} exists.",
)
VERSION = Kind(
    "ImageVersion",
    arn="image-version/{ImageName}/{Version}",
    key=("ImageName", "Version"),
    settled="CREATED",
    no_effect="AWS starts Studio's kernels from it",
    refers=(Reference("ImageName", "Image", on_delete="cascade"),),
    paths={"ContainerImage": "BaseImage"},
    page=10,
    missing="No ImageVersion {key} exists.",
)
KINDS = (IMAGE, VERSION)


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "UpdateImage": update_image,
            "CreateImageVersion": partial(create, api),
            "DescribeImageVersion": describe,
            "UpdateImageVersion": update,
            "DeleteImageVersion": partial(delete, api),
            "ListImageVersions": partial(list_versions, api),
            "ListAliases": list_aliases,
        },
    )


def update_image(call: Call) -> Params:
    params = dict(call.params)
    removed = dict.fromkeys(params.pop("DeleteProperties", ()))
    if both := removed.keys() & params.keys():
        raise ValidationException(f"{min(both)} cannot be both changed and deleted")
    with call.state.begin() as transaction:
        image = find(IMAGE, transaction, call.account, call.region, params)
        request = conventions.changes(IMAGE, image, params)
        image = transaction.change(image, request=request | removed)
    return {"ImageArn": image.arn}


def create(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        if earlier := conventions.repeated(VERSION, call, transaction):
            return {"ImageVersionArn": earlier.arn}
        image = find(IMAGE, transaction, call.account, call.region, call.params)
        _unused(call, transaction, image, call.params.get("Aliases") or [])
        made = {"Version": next_version(transaction, image)}
        observed = {"ImageArn": image.arn}
        record = conventions.insert(
            VERSION, registry, call, transaction, made=made, observed=observed
        )
    return {"ImageVersionArn": record.arn}


def describe(call: Call) -> Params:
    with call.state.read() as transaction:
        return conventions.answer(VERSION, call, _version(call, transaction))


def update(call: Call) -> Params:
    params = {name: value for name, value in call.params.items() if name != "Alias"}
    added = params.pop("AliasesToAdd", [])
    removed = params.pop("AliasesToDelete", [])
    with call.state.begin() as transaction:
        image = find(IMAGE, transaction, call.account, call.region, params)
        version = _version(call, transaction)
        before = version.request.get("Aliases") or []
        _unused(call, transaction, image, [each for each in added if each not in before])
        kept = [each for each in dict.fromkeys([*before, *added]) if each not in removed]
        request = conventions.changes(VERSION, version, params)
        transaction.change(version, request={**request, "Aliases": kept})
    return {"ImageVersionArn": version.arn}


def delete(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        version = _version(call, transaction)
        conventions.remove(VERSION, registry, call.operation, version, transaction)
    return {}


def list_versions(registry: Registry, call: Call) -> Params:
    with call.state.read() as transaction:
        find(IMAGE, transaction, call.account, call.region, call.params)
    return conventions.list_records(VERSION, registry, call)


def list_aliases(call: Call) -> Params:
    number, alias = call.params.get("Version"), call.params.get("Alias")
    with call.state.read() as transaction:
        image = find(IMAGE, transaction, call.account, call.region, call.params)
        found = versions(VERSION, call, transaction, ImageName=image.key)
    chosen = [
        each
        for each in found
        if number in (None, each.request["Version"])
        and alias in (None, *(each.request.get("Aliases") or ()))
    ]
    aliases = sorted(name for each in chosen for name in each.request.get("Aliases") or ())
    size = int(call.params.get("MaxResults") or 100)
    after = call.params.get("NextToken") or ""
    rest = [name for name in aliases if name > after]
    more = len(rest) > size
    return {
        "SageMakerImageVersionAliases": rest[:size],
        "NextToken": rest[size - 1] if more else None,
    }


def _version(call: Call, transaction: Transaction) -> Record:
    """By number or alias; the latest where neither is given."""
    image = find(IMAGE, transaction, call.account, call.region, call.params)
    number, alias = call.params.get("Version"), call.params.get("Alias")
    found = versions(VERSION, call, transaction, ImageName=image.key)
    if number is not None:
        found = [each for each in found if each.request["Version"] == number]
    if alias is not None:
        found = [each for each in found if alias in (each.request.get("Aliases") or ())]
    if not found:
        raise VERSION.not_found(f"{image.key}/{number or alias or 'latest'}")
    return found[-1]


def _unused(call: Call, transaction: Transaction, image: Record, aliases: list[str]) -> None:
    """An alias names one version of an image."""
    for each in versions(VERSION, call, transaction, ImageName=image.key):
        if taken := [name for name in aliases if name in (each.request.get("Aliases") or ())]:
            raise ResourceInUse(f"The alias {taken[0]} already names {each.arn}")
