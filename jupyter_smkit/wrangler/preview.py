"""Previews of steps from a sample; what has been computed is kept for the next one."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from jupyter_smkit.wrangler import dataset, losses
from jupyter_smkit.wrangler.casting import type_name
from jupyter_smkit.wrangler.columns import collected
from jupyter_smkit.wrangler.engine import Step, blame, located, set_up
from jupyter_smkit.wrangler.flow import SOURCE, Flow, FlowError, Node
from jupyter_smkit.wrangler.lineage import fingerprints
from jupyter_smkit.wrangler.profile import cells, profile
from jupyter_smkit.wrangler.sampling import SAMPLE_ROWS, is_part, sample
from jupyter_smkit.wrangler.titles import title

SHOWN_ROWS = 100
CACHE_BYTES = 512 << 20


@dataclass
class Cache:
    """Frames of steps by fingerprint, the longest unused out first."""

    limit: int = CACHE_BYTES
    entries: OrderedDict[str, tuple[Step, int]] = field(default_factory=OrderedDict)

    def get(self, mark: str) -> Step | None:
        if mark not in self.entries:
            return None
        self.entries.move_to_end(mark)
        return self.entries[mark][0]

    def put(self, mark: str, step: Step, size: int) -> None:
        self.entries[mark] = step, size
        while sum(size for _, size in self.entries.values()) > self.limit and len(self.entries) > 1:
            self.entries.popitem(last=False)


@dataclass(frozen=True)
class Session:
    """Samples of one open flow. ``files`` says by s3:// address what lies here."""

    cache: Cache = field(default_factory=Cache)
    limit: int = SAMPLE_ROWS

    def steps(self, flow: Flow, target: str, files: Mapping[str, Sequence[str]]) -> list[Step]:
        """The target and all before it, computed; only what changed is done again."""
        opener = _opener(files)
        data = {
            node.id: _identity(opener, node) if node.type == SOURCE else str(node.trained)
            for node in flow.ancestors(target)
        }
        marks = fingerprints(flow.with_nodes(flow.ancestors(target)), data)
        plain = fingerprints(flow.with_nodes(flow.ancestors(target)))
        done: dict[str, Step] = {}
        for node in flow.ancestors(target):
            kept = self.cache.get(marks[node.id])
            if kept is None:
                kept = self._compute(node, opener, done, plain[node.id])
                self.cache.put(marks[node.id], kept, _size(kept))
            done[node.id] = Step(node, kept.frames, kept.state, notes=kept.notes)
        return list(done.values())

    def _compute(self, node: Node, opener: Any, done: Mapping[str, Step], mark: str) -> Step:
        with located(node):
            step = set_up(node, opener, done, mark=mark)
        try:
            frames = {
                name: (
                    sample(frame, node.sampling, self.limit)
                    if node.type == SOURCE
                    else frame.collect(engine="streaming")
                ).lazy()
                for name, frame in step.frames.items()
            }
            lost = _lost(step, frames)
        except pl.exceptions.PolarsError as error:
            raise blame(error, {node.id: step}, opener) from error
        return Step(node, frames, step.state, notes=step.notes + lost)

    def preview(
        self, flow: Flow, target: str, files: Mapping[str, Sequence[str]], output: str = ""
    ) -> dict[str, Any]:
        """The first rows of a step over the sample, its columns' profile, rows at each step."""
        steps = self.steps(flow, target, files)
        last = steps[-1]
        name = output or next(iter(last.frames))
        if name not in last.frames:
            raise FlowError(f"step '{last.title}' has no output '{name}'", node=target)
        frame = last.frames[name].collect()
        return {
            "node": target,
            "title": last.title,
            "output": name,
            "rows": frame.height,
            "sampled": any(
                step.node.type == SOURCE and is_part(_height(step), step.node.sampling, self.limit)
                for step in steps
            ),
            "columns": profile(frame),
            "head": cells(frame.head(SHOWN_ROWS)),
            "steps": [
                {"node": step.node.id, "title": title(step.node), "rows": _height(step)}
                for step in steps
            ],
            "notes": [
                {"node": step.node.id, "title": title(step.node), "text": note}
                for step in steps
                for note in step.notes
            ],
        }

    def schema(
        self, flow: Flow, target: str, files: Mapping[str, Sequence[str]]
    ) -> list[dict[str, str]]:
        """The columns that a step gives: ``name`` and ``type``."""
        found = self.steps(flow, target, files)[-1].frame.collect_schema()
        return [{"name": name, "type": type_name(dtype)} for name, dtype in found.items()]


def _lost(step: Step, frames: Mapping[str, pl.LazyFrame]) -> tuple[str, ...]:
    if step.before is None:
        return ()
    after = losses.values_after(next(iter(frames.values())), step.casts)
    return losses.told(step.casts, collected(step.before), collected(after))


def _opener(files: Mapping[str, Sequence[str]]) -> Any:
    def opened(node: Node) -> list[Path]:
        return [Path(path) for path in files.get(dataset.uri(node), ())]

    return opened


def _identity(opener: Any, node: Node) -> str:
    parts = [str(sorted(node.sampling.items()))]
    for path in opener(node):
        status = path.stat()
        parts.append(f"{path}:{status.st_size}:{status.st_mtime_ns}")
    return "\n".join(parts)


def _height(step: Step) -> int:
    return sum(frame.select(pl.len()).collect().item() for frame in step.frames.values())


def _size(step: Step) -> int:
    return int(sum(frame.collect().estimated_size() for frame in step.frames.values()))
