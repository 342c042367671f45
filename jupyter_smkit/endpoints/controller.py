"""What the daemon does for endpoints: workers up before traffic moves, and kept alive after."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from itertools import groupby
from types import MappingProxyType

from jupyter_smkit.control.daemon import Controllers
from jupyter_smkit.endpoints.workers import Worker, answers, wanted
from jupyter_smkit.state import wake
from jupyter_smkit.state.records import Json, Record
from jupyter_smkit.state.schema import records

_SOON = 0.05
"""Seconds between pings of a worker that is starting."""
_CRASHES = 3
"""How often a worker that dies is started again before the endpoint is left without it."""
_UNHEALTHY = (
    "The primary container for production variant {variant} did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint. {reason}"
)


def reconcile(controllers: Controllers, record: Record) -> None:
    match record.status:
        case "Creating" | "Updating":
            bring_up(controllers, record)
        case "InService":
            keep(controllers, record)
        case "Deleting":
            take_down(controllers, record)


def bring_up(controllers: Controllers, record: Record) -> None:
    """Starts what the configuration asks for; moves the traffic once all of it answers."""
    try:
        workers = wanted(controllers, record)
    except KeyError as missing:
        fail(controllers, record, str(missing.args[0]))
        return
    ready = True
    for worker in workers:
        seen = controllers.executor.poll(worker.launch.id)
        if seen.state == "missing":
            controllers.executor.launch(worker.launch)
        elif seen.state == "lost" and seen.attempt < _CRASHES:
            controllers.executor.launch(worker.launch, attempt=seen.attempt + 1)
        elif seen.state in ("done", "lost"):
            reason = seen.reason or "The worker ended"
            fail(controllers, record, _UNHEALTHY.format(variant=worker.variant, reason=reason))
            return
        ready = ready and seen.state == "running" and answers(worker.launch.socket)
    if not ready:
        controllers.again(record, _SOON)
        return
    before = _ids(record.observed.get("_variants") or ())
    variants = shown(workers)
    # The gateway knows before anybody can read InService and send the first request.
    write_routes(controllers, {_route_key(record): variants})
    controllers.state.change(
        record,
        status="InService",
        observed={
            "_variants": variants,
            "_config": record.request["EndpointConfigName"],
            "FailureReason": None,
        },
    )
    for id in before - _ids(variants):
        controllers.executor.forget(id)


def fail(controllers: Controllers, record: Record, reason: str) -> None:
    """A new endpoint fails; one that was updated goes on serving what it served."""
    serving = record.observed.get("_variants")
    try:
        mine = {worker.launch.id for worker in wanted(controllers, record)}
    except KeyError:
        mine = set()
    for id in mine - _ids(serving or ()):
        controllers.executor.forget(id)
    changes: Json = {"FailureReason": reason[:1024]}
    if serving:
        config = record.observed["_config"]
        controllers.state.change(
            record,
            status="InService",
            observed={**changes, "_weights": None},
            request={"EndpointConfigName": config},
        )
    else:
        controllers.state.change(record, status="Failed", observed=changes)


def keep(controllers: Controllers, record: Record) -> None:
    """Starts workers again that have died, and makes sure that the gateway knows the endpoint."""
    missing = []
    for variant in record.observed["_variants"]:
        for worker in variant["workers"]:
            if controllers.executor.poll(worker["id"]).state != "running":
                missing.append(worker["id"])
    if missing:
        for worker in wanted(controllers, record):
            if worker.launch.id in missing:
                seen = controllers.executor.poll(worker.launch.id)
                controllers.executor.launch(worker.launch, attempt=seen.attempt + 1)
        controllers.again(record, 1.0)
    if _route_key(record) not in _written(controllers):
        write_routes(controllers)


def take_down(controllers: Controllers, record: Record) -> None:
    write_routes(controllers)
    ids = _ids(record.observed.get("_variants") or ())
    for id in ids:
        controllers.executor.forget(id)
    if any(controllers.executor.poll(id).state != "missing" for id in ids):
        controllers.again(record, _SOON)
        return
    with controllers.state.begin() as transaction:
        transaction.delete(record)


def shown(workers: list[Worker]) -> list[Json]:
    """What is kept of the workers in the record: by variant."""
    return [
        {
            "name": variant,
            "weight": several[0].weight,
            "image": several[0].image,
            "log": f"{several[0].launch.log_group}/{several[0].launch.log_stream}",
            "workers": [{"id": one.launch.id, "socket": one.launch.socket} for one in several],
        }
        for variant, several in (
            (name, list(group)) for name, group in groupby(workers, lambda worker: worker.variant)
        )
    ]


def _ids(variants: list[Json] | tuple[()]) -> set[str]:
    return {worker["id"] for variant in variants for worker in variant["workers"]}


def _route_key(record: Record) -> str:
    return f"{record.account}/{record.region}/{record.key}"


def _written(controllers: Controllers) -> Json:
    try:
        content = json.loads(controllers.home.routes.read_text())
    except (FileNotFoundError, ValueError):
        return {}
    return dict(content.get("endpoints", {}))


def write_routes(
    controllers: Controllers, soon: Mapping[str, Sequence[Json]] = MappingProxyType({})
) -> None:
    """Tells the gateway what every endpoint serves now, whole and at once; ``soon`` holds the
    variants of one that comes into service next."""
    with controllers.state.read() as transaction:
        endpoints = transaction.where(
            records.c.kind == "Endpoint", records.c.status.in_(("InService", "Updating"))
        )
    serving = {_route_key(one): one.observed.get("_variants") or () for one in endpoints}
    table = {
        key: {
            "variants": [
                {
                    "name": variant["name"],
                    "weight": variant["weight"],
                    "workers": [worker["socket"] for worker in variant["workers"]],
                    "log": variant["log"],
                }
                for variant in variants
            ]
        }
        for key, variants in {**serving, **soon}.items()
        if variants
    }
    temporary = controllers.home.routes.with_suffix(".new")
    with open(temporary, "w") as out:
        json.dump({"endpoints": table}, out)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(controllers.home.routes)
    wake.ring(controllers.home.run / "wake")


CONTROLLERS = {"Endpoint": reconcile}
