"""The flow document: AWS's own ``.flow`` JSON. What is not understood stays in it, verbatim."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

SOURCE, TRANSFORM, VISUALIZATION, DATASET, DESTINATION = (
    "SOURCE",
    "TRANSFORM",
    "VISUALIZATION",
    "DATASET",
    "DESTINATION",
)
NODE_TYPES = (SOURCE, TRANSFORM, VISUALIZATION, DATASET, DESTINATION)


class FlowError(Exception):
    """What is wrong with a flow or with its data; ``node`` and ``column`` say where."""

    def __init__(self, message: str, *, node: str = "", column: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.node = node
        self.column = column


@dataclass(frozen=True)
class Input:
    """Where a step takes a frame from."""

    node_id: str
    output: str = "default"
    name: str = "df"


@dataclass(frozen=True)
class Node:
    """One step. ``raw`` is the node as the file has it, and is never changed in place."""

    raw: Mapping[str, Any]

    @property
    def id(self) -> str:
        return str(self.raw["node_id"])

    @property
    def type(self) -> str:
        return str(self.raw["type"])

    @property
    def operator(self) -> str:
        return str(self.raw["operator"])

    @property
    def parameters(self) -> Mapping[str, Any]:
        return self.raw.get("parameters") or {}

    @property
    def trained(self) -> Any:
        return self.raw.get("trained_parameters")

    @cached_property
    def inputs(self) -> tuple[Input, ...]:
        """In the file's order: of a join, the first is the left."""
        return tuple(
            Input(str(one["node_id"]), one.get("output_name", "default"), one.get("name", "df"))
            for one in self.raw.get("inputs") or ()
        )

    @cached_property
    def outputs(self) -> tuple[str, ...]:
        return tuple(one["name"] for one in self.raw.get("outputs") or ({"name": "default"},))

    @property
    def sampling(self) -> Mapping[str, Any]:
        """How a source is sampled for previews, e.g. ``sample_by_limit`` with ``limit_rows``."""
        outputs: Any = self.raw.get("outputs") or ({},)
        return outputs[0].get("sampling") or {}

    def with_(self, **members: Any) -> Node:
        """The same node with some members replaced; a member given as None goes."""
        merged = {**self.raw, **members}
        gone = {key for key, value in members.items() if value is None}
        return Node({key: value for key, value in merged.items() if key not in gone})


@dataclass(frozen=True)
class Flow:
    raw: Mapping[str, Any]
    """The members of the file other than ``nodes``, in the file's order (``nodes`` holds None)."""
    nodes: tuple[Node, ...]
    indent: int | str | None = 2
    ascii: bool = False
    """How the file is written: other characters escaped, or as they are."""
    ending: str = ""

    @cached_property
    def by_id(self) -> Mapping[str, Node]:
        return {node.id: node for node in self.nodes}

    def __getitem__(self, node_id: str) -> Node:
        try:
            return self.by_id[node_id]
        except KeyError:
            raise FlowError(f"the flow has no step {node_id}", node=node_id) from None

    def consumers(self, node_id: str) -> Iterator[Node]:
        return (n for n in self.nodes if any(i.node_id == node_id for i in n.inputs))

    def with_nodes(self, nodes: tuple[Node, ...]) -> Flow:
        return replace(self, nodes=nodes)

    def ancestors(self, *node_ids: str) -> tuple[Node, ...]:
        """The named nodes and all that they need, each after its inputs."""
        return tuple(_ordered(self, node_ids))

    @property
    def ordered(self) -> tuple[Node, ...]:
        """All nodes, each after its inputs, else in the file's order."""
        return self.ancestors(*(node.id for node in self.nodes))

    def to_dict(self) -> dict[str, Any]:
        nodes = [dict(node.raw) for node in self.nodes]
        return {key: nodes if key == "nodes" else value for key, value in self.raw.items()}


def _ordered(flow: Flow, wanted: tuple[str, ...]) -> Iterator[Node]:
    done: set[str] = set()
    for start in wanted:
        stack: list[tuple[str, bool]] = [(start, False)]
        open_: set[str] = set()
        while stack:
            node_id, left = stack.pop()
            if left:
                open_.discard(node_id)
                done.add(node_id)
                yield flow[node_id]
                continue
            if node_id in done:
                continue
            if node_id in open_:
                raise FlowError(f"step {node_id} feeds on its own output", node=node_id)
            open_.add(node_id)
            stack.append((node_id, True))
            stack.extend((i.node_id, False) for i in reversed(flow[node_id].inputs))


def parse(document: Any) -> Flow:
    """A flow from its JSON value; FlowError says what is not as it must be."""
    if not isinstance(document, dict):
        raise FlowError("a flow is a JSON object with 'metadata' and 'nodes'")
    nodes = document.get("nodes")
    if not isinstance(nodes, list):
        raise FlowError("'nodes' is missing, or is no list: this is no flow")
    metadata = document.get("metadata") or {}
    if not isinstance(metadata, dict):
        raise FlowError("'metadata' is no object: this is no flow")
    version = metadata.get("version", 1)
    if version != 1:
        raise FlowError(f"metadata.version is {version!r}; smkit knows version 1")
    flow = Flow(
        raw={**document, "nodes": None},
        nodes=tuple(_node(raw, place) for place, raw in enumerate(nodes)),
    )
    _check_wiring(flow)
    return flow


def _node(raw: Any, place: int) -> Node:
    where = f"nodes[{place}]"
    if not isinstance(raw, dict):
        raise FlowError(f"{where} is no object")
    for member in ("node_id", "type", "operator"):
        if not isinstance(raw.get(member), str) or not raw[member]:
            raise FlowError(f"{where}.{member} is missing", node=str(raw.get("node_id") or ""))
    inner, path = raw, where
    for member in ("parameters", "dataset_definition", "s3ExecutionContext"):
        inner, path = inner.get(member) or {}, f"{path}.{member}"
        if not isinstance(inner, dict):
            raise FlowError(f"{path} is no object", node=raw["node_id"])
    if raw["type"] not in NODE_TYPES:
        raise FlowError(
            f"{where}.type is {raw['type']!r}; it must be one of {', '.join(NODE_TYPES)}",
            node=raw["node_id"],
        )
    for member, key in (("inputs", "node_id"), ("outputs", "name")):
        listed = raw.get(member) or []
        if not isinstance(listed, list):
            raise FlowError(f"{where}.{member} is no list", node=raw["node_id"])
        for one in listed:
            if not isinstance(one, dict) or not isinstance(one.get(key), str):
                raise FlowError(f"{where}.{member}: each needs a '{key}'", node=raw["node_id"])
    return Node(raw)


def _check_wiring(flow: Flow) -> None:
    seen: set[str] = set()
    for node in flow.nodes:
        if node.id in seen:
            raise FlowError(f"two steps have the node_id {node.id}", node=node.id)
        seen.add(node.id)
    for node in flow.nodes:
        if node.type != SOURCE and not node.inputs:
            raise FlowError(f"step {node.id} ({node.operator}) has no input", node=node.id)
        for one in node.inputs:
            if one.node_id not in flow.by_id:
                raise FlowError(
                    f"step {node.id} takes its input from {one.node_id}, which is not in the flow",
                    node=node.id,
                )
            if one.output not in flow[one.node_id].outputs:
                raise FlowError(
                    f"step {node.id} takes the output '{one.output}' of {one.node_id}, "
                    f"which gives {', '.join(flow[one.node_id].outputs)}",
                    node=node.id,
                )
    tuple(_ordered(flow, tuple(seen)))


def loads(text: str) -> Flow:
    try:
        document = json.loads(text)
    except json.JSONDecodeError as error:
        raise FlowError(
            f"not JSON: {error.msg} in line {error.lineno}, column {error.colno}"
        ) from None
    indented = re.match(r"\s*\{\s*\n([ \t]+)", text)
    return replace(
        parse(document),
        indent=indented[1] if indented else None,
        # AWS's own files are of two makers: Python escapes, JavaScript does not.
        ascii=text.isascii() and "\\u" in text,
        ending=text[len(text.rstrip()) :],
    )


def dumps(flow: Flow) -> str:
    document = json.dumps(flow.to_dict(), indent=flow.indent, ensure_ascii=flow.ascii)
    return document + flow.ending


def load(path: Path) -> Flow:
    try:
        return loads(path.read_text("utf-8"))
    except UnicodeDecodeError as error:
        raise FlowError(f"{path.name} is not UTF-8 (byte {error.start})") from None


def save(flow: Flow, path: Path) -> None:
    """Replaces the file at once: a reader sees the old flow or the new one."""
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(dumps(flow), "utf-8")
    beside.replace(path)
