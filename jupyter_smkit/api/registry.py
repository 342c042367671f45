"""What features give to the API: kinds, operations that differ, and routes of our own."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from jupyter_smkit.api.kinds import Kind
    from jupyter_smkit.config import Home
    from jupyter_smkit.objects.remote import RemoteObjects
    from jupyter_smkit.objects.store import ObjectStore
    from jupyter_smkit.state.records import State

Params = dict[str, Any]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Services:
    """What an operation may use. Operations start no process and wait for nothing."""

    home: Home
    state: State
    objects: ObjectStore | RemoteObjects
    clock: Clock
    """Unix seconds."""


@dataclass(frozen=True)
class Call:
    """One request, signed and valid against the service model."""

    service: str
    """botocore's name: ``sagemaker``, ``logs``, …"""
    operation: str
    params: Params
    account: str
    region: str
    services: Services
    access_key: str = ""
    parent: str = ""
    """The ARN of the record for which smkit itself asks; empty: a client asks."""

    @property
    def home(self) -> Home:
        return self.services.home

    @property
    def state(self) -> State:
        return self.services.state

    @property
    def now(self) -> float:
        return self.services.clock()

    def arn(self, resource: str, service: str = "sagemaker") -> str:
        return f"arn:aws:{service}:{self.region}:{self.account}:{resource}"


Operation = Callable[[Call], Params | None]


class Route(Protocol):
    """A route of our own, ``/_smkit/<name>/…``: an ASGI application."""

    def __call__(self, scope: Any, receive: Any, send: Any) -> Awaitable[None]: ...


@dataclass
class Registry:
    """Features register themselves here: ``def register(api: Registry) -> None``."""

    kinds: dict[str, Kind] = field(default_factory=dict)
    """By name: ``ProcessingJob``."""
    operations: dict[tuple[str, str], Operation] = field(default_factory=dict)
    """By service and operation; these go before what a kind gives by convention."""
    routes: dict[str, Callable[[Services], Route]] = field(default_factory=dict)
    states: dict[tuple[str, str], Literal["full", "record only", "not yet"]] = field(
        default_factory=dict
    )
    """By service and operation, where its kind does not tell the state; see ``states``."""

    def kind(self, kind: Kind) -> None:
        if kind.name in self.kinds:
            raise ValueError(f"the kind {kind.name} is declared twice")
        self.kinds[kind.name] = kind

    def operation(self, service: str, name: str) -> Callable[[Operation], Operation]:
        def register(function: Operation) -> Operation:
            if (service, name) in self.operations:
                raise ValueError(f"{service}:{name} is registered twice")
            self.operations[service, name] = function
            return function

        return register

    def add(self, service: str, operations: Mapping[str, Operation]) -> None:
        for name, function in operations.items():
            self.operation(service, name)(function)
