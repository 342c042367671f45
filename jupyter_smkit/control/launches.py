"""What every kind of job does with its launch: wait for room, start, follow, end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from jupyter_smkit.compute.executor import ATTEMPTS, Launch, Observation
from jupyter_smkit.control.admission import Needs
from jupyter_smkit.control.context import Context
from jupyter_smkit.state.records import Identity, Json, Record

_LOST = f"InternalServerError: the job's supervisor was lost {ATTEMPTS} times"
_STOPPING = 5.0
"""Seconds after which a job that goes on is asked to stop again."""
_OWNERS = {"Worker": "Endpoint"}
"""Kinds of records by what their launches call themselves, where that is something else."""

Describe = Callable[[Observation], Json]
"""Members of Describe that follow from an observation."""


def launch_id(record: Record) -> str:
    """A directory's name that no other record of this home has."""
    return f"{record.account}.{record.region}.{record.kind}.{record.key}.{record.created:.6f}"


def owner(id: str) -> Identity | None:
    """Whose launch it is; None where the id does not tell."""
    account, region, kind, key, *_ = [*id.split(".", 4), "", "", "", ""]
    return (account, region, _OWNERS.get(kind, kind), key) if key else None


def follow_launch(
    context: Context,
    record: Record,
    launch: Callable[[Record], Launch],
    needs: Needs,
    facts: Describe,
    finish: Callable[[Observation], None],
) -> None:
    """One step of a job in InProgress or Stopping; ``finish`` settles the record by how the
    launch ended."""
    executor = context.executor
    id = launch_id(record)
    seen = executor.poll(id)
    stopping = record.status == "Stopping"
    match seen.state:
        case "missing" | "lost" if stopping:
            finish(replace(seen, outcome="Stopped", ended=context.clock()))
        case "missing":
            if context.admission.may_run(record, needs):
                executor.launch(launch(record))
        case "lost" if seen.attempt >= ATTEMPTS:
            finish(replace(seen, outcome="Failed", reason=_LOST, ended=context.clock()))
        case "lost":
            context.admission.runs(record, needs)
            executor.launch(launch(record), attempt=seen.attempt + 1)
        case "running":
            context.admission.runs(record, needs)
            if stopping:
                executor.stop(id)
                context.again(record, _STOPPING)
            observed = facts(seen)
            if any(record.observed.get(name) != value for name, value in observed.items()):
                context.state.change(record, observed=observed)
        case "done":
            finish(seen)
