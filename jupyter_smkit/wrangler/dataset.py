"""Which data sets a flow reads: names, addresses, staged files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jupyter_smkit.wrangler.flow import Node


def context(node: Node) -> Mapping[str, Any]:
    """A source's ``s3ExecutionContext``; empty for sources of other kinds."""
    definition = node.parameters.get("dataset_definition") or {}
    return definition.get("s3ExecutionContext") or {}


def name(node: Node) -> str:
    definition = node.parameters.get("dataset_definition") or {}
    return str(definition.get("name") or node.id)


def uri(node: Node) -> str:
    return str(context(node).get("s3Uri") or "")


def data_files(directory: Path, node: Node) -> list[Path]:
    """The files of a source's staged data set, by name."""
    names = [one.relative_to(directory).as_posix() for one in directory.rglob("*") if one.is_file()]
    nested = bool(context(node).get("s3DirIncludesNested"))
    return [directory / name for name in chosen(names, uri(node), nested)]


def chosen(names: Iterable[str], address: str, nested: bool) -> list[str]:
    """Which files of a channel are the data set's; markers and hidden files are none.

    A channel of SageMaker's brings all keys that begin as the address does: ``rows.csv.bak`` comes
    beside ``rows.csv``, and so do folders in the folder.
    """
    found = sorted(names)
    exact = address.rpartition("/")[2]
    if exact in found:
        return [exact]
    return [
        name
        for name in found
        if (nested or "/" not in name)
        and not name.rpartition("/")[2].startswith((".", "_"))
        and not name.endswith((".metadata", "/"))
    ]
