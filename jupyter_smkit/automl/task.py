"""What the controller asks of the trainer: one JSON file."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CSV = "text/csv;header=present"
PARQUET = "x-application/vnd.amazon+parquet"


@dataclass(frozen=True)
class Source:
    channel: str
    """``training`` or ``validation``"""
    path: Path
    """A file, or a directory whose files are read in the order of their names."""
    content_type: str = CSV
    compression: str = "None"


@dataclass(frozen=True)
class Task:
    job_name: str
    data: tuple[Source, ...]
    target: str
    output_dir: Path
    problem_type: str | None = None
    objective_metric: str | None = None
    feature_attribute_names: tuple[str, ...] | None = None
    feature_types: dict[str, str] | None = None
    """``numeric``, ``categorical``, ``text`` or ``datetime`` by column, where the user said so."""
    feature_specification: Path | None = None
    """AWS's JSON file of both, or a directory that holds it."""
    sample_weight: str | None = None
    validation_fraction: float = 0.2
    mode: str = "ENSEMBLING"
    algorithms: tuple[str, ...] | None = None
    """AWS's names (``xgboost``, …); None: all."""
    max_candidates: int = 10
    max_runtime_seconds: float = 3600
    """For the whole job."""
    max_runtime_per_candidate: float | None = None
    definitions_only: bool = False
    seed: int = 0

    def sources(self, channel: str) -> list[Source]:
        return [source for source in self.data if source.channel == channel]

    def to_json(self) -> str:
        members = dict(vars(self))
        members["data"] = [{**vars(source), "path": str(source.path)} for source in self.data]
        members["output_dir"] = str(self.output_dir)
        if self.feature_specification is not None:
            members["feature_specification"] = str(self.feature_specification)
        return json.dumps(members, indent=1)

    @classmethod
    def from_json(cls, text: str, base: Path) -> Task:
        """Relative paths in it are below ``base``."""
        found: dict[str, Any] = json.loads(text)
        found["data"] = tuple(
            Source(**{**source, "path": base / source["path"]}) for source in found["data"]
        )
        found["output_dir"] = base / found["output_dir"]
        if found.get("feature_specification"):
            found["feature_specification"] = base / found["feature_specification"]
        for name in ("feature_attribute_names", "algorithms"):
            if found.get(name) is not None:
                found[name] = tuple(found[name])
        return cls(**found)
