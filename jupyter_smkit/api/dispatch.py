"""From a signed request of a service to its operation, and back."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from itertools import chain

from botocore.model import OperationModel

from jupyter_smkit import features
from jupyter_smkit.api import conventions, models, protocols, validate
from jupyter_smkit.api.caller import Caller
from jupyter_smkit.api.errors import ApiError, NotSupportedYet, SerializationException
from jupyter_smkit.api.operations import register as everywhere
from jupyter_smkit.api.protocols import Response
from jupyter_smkit.api.registry import Call, Operation, Registry, Services
from jupyter_smkit.api.sigv4 import Request
from jupyter_smkit.state.records import Stale

log = logging.getLogger("smkit.api")
_ATTEMPTS = 5


class Dispatcher:
    """Every operation that smkit knows, by service."""

    def __init__(self, registry: Registry, services: Services) -> None:
        self.registry = registry
        self.services = services
        self._operations: dict[str, dict[str, Operation]] = {}

    def operations(self, service: str) -> dict[str, Operation]:
        """Registered ones, and those that declared kinds give by convention."""
        found = self._operations.get(service)
        if found is None:
            found = {}
            for kind in self.registry.kinds.values():
                if kind.service == service:
                    found.update(conventions.operations(kind, self.registry))
            found.update(
                {name: do for (at, name), do in self.registry.operations.items() if at == service}
            )
            self._operations[service] = found
        return found

    def answer(self, service: str, request: Request, body: bytes, caller: Caller) -> Response:
        """Runs in a thread: operations read and write the state."""
        service_model = models.service(service)
        protocol = protocols.choose(request, service_model)
        model: OperationModel | None = None
        try:
            model, params = protocol.parse(service_model, request, body)
            if model.input_shape is not None:
                validate.check(model.input_shape, params)
            call = Call(
                service,
                model.name,
                params,
                caller.account,
                caller.region,
                self.services,
                caller.access_key,
                caller.parent,
            )
            result = self.call(call)
            return protocol.serialise(model, result)
        except ApiError as error:
            return protocol.error(error, model)
        except RecursionError:
            deep = SerializationException("The request body is nested too deeply")
            return protocol.error(deep, model)
        except Exception:
            log.exception("%s %s failed", service, model.name if model else request.target)
            return protocol.error(ApiError("An internal error occurred; see run/api.log"), model)

    def call(self, call: Call) -> dict[str, object]:
        """The operation's result; one that met a concurrent change is decided anew."""
        operation = self.operations(call.service).get(call.operation)
        if operation is None:
            raise NotSupportedYet(call.operation)
        for _ in range(_ATTEMPTS):
            try:
                return operation(call) or {}
            except Stale:
                continue
        raise ApiError(
            "The resource keeps changing; try again", code="ConflictException", status=409
        )


def registry_of(names: Iterable[str] = features.NAMES) -> Registry:
    """The kinds and operations of these features, and those that span every kind."""
    registry = Registry()
    everywhere(registry)
    for name in names:
        for kind in chain(*features.parts("kinds", [name])):
            registry.kind(kind)
        features.part(name, "operations").register(registry)
    return registry
