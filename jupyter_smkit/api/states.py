"""What smkit does of each operation: in full, as a record only, or not yet."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict, dataclass
from typing import Literal

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from jupyter_smkit.api import conventions, models
from jupyter_smkit.api.kinds import Kind, plural
from jupyter_smkit.api.registry import Registry, Services

State = Literal["full", "record only", "not yet"]
FULL: State = "full"
RECORD_ONLY: State = "record only"
NOT_YET: State = "not yet"


@dataclass(frozen=True)
class OperationState:
    service: str
    operation: str
    state: State
    kind: str
    """Of the resource that it is about; empty where there is none."""
    note: str
    """For ``record only``: what AWS would do beside keeping the record."""


def states(registry: Registry) -> list[OperationState]:
    """Every operation of SageMaker, and those that there are of the other services."""
    found: list[OperationState] = []
    services = sorted({service for service, _ in registry.operations} - {"sagemaker"})
    for service in ("sagemaker", *services):
        answered = {name for at, name in registry.operations if at == service}
        for kind in registry.kinds.values():
            if kind.service == service:
                answered |= conventions.operations(kind, registry).keys()
        known = models.service(service).operation_names
        names = known if service == "sagemaker" else answered
        found += [_state(registry, service, name, name in answered) for name in sorted(names)]
    return found


def _state(registry: Registry, service: str, name: str, answered: bool) -> OperationState:
    kind = _kind_of(registry, service, name)
    state: State = FULL
    if not answered or (kind and kind.not_yet):
        state = NOT_YET
    elif kind and kind.no_effect:
        state = RECORD_ONLY
    state = registry.states.get((service, name), state)
    note = kind.no_effect if kind and state == RECORD_ONLY else ""
    if state == NOT_YET and answered and (kind is None or name != kind.operation("Create")):
        # Of what cannot be created yet there is none, and that is the right answer.
        note = "finds none"
    return OperationState(service, name, state, kind.name if kind else "", note)


def _kind_of(registry: Registry, service: str, operation: str) -> Kind | None:
    """The kind that the operation's name names, the longest of several."""
    fitting = [
        kind
        for kind in registry.kinds.values()
        if kind.service == service
        and (
            operation in map(kind.operation, ("Create", "Describe", "List", "Update", "Delete"))
            or any(name in operation for name in (kind.name, plural(kind.name)))
        )
    ]
    return max(fitting, key=lambda kind: len(kind.name), default=None)


def page(registry: Registry) -> str:
    """``docs/operations.md``."""
    found = states(registry)
    of_sagemaker = [each for each in found if each.service == "sagemaker"]
    counts = Counter(each.state for each in of_sagemaker)
    lines = [
        "# Operations",
        "",
        "What smkit does of each operation of the SageMaker API. This page is generated from the",
        "code by `python scripts/operations_page.py`.",
        "",
        "- **full**: the operation does here what it does on AWS.",
        "- **record only**: recorded, no effect here. What is given is checked, kept and shown, and",
        "  the resource is settled at once; what AWS would do besides stands in the last column.",
        "- **not yet**: an operation that would have to run something answers `ValidationException`,",
        "  `not supported by smkit yet`. *finds none*: there can be no such resource yet, so its",
        "  lists are empty and nothing is found.",
        "",
        f"Of {len(of_sagemaker)} operations {counts[FULL]} are full, {counts[RECORD_ONLY]} record",
        f"only and {counts[NOT_YET]} not yet.",
        "",
        *_table(of_sagemaker),
    ]
    for service in sorted({each.service for each in found} - {"sagemaker"}):
        lines += ["", f"## {service}", ""]
        lines += _table([each for each in found if each.service == service])
    return "\n".join(lines) + "\n"


def _table(found: list[OperationState]) -> list[str]:
    rows = [f"| {each.operation} | {each.state} | {each.note} |" for each in found]
    return ["| operation | state | |", "|---|---|---|", *rows]


def operations_route(registry: Registry, services: Services) -> Starlette:
    """``GET /_smkit/operations``: the states, for pages that show what has no effect here."""

    def operations(request: Request) -> JSONResponse:
        return JSONResponse([asdict(each) for each in states(registry)])

    return Starlette(routes=[Route("/_smkit/operations", operations)])
