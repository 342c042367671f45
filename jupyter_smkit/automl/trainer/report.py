"""What the trainer tells the controller while it runs: one JSON file, replaced as a whole."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


@dataclass(frozen=True)
class Candidate:
    name: str
    status: str
    """``Completed``, ``InProgress`` or ``Failed``"""
    algorithm: str
    created: float
    ended: float | None = None
    fit_seconds: float | None = None
    latency_seconds: float | None = None
    """Median time of a prediction of one row, model in memory."""
    objective: float | None = None
    """On the validation rows."""
    metrics: tuple[dict[str, Any], ...] = ()
    """``{"name", "value", "set"}``; a set is ``Train``, ``Validation`` or ``Test``."""
    model: str | None = None
    """Where model.tar.gz lies, relative to the output directory; so do the other places."""
    explainability: str | None = None
    insights: str | None = None
    failure: str | None = None


@dataclass
class Report:
    """The trainer's state, written at every change."""

    path: Path | None
    secondary_status: str = "Starting"
    progress: float = 0.0
    message: str = ""
    problem_type: str | None = None
    objective: str | None = None
    rows: dict[str, int] = field(default_factory=dict)
    candidates: dict[str, Candidate] = field(default_factory=dict)
    best: str | None = None
    artifacts: dict[str, str] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)
    failure: str | None = None

    @classmethod
    def from_environment(cls) -> Report:
        named = os.environ.get("SMKIT_REPORT")
        return cls(Path(named) if named else None)

    def step(self, secondary_status: str, progress: float, message: str) -> None:
        self.secondary_status = secondary_status
        self.progress = max(self.progress, min(progress, 1.0))
        self.message = message
        print(f"{secondary_status}: {message}", flush=True)
        self.write()

    def warn(self, messages: Sequence[str]) -> None:
        for message in messages:
            print(f"Warning: {message}", flush=True)
        self.warnings += messages
        self.write()

    def put(self, candidate: Candidate) -> None:
        self.candidates[candidate.name] = candidate
        self.write()

    def to_json(self) -> str:
        members = {name: value for name, value in vars(self).items() if name != "path"}
        members["candidates"] = [vars(candidate) for candidate in self.candidates.values()]
        return json.dumps(finite(members), indent=1)

    def write(self) -> None:
        if self.path is None:
            return
        fresh = self.path.with_name(self.path.name + ".new")
        fresh.write_text(self.to_json())
        fresh.replace(self.path)


def finite(value: Any) -> Any:
    """The value with None for every number that JSON cannot say."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: finite(each) for key, each in value.items()}
    return [finite(each) for each in value] if isinstance(value, list | tuple) else value
