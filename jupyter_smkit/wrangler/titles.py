"""What a step is called: as AWS's editor calls it, from the node alone."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from jupyter_smkit.wrangler.flow import Flow, Node

_TITLES = {
    "infer_and_cast_type": "Data types",
    "identity": "Data set",
    "s3_destination": "S3 destination",
}
_COLUMN_MEMBERS = ("input_column", "column_to_drop", "column_to_move", "column", "output_column")


def title(node: Node) -> str:
    """``Drop column: Name, Ticket``; a source has its data set's name."""
    if name := node.raw.get("name"):
        return str(name)
    if definition := node.parameters.get("dataset_definition"):
        return str(definition.get("name") or "source")
    if node.parameters.get("name"):
        return str(node.parameters["name"])
    base = _kind(node)
    listed = ", ".join(list(_columns(_block(node)))[:3])
    return f"{base}: {listed}" if listed else base


def _kind(node: Node) -> str:
    if choice := node.parameters.get("operator"):
        return str(choice)
    found = re.search(r"([A-Za-z0-9_]+)_\d+\.\d+$", node.operator)
    word = found[1] if found else node.operator
    return _TITLES.get(word, word.replace("_", " ").capitalize())


def _block(node: Node) -> Mapping[str, Any]:
    choice = node.parameters.get("operator")
    if not choice:
        return node.parameters
    prefixes = (f"{choice}_parameters", _snake(str(choice)) + "_parameters")
    for prefix in prefixes:
        if isinstance(found := node.parameters.get(prefix), dict):
            return found
    for member, found in node.parameters.items():
        if isinstance(found, dict) and member.startswith(_snake(str(choice)).split("_")[0]):
            return found
    return {}


def _snake(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", words.lower())


def _columns(block: Mapping[str, Any]) -> Iterator[str]:
    for member, value in block.items():
        if member in _COLUMN_MEMBERS and value:
            yield from [value] if isinstance(value, str) else map(str, value)
        elif isinstance(value, dict):
            yield from _columns(value)


def titles(flow: Flow) -> dict[str, str]:
    return {node.id: title(node) for node in flow.nodes}
