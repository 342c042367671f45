"""The service models of the installed botocore: what operations there are, and their shapes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

from botocore.exceptions import DataNotFoundError, UnknownServiceError
from botocore.loaders import Loader
from botocore.model import OperationModel, OperationNotFoundError, ServiceModel, Shape

from jupyter_smkit.api import services
from jupyter_smkit.api.errors import UnknownOperation
from jupyter_smkit.api.sigv4 import Request

__all__ = [
    "OperationModel",
    "Route",
    "ServiceModel",
    "Shape",
    "for_signing_name",
    "operation",
    "route",
    "service",
]


@cache
def service(name: str) -> ServiceModel:
    """The model of a service by botocore's name, without its documentation; 0.1 s at first."""
    try:
        description = Loader().load_service_model(name, "service-2")
    except (UnknownServiceError, DataNotFoundError):
        raise UnknownOperation(f"The installed botocore has no service {name!r}") from None
    _drop_documentation(description)
    return ServiceModel(description, name)


def _drop_documentation(node: object) -> None:
    if isinstance(node, dict):
        if isinstance(node.get("documentation"), str):
            del node["documentation"]
        for value in node.values():
            _drop_documentation(value)


def operation(model: ServiceModel, name: str) -> OperationModel:
    """Raises UnknownOperation where the service has none of that name."""
    try:
        return model.operation_model(name)
    except OperationNotFoundError:
        raise UnknownOperation(f"{model.service_name} has no operation {name!r}") from None


def for_signing_name(name: str, request: Request) -> ServiceModel:
    """The service that ``request`` is for, ``name`` being the service it was signed for.

    Raises UnknownOperation where smkit has no such service.
    """
    names = services.signed_as(name)
    if not names:
        raise UnknownOperation(
            f"smkit does not have the service {name!r}. "
            "%sm aws switches this kernel to the real AWS"
        )
    if len(names) == 1 or "x-amz-target" in request.headers:
        return service(names[0])
    for candidate in names[1:]:
        if route(service(candidate), request.method, request.path) is not None:
            return service(candidate)
    raise UnknownOperation(f"{request.method} {request.path} is no operation of {name}")


@dataclass(frozen=True)
class Route:
    """Where a rest operation lives."""

    operation: str
    method: str
    pattern: re.Pattern[str]
    """Over the path as it stands on the request line; a group a label, in the labels' order."""
    labels: tuple[str, ...]
    literals: int
    """How many characters are no labels: the more, the more particular the route."""


def route(model: ServiceModel, method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The operation of a rest service that a path names, and what stands in its labels."""
    for candidate in _routes(model.service_name):
        if candidate.method == method and (found := candidate.pattern.fullmatch(path)):
            return candidate, found.groups()
    return None


@cache
def _routes(name: str) -> tuple[Route, ...]:
    model = service(name)
    routes = [_route(model.operation_model(each)) for each in model.operation_names]
    return tuple(sorted(routes, key=lambda each: -each.literals))


def _route(model: OperationModel) -> Route:
    path = model.http["requestUri"].partition("?")[0]
    parts = re.split(r"\{([^}]+)\}", path)
    pattern = ""
    for index, part in enumerate(parts):
        if index % 2 == 0:
            pattern += re.escape(part)
        else:
            pattern += "(.+)" if part.endswith("+") else "([^/]+)"
    return Route(
        operation=model.name,
        method=model.http["method"],
        pattern=re.compile(pattern + "/?"),
        labels=tuple(part.rstrip("+") for part in parts[1::2]),
        literals=sum(map(len, parts[0::2])),
    )
