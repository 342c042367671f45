"""The statuses that a kind may pass through."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property


@dataclass(frozen=True)
class Lifecycle:
    """A table of allowed transitions, to be read beside AWS's documentation of the kind."""

    initial: str
    moves: Mapping[str, frozenset[str]]
    """From each status to those that may follow."""
    rests: frozenset[str] = frozenset()
    """Statuses that only a request leads out of: smkit has nothing to do there by itself."""

    def allows(self, status: str, following: str) -> bool:
        return following == status or following in self.moves.get(status, frozenset())

    @cached_property
    def active(self) -> frozenset[str]:
        """The statuses in which a reconciler has something to do or to watch."""
        return frozenset(status for status in self.moves if self.moves[status]) - self.rests


def lifecycle(initial: str, *, rests: str = "", **moves: str) -> Lifecycle:
    """``lifecycle("InProgress", InProgress="Completed Failed Stopping", Stopping="Stopped")``"""
    following = {at: frozenset(to.split()) for at, to in moves.items()}
    return Lifecycle(initial, following, frozenset(rests.split()))


JOB = lifecycle(
    "InProgress",
    InProgress="Completed Failed Stopping Stopped",
    Stopping="Stopped Failed Completed",
)
"""Processing, training, transform and AutoML jobs."""
