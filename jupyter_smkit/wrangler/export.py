"""A flow as a Python script of its own: polars, and nothing of smkit."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from jupyter_smkit.wrangler import dataset
from jupyter_smkit.wrangler.engine import stored_state
from jupyter_smkit.wrangler.fetching import local_files
from jupyter_smkit.wrangler.flow import DESTINATION, SOURCE, VISUALIZATION, Flow, Node
from jupyter_smkit.wrangler.lineage import MARK, fingerprints
from jupyter_smkit.wrangler.process import data_sets
from jupyter_smkit.wrangler.registry import operator_of
from jupyter_smkit.wrangler.sourcecode import bundle
from jupyter_smkit.wrangler.titles import title

_HEAD = '''"""{title}

Made by smkit from a Data Wrangler flow. Needs polars{needs}; s3:// addresses are read with boto3.
SOURCES may name local files or folders instead.
"""'''


def results(flow: Flow) -> tuple[Node, ...]:
    """The steps that a flow ends in: its destinations, else what nothing feeds on."""
    if found := tuple(node for node in flow.nodes if node.type == DESTINATION):
        return found
    transforms = [node for node in flow.nodes if node.type != VISUALIZATION]
    used = {one.node_id for node in transforms for one in node.inputs}
    return tuple(node for node in transforms if node.id not in used)


def script(flow: Flow, target: str = "") -> str:
    """The script; ``main()`` in it returns LazyFrames by title: the target's, or each result's."""
    ends = (flow[target],) if target else results(flow)
    nodes = flow.ancestors(*(node.id for node in ends))
    steps = [_step(node, place, nodes, flow) for place, node in enumerate(nodes, 1)]
    functions = [local_files, *(one for step in steps for one in step.functions)]
    made = bundle(dict.fromkeys(functions))
    addresses = data_sets(flow, *ends)
    imports = made.imports | {"import polars as pl"}
    needs = " and sqlglot" if any("sqlglot" in line for line in imports) else ""
    ended = ", ".join(title(node) for node in ends).replace("\\", "").replace('"', "'")
    names = {step.node.id: step.name for step in steps}
    returned = {f"{title(node)} ({names[node.id]})": names[node.id] for node in ends}
    return "\n".join(
        [
            _HEAD.format(title=ended, needs=needs),
            "from __future__ import annotations",
            "",
            *sorted(imports),
            "",
            f"SOURCES = {literal(addresses)}",
            "",
            "",
            "def main(sources: dict[str, str] = SOURCES) -> dict[str, pl.LazyFrame]:",
            *(f"    {line}" for step in steps for line in step.lines),
            "    return {",
            *(f"        {key!r}: {name}," for key, name in returned.items()),
            "    }",
            "",
            "",
            "# What the steps do",
            "",
            *(f"{definition}\n\n" for definition in made.definitions.values()),
            'if __name__ == "__main__":',
            "    for name, frame in main().items():",
            "        print(name)",
            "        print(frame.collect())",
            "",
        ]
    )


@dataclass(frozen=True)
class _Step:
    node: Node
    name: str
    lines: list[str]
    functions: list[Callable[..., Any]]


def _step(node: Node, place: int, nodes: Sequence[Node], flow: Flow) -> _Step:
    operator, name = operator_of(node), f"step_{place}"
    parameters = operator.live(node.parameters)
    lines = [f"# {' '.join(title(node).split())}", f"parameters = {literal(parameters)}"]
    functions: list[Callable[..., Any]] = [operator.transform]
    transform = operator.transform.__name__
    if node.type == SOURCE:
        nested = bool(dataset.context(node).get("s3DirIncludesNested"))
        files = f"local_files(sources[{dataset.name(node)!r}], {nested})"
        lines.append(f"{name} = {transform}({files}, parameters, {{}})")
        return _Step(node, name, _split(lines), functions)
    places = {one.id: f"step_{number}" for number, one in enumerate(nodes, 1)}
    inputs = ", ".join(
        places[one.node_id] + ("" if one.output == "default" else f"[{one.output!r}]")
        for one in node.inputs
    )
    state = "{}"
    if operator.fit is not None:
        stored = stored_state(node, operator, fingerprints(flow)[node.id])
        if stored is None:
            functions.append(operator.fit)
            state = f"{operator.fit.__name__}({inputs}, parameters)"
        else:
            state = literal({key: value for key, value in stored.items() if key != MARK})
    if state != "{}":
        lines.append(f"state = {state}")
        state = "state"
    lines.append(f"{name} = {transform}({inputs}, parameters, {state})")
    return _Step(node, name, _split(lines), functions)


def literal(value: Any) -> str:
    """JSON as Python, on several lines where one would be long."""
    plain = repr(value)
    if len(plain) <= 72 or not isinstance(value, dict | list) or not value:
        return plain
    if isinstance(value, dict):
        members = [f"{key!r}: {literal(inner)}" for key, inner in value.items()]
    else:
        members = [literal(inner) for inner in value]
    inside = "".join(f"    {line}\n" for member in members for line in f"{member},".splitlines())
    opening, closing = ("{", "}") if isinstance(value, dict) else ("[", "]")
    return f"{opening}\n{inside}{closing}"


def _split(parts: list[str]) -> list[str]:
    return [line for part in parts for line in part.splitlines()]
