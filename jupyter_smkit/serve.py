"""Composes smkit's processes: the only module that knows all the features."""

from __future__ import annotations

import logging
import os
import socket
import sys
import time
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, processes

if TYPE_CHECKING:
    from jupyter_smkit.control.daemon import Controllers, Reconcile
    from jupyter_smkit.state.lifecycle import Lifecycle
    from jupyter_smkit.state.records import Record, State

FEATURES = ("api", "services", "jobs", "endpoints", "wrangler", "automl", "studio")
"""Each has ``kinds`` and ``operations``; those that act have a ``controller``."""
ACTING = ("jobs", "endpoints", "automl")
_PATIENCE = 60.0


def ensure_running(home: Home) -> str:
    """Starts smkit where it does not run; the address of its edge, ``http://127.0.0.1:<port>``.

    Blocks until it answers. Raises RuntimeError with the end of a log where it does not come up.
    """
    if (url := home.base_url) and up(home):
        return url
    home.prepare()
    processes.start(home, "daemon")
    if not processes.wait_until(lambda: home.base_url is not None and up(home), _PATIENCE):
        raise RuntimeError(f"smkit did not start within {_PATIENCE:.0f} s. {_last_words(home)}")
    url = home.base_url
    assert url is not None
    return url


def up(home: Home) -> bool:
    """Whether every process runs and the edge and the api take connections."""
    if any(lease.holder(home.run, role) is None for role in processes.ROLES):
        return False
    port = int(home.port_file.read_text()) if home.port_file.exists() else 0
    return _listens(socket.AF_UNIX, str(home.api_socket)) and _listens(
        socket.AF_INET, ("127.0.0.1", port)
    )


def _listens(family: socket.AddressFamily, address: str | tuple[str, int]) -> bool:
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.settimeout(1.0)
        return probe.connect_ex(address) == 0


def _last_words(home: Home) -> str:
    for role in processes.ROLES:
        log = home.run / f"{role}.log"
        if lease.holder(home.run, role) is None and log.exists():
            return f"The {role} said: {log.read_text()[-2000:]}"
    return f"See the logs in {home.run}"


def stop(home: Home) -> list[str]:
    """Ends smkit's processes; those that ran.

    Jobs and endpoints' workers go on: their supervisors do not depend on these processes.
    """
    mark = home.run / "stopping"
    mark.touch()
    try:
        return [role for role in ("daemon", "edge", "api") if processes.stop(home, role)]
    finally:
        mark.unlink(missing_ok=True)


def lifecycles() -> Mapping[str, Lifecycle]:
    """Of every kind with behaviour, without loading a service model."""
    found = {}
    for feature in ACTING:
        for kind in import_module(f"jupyter_smkit.{feature}.kinds").KINDS:
            if kind.lifecycle:
                found[kind.name] = kind.lifecycle
    return found


def run_daemon(home: Home) -> int:
    from jupyter_smkit.control import daemon

    return daemon.run(home, _assemble, lifecycles())


def _assemble(home: Home, state: State) -> tuple[Controllers, Mapping[str, Reconcile]]:
    from jupyter_smkit.compute.local import LocalExecutor
    from jupyter_smkit.control.daemon import Controllers

    reconcilers: dict[str, Reconcile] = {}
    for feature in ACTING:
        reconcilers |= import_module(f"jupyter_smkit.{feature}.controller").CONTROLLERS
    controllers = Controllers(home, state, LocalExecutor(home), time.time, _caller(home))
    return controllers, reconcilers


def _caller(home: Home) -> Any:
    """Operations for controllers: through the edge, as any client, for the record's account."""

    def call(record: Record, operation: str, **params: Any) -> dict[str, Any]:
        from jupyter_smkit.api.errors import ApiError
        from jupyter_smkit.client.calls import CallFailed, Client

        client = Client.of(home, home.base_url or "", record.account, record.region)
        try:
            return client.call(operation, **params)
        except CallFailed as failure:
            raise ApiError(failure.message, code=failure.code, status=failure.status) from failure

    return call


def run_api(home: Home) -> int:
    from jupyter_smkit.api import server
    from jupyter_smkit.api.credentials import Credentials
    from jupyter_smkit.api.dispatch import Dispatcher, registry_of
    from jupyter_smkit.api.status import status_route
    from jupyter_smkit.objects.wire import s3_app

    def make(services: Any, feed: Any) -> Any:
        registry = registry_of(FEATURES)
        registry.routes["events"] = lambda services: feed
        registry.routes["status"] = status_route
        services.state.lifecycles = lifecycles()
        dispatcher = Dispatcher(registry, services)
        return server.Api(dispatcher, Credentials(home.credentials), s3_app(services.objects))

    try:
        held = lease.hold(home.run, "api")
    except lease.Taken:
        return 0
    server.serve(home, make)
    os.close(held)
    return 0


def run_edge(home: Home) -> int:
    from jupyter_smkit.gateway import edge

    try:
        held = lease.hold(home.run, "edge")
    except lease.Taken:
        return 0

    def keep_daemon() -> None:
        if lease.holder(home.run, "daemon") is None and not stopping(home):
            processes.start(home, "daemon")

    edge.run(home, keep_daemon)
    os.close(held)
    return 0


def stopping(home: Home) -> bool:
    """Whether somebody is stopping smkit just now: then nothing is started again."""
    try:
        return time.time() - (home.run / "stopping").stat().st_mtime < _PATIENCE
    except FileNotFoundError:
        return False


def main() -> int:
    logging.basicConfig(level="INFO", format="%(asctime)s %(name)s %(levelname)s %(message)s")
    home = Home.from_environment()
    home.prepare()
    role = sys.argv[1] if len(sys.argv) > 1 else ""
    run = {"daemon": run_daemon, "api": run_api, "edge": run_edge}.get(role)
    if run is None:
        print(f"usage: python -m jupyter_smkit.serve {'|'.join(processes.ROLES)}", file=sys.stderr)
        return 2
    return run(home)


if __name__ == "__main__":
    sys.exit(main())
