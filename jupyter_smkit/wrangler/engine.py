"""Runs a flow: lazily, step by step, fitting what is to be learned on the way."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl

from jupyter_smkit.wrangler import dataset, losses, sources
from jupyter_smkit.wrangler.columns import collected
from jupyter_smkit.wrangler.flow import SOURCE, VISUALIZATION, Flow, FlowError, Node
from jupyter_smkit.wrangler.lineage import MARK, fingerprints
from jupyter_smkit.wrangler.registry import Operator, State, operator_of
from jupyter_smkit.wrangler.schemas import columns_named
from jupyter_smkit.wrangler.titles import title

Opener = Callable[[Node], Sequence[Path]]
"""A source's files on this machine."""
Frames = Mapping[str, pl.LazyFrame]


@dataclass(frozen=True)
class Step:
    """A step that has been set up: its frames by output, and what it learned."""

    node: Node
    frames: Frames
    state: State | None = None
    refitted: bool = False
    notes: tuple[str, ...] = ()
    """What a person should know of what the step did."""
    casts: Mapping[str, str] = field(default_factory=dict)
    """As :attr:`Operator.casts` says; what was lost is not counted yet."""
    before: pl.LazyFrame | None = None
    """How many values the casts' columns have in the input: one row."""

    @property
    def title(self) -> str:
        return title(self.node)

    @property
    def frame(self) -> pl.LazyFrame:
        return next(iter(self.frames.values()))


@contextmanager
def located(node: Node) -> Iterator[None]:
    """Errors from inside name the step."""
    try:
        yield
    except FlowError as error:
        named = FlowError(_at(node, error.message), node=error.node or node.id, column=error.column)
        raise (error if error.node and error.message.startswith("step ") else named) from None
    except (ValueError, KeyError, TypeError) as error:
        column = str(getattr(error, "column", ""))
        raise FlowError(_at(node, str(error)), node=node.id, column=column) from error
    except pl.exceptions.ColumnNotFoundError as error:
        column = str(error).split("\n")[0].strip('"')
        raise FlowError(
            _at(node, f"there is no column '{column}'"), node=node.id, column=column
        ) from error
    except (pl.exceptions.PolarsError, OSError) as error:
        raise FlowError(_at(node, str(error).split("\n\n")[0]), node=node.id) from error


def _at(node: Node, message: str) -> str:
    return f"step '{title(node)}': {message}"


def execute(
    flow: Flow,
    opener: Opener,
    *,
    targets: Sequence[str] = (),
    refit: bool = False,
    settle: Callable[[Step], Step] = lambda step: step,
) -> dict[str, Step]:
    """Sets up the targets (all steps but visualizations by default) and what they need.

    ``settle`` may replace a step's frames by such as are quicker to read again. FlowError names
    the step and, where one is at fault, the column.
    """
    wanted = targets or [node.id for node in flow.nodes if node.type != VISUALIZATION]
    marks = fingerprints(flow)
    done: dict[str, Step] = {}
    for node in flow.ancestors(*wanted):
        with located(node):
            done[node.id] = settle(set_up(node, opener, done, mark=marks[node.id], refit=refit))
    return done


def set_up(
    node: Node, opener: Opener, done: Mapping[str, Step], *, mark: str, refit: bool = False
) -> Step:
    """One step over its inputs, which are in ``done``."""
    operator = operator_of(node)
    parameters = operator.live(node.parameters)
    if node.type == SOURCE:
        files = opener(node)
        frame = operator.transform(files, parameters, {})
        notes = operator.notes(files, parameters) if operator.notes else ()
        return Step(node, _by_output(operator, frame), notes=tuple(notes))
    inputs = _inputs(node, operator, done)
    _check_columns(operator, parameters, inputs)
    state, fresh = _state(node, operator, parameters, inputs, mark, refit)
    frames = _by_output(operator, operator.transform(*inputs, parameters, state or {}))
    casts = operator.casts(*inputs, parameters, state or {}) if operator.casts else {}
    before = losses.values_before(inputs[0], casts) if casts else None
    return Step(node, frames, state, fresh, casts=casts, before=before)


def _inputs(node: Node, operator: Operator, done: Mapping[str, Step]) -> list[pl.LazyFrame]:
    if len(node.inputs) != operator.inputs:
        raise FlowError(f"it has {len(node.inputs)} inputs, and must have {operator.inputs}")
    return [done[one.node_id].frames[one.output] for one in node.inputs]


def _by_output(operator: Operator, made: pl.LazyFrame | Frames) -> Frames:
    return {operator.outputs[0]: made} if isinstance(made, pl.LazyFrame) else made


def _check_columns(
    operator: Operator, parameters: Mapping[str, Any], inputs: Sequence[pl.LazyFrame]
) -> None:
    known: dict[str, pl.DataType] = {}
    for frame in inputs:
        known.update(frame.collect_schema())
    for _, column, kind in columns_named(operator.schema, parameters):
        if column not in known:
            listed = ", ".join(list(known)[:20]) + (", …" if len(known) > 20 else "")
            raise FlowError(f"there is no column '{column}'; there are {listed}", column=column)
        dtype = known[column]
        if (kind == "number" and not dtype.is_numeric()) or (
            kind == "string" and dtype != pl.String
        ):
            wanted = "numbers" if kind == "number" else "text"
            message = f"column '{column}' holds no {wanted} but {dtype}: cast it first"
            raise FlowError(message, column=column)


def _state(
    node: Node,
    operator: Operator,
    parameters: dict[str, Any],
    inputs: Sequence[pl.LazyFrame],
    mark: str,
    refit: bool,
) -> tuple[State | None, bool]:
    """The state that is stored and still holds, or a new one."""
    if operator.fit is None:
        return None, False
    if not refit and (stored := stored_state(node, operator, mark)) is not None:
        return stored, False
    return {**operator.fit(*inputs, parameters), MARK: mark}, True


def stored_state(node: Node, operator: Operator, mark: str) -> State | None:
    """What the flow holds for a step: smkit's own while nothing that it depends on has changed,
    AWS's where it can be read."""
    stored = operator.stored(node.trained)
    if isinstance(stored, dict) and MARK in stored:
        return stored if stored[MARK] == mark else None
    return operator.adopt(stored) if stored and operator.adopt else None


def trained_parameters(steps: Mapping[str, Step]) -> dict[str, Any]:
    """What was fitted now, by node id, as ``trained_parameters`` are stored."""
    found = {}
    for node_id, step in steps.items():
        if step.refitted:
            block = operator_of(step.node).block
            others = step.node.trained if isinstance(step.node.trained, dict) and block else {}
            found[node_id] = {**others, block: step.state} if block else step.state
    return found


def count(steps: Mapping[str, Step]) -> tuple[dict[str, int], dict[str, tuple[str, ...]]]:
    """By step its rows (of several outputs, their sum), and what its casts lost; in one pass."""
    rows: dict[str, int] = dict.fromkeys(steps, 0)
    lost: dict[str, tuple[str, ...]] = {}
    outputs = [(one, frame) for one, step in steps.items() for frame in step.frames.values()]
    casting = [(one, step, step.before) for one, step in steps.items() if step.before is not None]
    results = iter(
        pl.collect_all(
            [
                *(frame.select(pl.len()) for _, frame in outputs),
                *(before for _, _, before in casting),
                *(losses.values_after(step.frame, step.casts) for _, step, _ in casting),
            ],
            engine="streaming",
        )
    )
    for node_id, _ in outputs:
        rows[node_id] += next(results).item()
    before = [next(results) for _ in casting]
    for (node_id, step, _), values in zip(casting, before, strict=True):
        lost[node_id] = losses.told(step.casts, values, next(results))
    return rows, lost


def blame(error: Exception, steps: Mapping[str, Step], opener: Opener) -> FlowError:
    """Which step an error came from that showed only when the rows were computed."""
    if isinstance(error, FlowError):
        return error
    for step in steps.values():
        try:
            with located(step.node):
                for frame in step.frames.values():
                    collected(frame)
        except FlowError as found:
            if step.node.type == SOURCE:
                files = opener(step.node)
                precise = sources.explain(error, files, dataset.context(step.node))
                if precise:
                    message = _at(step.node, precise.message)
                    return FlowError(message, node=step.node.id)
            return found
    return FlowError(str(error))
