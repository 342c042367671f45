"""The statuses that a kind may pass through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Lifecycle:
    """A table of allowed transitions, to be read beside AWS's documentation of the kind."""

    initial: str
    moves: Mapping[str, frozenset[str]]
    """From each status to those that may follow."""

    def allows(self, status: str, following: str) -> bool:
        return following == status or following in self.moves.get(status, frozenset())

    def settled(self, status: str) -> bool:
        """Whether a record may stay in ``status`` for good: no move leads out by itself."""
        return not self.moves.get(status)

    @property
    def active(self) -> frozenset[str]:
        return frozenset(status for status in self.moves if self.moves[status])


def lifecycle(initial: str, **moves: str) -> Lifecycle:
    """``lifecycle("InProgress", InProgress="Completed Failed Stopping", Stopping="Stopped")``"""
    return Lifecycle(initial, {at: frozenset(to.split()) for at, to in moves.items()})


JOB = lifecycle(
    "InProgress",
    InProgress="Completed Failed Stopping Stopped",
    Stopping="Stopped Failed Completed",
)
"""Processing, training, transform and AutoML jobs."""
