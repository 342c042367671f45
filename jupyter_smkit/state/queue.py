"""The line of jobs that wait for room, as the daemon last told it."""

from __future__ import annotations

from collections.abc import Sequence

from jupyter_smkit.state.records import Identity, Json, Record, State

KIND = "Queue"
_LONGEST = 1_000
"""Places that are told; who stands farther behind is told nothing."""


def tell(state: State, line: Sequence[Identity]) -> None:
    """An event says that the line has moved. Raises LeaseLost."""
    told = [list(identity) for identity in line[:_LONGEST]]
    with state.begin() as transaction:
        before = transaction.get("", "", KIND, "jobs")
        if before is None:
            now = state.clock()
            made = Record("", "", KIND, "jobs", "", "", {}, {"line": told}, now, now)
            transaction.create(made)
        elif before.observed["line"] != told:
            transaction.change(before, observed={"line": told})


def line(state: State) -> list[Json]:
    """Account, region, kind and key of those that wait, in their order."""
    found = state.get("", "", KIND, "jobs")
    members = ("account", "region", "kind", "key")
    told = found.observed["line"] if found else []
    return [dict(zip(members, each, strict=True)) for each in told]
