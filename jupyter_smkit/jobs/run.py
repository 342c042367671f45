"""What every kind of job does with its launch: wait its turn, start, follow, end."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace

from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.control.daemon import Controllers
from jupyter_smkit.state.records import Json, Record

ATTEMPTS = 3
"""How often a job is started whose supervisor was lost before it fails."""

_LOST = "InternalServerError: the job's supervisor was lost"

Describe = Callable[[Observation], Json]
"""Members of Describe that follow from an observation."""


def launch_id(record: Record) -> str:
    """A directory's name that no other record of this home has."""
    return f"{record.account}.{record.region}.{record.kind}.{record.key}.{record.created:.6f}"


def advance(
    controllers: Controllers,
    record: Record,
    launch: Callable[[Record], Launch],
    facts: Describe,
    sort_time: str,
) -> None:
    """One step of a job in InProgress or Stopping. ``sort_time`` names the member of its end."""
    executor = controllers.executor
    id = launch_id(record)
    seen = executor.poll(id)
    stopping = record.status == "Stopping"
    match seen.state:
        case "missing" | "lost" if stopping:
            end = replace(seen, outcome="Stopped", ended=controllers.clock())
            finish(controllers, record, end, facts, sort_time)
        case "missing" if controllers.crowded:
            pass
        case "missing":
            controllers.crowded = executor.running() >= capacity(controllers)
            if not controllers.crowded:
                executor.launch(launch(record))
        case "lost" if seen.attempt >= ATTEMPTS:
            end = replace(seen, outcome="Failed", reason=_LOST, ended=controllers.clock())
            finish(controllers, record, end, facts, sort_time)
        case "lost":
            executor.launch(launch(record), attempt=seen.attempt + 1)
        case "running":
            if stopping:
                executor.stop(id)
            changed = {
                name: value
                for name, value in facts(seen).items()
                if record.observed.get(name) != value
            }
            if changed:
                controllers.state.change(record, observed=changed)
        case "done":
            finish(controllers, record, seen, facts, sort_time)


def finish(
    controllers: Controllers, record: Record, seen: Observation, facts: Describe, sort_time: str
) -> None:
    observed = {**facts(seen), sort_time: seen.ended}
    status = {"Completed": "Completed", "Failed": "Failed"}.get(seen.outcome, "Stopped")
    if status == "Failed":
        observed["FailureReason"] = seen.reason
    controllers.state.change(record, status=status, observed=observed)
    controllers.executor.forget(launch_id(record))


def capacity(controllers: Controllers) -> int:
    """How many jobs may run at once on this machine."""
    return controllers.home.settings.max_jobs or os.cpu_count() or 1
