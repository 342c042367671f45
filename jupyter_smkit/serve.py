"""Composes smkit's processes of what the features declare."""

from __future__ import annotations

import logging
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from jupyter_smkit import features
from jupyter_smkit.config import Home
from jupyter_smkit.control import helpers, lease, processes
from jupyter_smkit.control.running import ensure_running, stop, stopping, up

if TYPE_CHECKING:
    from jupyter_smkit.control.context import Context
    from jupyter_smkit.control.helpers import Helper
    from jupyter_smkit.control.reconcile import Reconcile
    from jupyter_smkit.state.lifecycle import Lifecycle
    from jupyter_smkit.state.records import Record, State

log = logging.getLogger("smkit.serve")

__all__ = ["ensure_running", "stop", "stopping", "up"]


def lifecycles() -> Mapping[str, Lifecycle]:
    """Of every kind with behaviour, without loading a service model."""
    acting = [name for name in features.NAMES if features.feature(name).reconcilers]
    kinds = chain(*features.parts("kinds", acting))
    return {kind.name: kind.lifecycle for kind in kinds if kind.lifecycle}


def run_daemon(home: Home, beside: Sequence[Helper] | None = None) -> int:
    """``beside``: other helpers than smkit's own and those that features declare."""
    from jupyter_smkit.control import daemon

    if beside is None:
        beside = (*helpers.CORE, *chain(*features.parts("helpers")))
    chores = tuple(chain(*features.parts("chores")))
    return daemon.run(home, _assemble, lifecycles(), beside, chores)


def _assemble(home: Home, state: State) -> tuple[Context, Mapping[str, Reconcile]]:
    from jupyter_smkit.compute.local import LocalExecutor
    from jupyter_smkit.control.admission import Admission, machine
    from jupyter_smkit.control.context import Context

    reconcilers: dict[str, Reconcile] = {}
    for of_feature in features.parts("reconcilers"):
        reconcilers |= of_feature
    admission = Admission(machine(home.settings.max_jobs))
    executor = LocalExecutor(home)
    return Context(
        home, state, executor, time.time, calls_of(home), admission=admission
    ), reconcilers


def calls_of(home: Home) -> Any:
    """Operations for errands: through the edge, as any client, for the record's account."""

    def call(record: Record, operation: str, parent: str = "", **params: Any) -> dict[str, Any]:
        from jupyter_smkit.api.errors import ApiError
        from jupyter_smkit.client.calls import CallFailed, Client

        url = home.base_url or ""
        client = Client.of(home, url, record.account, record.region, parent)
        try:
            return client.call(operation, **params)
        except CallFailed as failure:
            raise ApiError(failure.message, code=failure.code, status=failure.status) from failure

    return call


def run_api(home: Home) -> int:
    from jupyter_smkit.api import server
    from jupyter_smkit.api.credentials import Credentials
    from jupyter_smkit.api.dispatch import Dispatcher, registry_of
    from jupyter_smkit.objects.wire import s3_app

    def make(services: Any, feed: Any) -> Any:
        registry = registry_of()
        registry.routes["events"] = lambda services: feed
        services.state.lifecycles = lifecycles()
        dispatcher = Dispatcher(registry, services)
        return server.Api(dispatcher, Credentials(home.credentials), s3_app(services.objects))

    server.serve(home, make, helpers.hold(home, "api"))
    return 0


def run_edge(home: Home) -> int:
    from jupyter_smkit.gateway import edge
    from jupyter_smkit.gateway.port import listen

    if lease.holder(home.locks, "edge") is not None:
        return 0
    # Only who listens on the kept port is the edge: clients take the role for a sign of it.
    listening = listen(home)
    kept = helpers.hold(home, "edge")

    def keep_daemon() -> None:
        if not kept():
            os.kill(os.getpid(), signal.SIGTERM)
        elif lease.holder(home.locks, "daemon") is None and not stopping(home):
            processes.start(home, "daemon")

    edge.run(home, keep_daemon, listening)
    return 0


def main() -> int:
    return helpers.main({"daemon": run_daemon, "api": run_api, "edge": run_edge})


if __name__ == "__main__":
    sys.exit(main())
