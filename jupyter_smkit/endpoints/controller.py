"""What the daemon does for endpoints: workers up before traffic moves, and kept alive after."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import groupby, takewhile
from pathlib import Path
from types import MappingProxyType

from jupyter_smkit.compute import images, jsonfile
from jupyter_smkit.compute.executor import Observation
from jupyter_smkit.control.context import Context
from jupyter_smkit.endpoints.workers import Worker, answers, launch_prefix, served, wanted
from jupyter_smkit.state import wake
from jupyter_smkit.state.records import Json, Record
from jupyter_smkit.state.schema import records

_SOON = 0.05
"""Seconds between pings of a worker that is starting; a fortieth of what it has taken so far."""
_SLOWLY = 1.0
"""The longest of these."""
_CRASHES = 3
"""How often a worker whose supervisor is lost is started before its endpoint fails."""
_LONGEST_WAIT = 60.0
"""Seconds before a worker is started again that has died again and again."""
_SETTLED = 1.0
"""Seconds in which the gateway has surely read new routes."""
_UNHEALTHY = (
    "The primary container for production variant {variant} did not pass the ping health check. "
    "Please check CloudWatch logs for this endpoint. {reason}"
)


def reconcile(context: Context, record: Record) -> None:
    match record.status:
        case "Creating" | "Updating":
            bring_up(context, record)
        case "InService":
            keep_serving(context, record)
        case "Deleting":
            take_down(context, record)


def bring_up(context: Context, record: Record) -> None:
    """Starts what the configuration asks for; moves the traffic once all of it answers."""
    try:
        workers = wanted(context, record)
    except KeyError as missing:
        fail(context, record, str(missing.args[0]))
        return
    observed = []
    versions = {}
    for worker in workers:
        seen = context.executor.poll(worker.launch.id)
        versions[worker.variant] = seen.version
        if seen.state == "missing":
            context.executor.launch(worker.launch)
        elif seen.state == "lost" and seen.attempt < _CRASHES:
            context.executor.launch(worker.launch, attempt=seen.attempt + 1)
        elif seen.state in ("done", "lost"):
            reason = seen.reason or "The worker ended"
            fail(context, record, _UNHEALTHY.format(variant=worker.variant, reason=reason))
            return
        observed.append((worker, seen))
    sockets = [worker.launch.socket for worker, seen in observed if seen.state == "running"]
    asked = context.apart(record, "ping", lambda: set(takewhile(answers, sockets)))
    if asked is None:
        return
    for worker, seen in observed:
        if worker.launch.socket not in asked.result:
            wait_for(context, record, worker, seen)
            return
    variants = variants_of(workers, versions)
    # The gateway knows before anybody can read InService and send the first request.
    write_routes(context, {_route_key(record): variants})
    context.state.change(
        record,
        status="InService",
        observed={
            "_variants": variants,
            "_config": record.request["EndpointConfigName"],
            "FailureReason": None,
        },
    )


def wait_for(context: Context, record: Record, worker: Worker, seen: Observation) -> None:
    """It does not answer yet."""
    taken = context.clock() - max(seen.started or math.inf, record.modified)
    if seen.state == "running" and taken > worker.patience:
        reason = f"It did not answer within {worker.patience:.0f} s"
        fail(context, record, _UNHEALTHY.format(variant=worker.variant, reason=reason))
    else:
        context.again(record, min(_SLOWLY, max(_SOON, taken / 40)) if seen.started else _SLOWLY)


def fail(context: Context, record: Record, reason: str) -> None:
    """A new endpoint fails; one that was updated goes on serving what it served."""
    serving = record.observed.get("_variants")
    for id in set(context.executor.known(launch_prefix(record))) - _ids(serving or ()):
        context.executor.forget(id)
    changes: Json = {"FailureReason": reason[:1024]}
    if serving:
        config = record.observed["_config"]
        context.state.change(
            record,
            status="InService",
            observed={**changes, "_weights": served(record)},
            request={"EndpointConfigName": config},
        )
    else:
        context.state.change(record, status="Failed", observed=changes)


def keep_serving(context: Context, record: Record) -> None:
    """Starts workers again that have died, ends those that an update has replaced, and makes sure
    that the gateway knows the endpoint."""
    if _route_key(record) not in _written(context.home.routes):
        write_routes(context)
    serving = _ids(record.observed["_variants"])
    dead = {}
    for id in serving:
        seen = context.executor.poll(id)
        if seen.state != "running":
            dead[id] = seen
    if dead:
        restart_dead_workers(context, record, dead)
    for id in set(context.executor.known(launch_prefix(record))) - serving:
        end_replaced_worker(context, record, id)


def restart_dead_workers(context: Context, record: Record, dead: Mapping[str, Observation]) -> None:
    """As they were launched: the model may have been deleted since. At once the first time and
    when invocations begin to wait for one, else after 1 s, 2 s, 4 s and so on."""
    lacking = [one for one in record.observed["_variants"] if _ids([one]) & dead.keys()]
    awaited = _ids([one for one in lacking if context.demands.take(record, one["name"])])
    for id, seen in dead.items():
        wait = min(_LONGEST_WAIT, 2.0 ** min(seen.attempt - 2, 10))
        left = _last_sign(seen) + wait - context.clock()
        if 0 < left <= wait and seen.attempt > 1 and id not in awaited:
            context.again(record, left)
        elif seen.state != "missing":
            context.executor.again(id)
        else:
            for worker in wanted(context, record):
                if worker.launch.id == id:
                    context.executor.launch(worker.launch)


def _last_sign(seen: Observation) -> float:
    """When it ended; of a worker that is lost, when it was last known to go on."""
    return seen.ended or max([0.0, *(at for _, at in seen.phases)])


def end_replaced_worker(context: Context, record: Record, id: str) -> None:
    """Ends a worker that no route leads to; it may first answer what it was asked."""
    left = record.modified + _SETTLED - context.clock()
    if 0 < left <= _SETTLED:
        context.again(record, left)
    else:
        end(context, id)


def end(context: Context, id: str) -> None:
    if context.executor.poll(id).state == "running":
        context.executor.stop(id)
    else:
        context.executor.forget(id)


def take_down(context: Context, record: Record) -> None:
    write_routes(context)
    for id in context.executor.known(launch_prefix(record)):
        end(context, id)
    if context.executor.known(launch_prefix(record)):
        context.again(record, _SOON)
        return
    with context.state.begin() as transaction:
        transaction.delete(record)


def variants_of(workers: list[Worker], versions: Mapping[str, str]) -> list[Json]:
    """What is kept of the workers in the record: by variant, as ``versions`` are."""
    return [
        {
            "name": variant,
            "weight": several[0].weight,
            "image": several[0].image,
            "resolved": images.at(several[0].image, versions[variant]),
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


def _written(routes: Path) -> frozenset[str]:
    try:
        found = routes.stat()
        return _endpoints_in(routes, (found.st_ino, found.st_mtime_ns, found.st_size))
    except (FileNotFoundError, ValueError):
        return frozenset()


@lru_cache(maxsize=1)
def _endpoints_in(routes: Path, stamp: tuple[int, int, int]) -> frozenset[str]:
    """The endpoints in the file; read once for each ``stamp``, not once an endpoint and round."""
    return frozenset(json.loads(routes.read_text())["endpoints"])


def write_routes(
    context: Context, soon: Mapping[str, Sequence[Json]] = MappingProxyType({})
) -> None:
    """Tells the gateway what every endpoint serves now, whole and at once; ``soon`` holds the
    variants of one that comes into service next."""
    with context.state.read() as transaction:
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
    jsonfile.write(context.home.routes, {"endpoints": table})
    wake.ring(context.home.run / "wake")


RECONCILERS = {"Endpoint": reconcile}
