"""Runs a flow as a Processing job: the contract of AWS's Data Wrangler container.

The flow lies in ``processing/flow/*.flow``, each data set in ``processing/<its name>/``; a step's
rows go to ``processing/output/<job>/<node>/<output>/``. Under ``/opt/ml``, or where
``SAGEMAKER_BASE_DIR`` says.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from typing import Any

import polars as pl

from jupyter_smkit.wrangler import dataset, edit, engine, sources
from jupyter_smkit.wrangler import flow as flows
from jupyter_smkit.wrangler.destination import Format, write
from jupyter_smkit.wrangler.flow import SOURCE, Flow, FlowError, Node
from jupyter_smkit.wrangler.process import final_step
from jupyter_smkit.wrangler.titles import title


@dataclass(frozen=True)
class Arguments:
    outputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By ``<node id>.<output>``."""
    refit: bool = False
    output_flow: str = ""
    overrides: Mapping[str, Any] = field(default_factory=dict)


def read_arguments(argv: Sequence[str]) -> Arguments:
    """AWS passes ``--output-config '{…}'`` as one argument or as two; both are read."""
    words = [
        word
        for one in argv
        for word in (shlex.split(one) if one.startswith("--") and " " in one else [one])
    ]
    parser = argparse.ArgumentParser(prog="jupyter_smkit.wrangler.run")
    parser.add_argument("--output-config", type=json.loads, action="append", default=[])
    parser.add_argument("--refit-trained-params", type=json.loads, default={})
    parser.add_argument("--parameter-override", type=json.loads, action="append", default=[])
    found, unknown = parser.parse_known_args(words)
    if unknown:
        print(f"not used: {' '.join(unknown)}", flush=True)
    return Arguments(
        outputs={key: value for config in found.output_config for key, value in config.items()},
        refit=bool(found.refit_trained_params.get("refit")),
        output_flow=str(found.refit_trained_params.get("output_flow") or ""),
        overrides={key: value for one in found.parameter_override for key, value in one.items()},
    )


@dataclass(frozen=True)
class Job:
    """The directories of one run, and its place to report."""

    base: Path
    report: Path | None = None

    @property
    def processing(self) -> Path:
        return self.base / "processing"

    @property
    def config(self) -> Mapping[str, Any]:
        path = self.base / "config" / "processingjobconfig.json"
        found: dict[str, Any] = json.loads(path.read_text()) if path.exists() else {}
        return found

    def output(self, name: str) -> Path:
        """The local directory of the job's output ``name``."""
        root = self.processing / "output"
        outputs = (self.config.get("ProcessingOutputConfig") or {}).get("Outputs") or ()
        for one in outputs:
            local = (one.get("S3Output") or {}).get("LocalPath") or ""
            if one.get("OutputName") == name and local.startswith("/opt/ml/"):
                root = self.base / local.removeprefix("/opt/ml/")
        return root

    def tell(self, progress: float, step: str, rows: int | None = None) -> None:
        if self.report is None:
            return
        beside = self.report.with_suffix(".new")
        beside.write_text(json.dumps({"progress": round(progress, 3), "step": step, "rows": rows}))
        beside.replace(self.report)


def load(job: Job) -> Flow:
    found = sorted((job.processing / "flow").rglob("*.flow"))
    if not found:
        raise FlowError(f"there is no .flow file in {job.processing / 'flow'}")
    return flows.load(found[0])


def targets(flow: Flow, arguments: Arguments) -> dict[str, tuple[Node, str]]:
    """The steps to write, by ``<node id>.<output>``."""
    if not arguments.outputs:
        node = final_step(flow)
        return {f"{node.id}.{node.outputs[0]}": (node, node.outputs[0])}
    found = {}
    for name in arguments.outputs:
        node_id, _, output = name.rpartition(".")
        node = flow[node_id or name]
        if output not in node.outputs:
            raise FlowError(f"step '{title(node)}' has no output '{output}'", node=node.id)
        found[name] = node, output
    return found


def run(job: Job, arguments: Arguments) -> dict[str, int]:
    """Writes what the arguments ask for; the rows of each step that was run."""
    started = time.monotonic()
    flow = edit.with_parameter_values(load(job), arguments.overrides)
    wanted = targets(flow, arguments)
    formats = {
        name: Format.of(arguments.outputs.get(name, {}), one[0]) for name, one in wanted.items()
    }
    nodes = flow.ancestors(*(node.id for node, _ in wanted.values()))
    place = {node.id: number for number, node in enumerate(nodes)}

    @cache
    def files(node_id: str) -> tuple[Path, ...]:
        node = flow[node_id]
        directory = job.processing / dataset.name(node)
        if not directory.exists():
            raise FlowError(f"the data set is not in {directory}", node=node_id)
        return tuple(dataset.data_files(directory, node))

    def opener(node: Node) -> Sequence[Path]:
        return files(node.id)

    with tempfile.TemporaryDirectory(prefix="flow-") as scratch:

        def settle(step: engine.Step) -> engine.Step:
            job.tell(0.5 * (place[step.node.id] + 1) / len(nodes), step.title)
            for note in step.notes:
                print(f"{step.title}: {note}", flush=True)
            return _settled(flow, step, Path(scratch), opener)

        steps = engine.execute(
            flow,
            opener,
            targets=[node.id for node, _ in wanted.values()],
            refit=arguments.refit,
            settle=settle,
        )
        try:
            rows, lost = engine.count(steps)
            for node_id, count in rows.items():
                print(f"{title(flow[node_id])}: {count:,} rows", flush=True)
                for note in lost.get(node_id, ()):
                    print(f"{title(flow[node_id])}: {note}", flush=True)
            for number, (name, (node, output)) in enumerate(wanted.items()):
                job.tell(0.6 + 0.4 * number / len(wanted), f"writing {title(node)}", rows[node.id])
                directory = _directory(job, name, node, output)
                frame = steps[node.id].frames[output]
                write(frame, directory, formats[name], rows=rows[node.id])
                count = len(list(directory.rglob("part-*")))
                print(
                    f"wrote {rows[node.id]:,} rows of '{title(node)}' in {count} file(s)",
                    flush=True,
                )
        except pl.exceptions.PolarsError as error:
            raise engine.blame(error, steps, opener) from error
        _write_fitted(job, arguments, flow, steps, next(iter(wanted)))
    job.tell(1.0, "done", rows[next(iter(wanted.values()))[0].id])
    print(f"{len(steps)} steps in {time.monotonic() - started:.1f} s", flush=True)
    return rows


def _settled(flow: Flow, step: engine.Step, scratch: Path, opener: engine.Opener) -> engine.Step:
    """Text is parsed once: where types have been settled, rows go on from an Arrow file."""
    node = step.node
    csv = dataset.context(node).get("s3ContentType", "csv").lower() != "parquet"
    typed_later = any(one.operator == edit.INFER_TYPES for one in flow.consumers(node.id))
    if node.operator != edit.INFER_TYPES and not (node.type == SOURCE and csv and not typed_later):
        return step
    path = scratch / f"{node.id}.arrow"
    written = step.frame.sink_ipc(path, lazy=True)
    try:
        # Together: what the casts take in is counted while it is parsed.
        _, *before = pl.collect_all(
            [written, *([step.before] if step.before is not None else [])], engine="streaming"
        )
    except (pl.exceptions.PolarsError, OSError) as error:
        above = [flow[one.node_id] for one in node.inputs] or [node]
        for source in above:
            if source.type == SOURCE:
                precise = sources.explain(error, opener(source), dataset.context(source))
                if precise:
                    message = f"step '{title(source)}': {precise.message}"
                    raise FlowError(message, node=source.id) from None
        raise
    frames = {name: pl.scan_ipc(path) for name in step.frames}
    return replace(step, frames=frames, before=before[0].lazy() if before else None)


def _directory(job: Job, name: str, node: Node, output: str) -> Path:
    return job.output(name) / str(job.config.get("ProcessingJobName") or "") / node.id / output


def _write_fitted(
    job: Job, arguments: Arguments, flow: Flow, steps: Mapping[str, engine.Step], name: str
) -> None:
    """The flow with what was learned, beside the output."""
    fitted = edit.with_trained(flow, engine.trained_parameters(steps))
    path = job.output(name) / (arguments.output_flow or "fitted.flow")
    path.parent.mkdir(parents=True, exist_ok=True)
    flows.save(fitted, path)


def main() -> int:
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR") or "/opt/ml")
    report = os.environ.get("SMKIT_REPORT")
    job = Job(base, Path(report) if report else None)
    try:
        run(job, read_arguments(sys.argv[1:]))
    except FlowError as error:
        print(error.message, file=sys.stderr, flush=True)
        message = base / "output" / "message"
        if message.parent.is_dir():
            message.write_text(error.message)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
