"""What every kind of job does with its launch: wait for room, start, follow, end."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace

from jupyter_smkit.compute.executor import ATTEMPTS, Launch, Observation
from jupyter_smkit.control.daemon import Controllers
from jupyter_smkit.state.records import Json, Record

_LOST = f"InternalServerError: the job's supervisor was lost {ATTEMPTS} times"

Describe = Callable[[Observation], Json]
"""Members of Describe that follow from an observation."""


def launch_id(record: Record) -> str:
    """A directory's name that no other record of this home has."""
    return f"{record.account}.{record.region}.{record.kind}.{record.key}.{record.created:.6f}"


def kind_of(id: str) -> str:
    return id.split(".")[2]


def advance(
    controllers: Controllers,
    record: Record,
    launch: Callable[[Record], Launch],
    has_room: Callable[[Collection[str]], bool],
    facts: Describe,
    finish: Callable[[Observation], None],
) -> None:
    """One step of a job in InProgress or Stopping. ``has_room`` is asked beside the ids of the jobs
    that run now; ``finish`` settles the record by how the launch ended."""
    executor = controllers.executor
    id = launch_id(record)
    seen = executor.poll(id)
    stopping = record.status == "Stopping"
    match seen.state:
        case "missing" | "lost" if stopping:
            finish(replace(seen, outcome="Stopped", ended=controllers.clock()))
        case "missing":
            if record.kind not in controllers.crowded and has_room(executor.running()):
                executor.launch(launch(record))
            else:
                controllers.wait(record)
        case "lost" if seen.attempt >= ATTEMPTS:
            finish(replace(seen, outcome="Failed", reason=_LOST, ended=controllers.clock()))
        case "lost":
            executor.launch(launch(record), attempt=seen.attempt + 1)
        case "running":
            if stopping:
                executor.stop(id)
            observed = facts(seen)
            if any(record.observed.get(name) != value for name, value in observed.items()):
                controllers.state.change(record, observed=observed)
        case "done":
            finish(seen)
