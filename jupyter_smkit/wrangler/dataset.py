"""Which data sets a flow reads: names, addresses, staged files."""

from __future__ import annotations

from collections.abc import Mapping
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
    """The files of a source's staged data set, by name; markers and hidden files are none.

    A channel of SageMaker's brings all keys that begin as the address does: ``rows.csv.bak`` comes
    beside ``rows.csv``, and so do folders in the folder.
    """
    exact = directory / uri(node).rpartition("/")[2]
    if exact.is_file():
        return [exact]
    nested = bool(context(node).get("s3DirIncludesNested"))
    found = directory.rglob("*") if nested else directory.iterdir()
    return sorted(
        path
        for path in found
        if path.is_file() and not path.name.startswith((".", "_")) and path.suffix != ".metadata"
    )
