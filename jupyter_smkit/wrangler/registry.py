"""The operators that a flow may use. A module of ``operators`` declares them in ``OPERATORS``."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import polars as pl

from jupyter_smkit.wrangler import schemas
from jupyter_smkit.wrangler.flow import TRANSFORM, FlowError, Node

State = dict[str, Any]
"""What a step learned from its input: JSON, kept as ``trained_parameters``."""
Frames = pl.LazyFrame | Mapping[str, pl.LazyFrame]


@dataclass(frozen=True)
class Operator:
    """One choice of one of AWS's operators.

    ``fit(frame, parameters) -> State`` where there is something to learn;
    ``transform(frame, parameters, state) -> LazyFrame``, or a mapping from output to LazyFrame.
    With ``inputs`` of 2, both take two frames. A source takes a list of local files instead.
    ``parameters`` is the live block, conforming to ``schema``; every column that it names is there.
    """

    id: str
    title: str
    group: str
    schema: schemas.Schema
    transform: Callable[..., Frames]
    fit: Callable[..., State] | None = None
    notes: Callable[..., Sequence[str]] | None = None
    """Of a source: ``notes(files, parameters)``, what a person should know of how they are read."""
    casts: Callable[..., Mapping[str, str]] | None = None
    """``casts(frame, parameters, state)``: by column that is cast, what is said of values that are
    no more there: ``no number and became missing``."""
    adopt: Callable[[Any], State | None] | None = None
    """Reads a state that AWS's own editor has stored, where that is possible."""
    choice: str = ""
    """The value of ``parameters.operator``; empty for an operator that does one thing."""
    block: str = ""
    """The member of ``parameters`` (and of ``trained_parameters``) that belongs to the choice."""
    type: str = TRANSFORM
    inputs: int = 1
    outputs: tuple[str, ...] = ("default",)
    description: str = ""
    keywords: tuple[str, ...] = field(default=())

    @property
    def key(self) -> tuple[str, str]:
        return self.id, self.choice

    def live(self, parameters: Mapping[str, Any]) -> dict[str, Any]:
        """The live block, brought to the schema; FlowError where it does not fit."""
        block = parameters.get(self.block) if self.block else parameters
        found: dict[str, Any] = schemas.conform(self.schema, block)
        try:
            schemas.check(self.schema, found)
        except FlowError as error:
            at = f"{self.block}." if self.block else ""
            raise FlowError(f"parameters.{at}{error.message}") from None
        return found

    def wrap(self, block: Mapping[str, Any]) -> dict[str, Any]:
        """The parameters of a new step, as AWS nests them."""
        head = {"operator": self.choice} if self.choice else {}
        return {**head, self.block: dict(block)} if self.block else {**head, **block}

    def stored(self, trained: Any) -> Any:
        """The live block of a node's ``trained_parameters``; None where there is none."""
        return (
            trained.get(self.block) if isinstance(trained, dict) and self.block else trained
        ) or None

    def describe(self) -> dict[str, Any]:
        """For the editor's catalogue."""
        return {
            "id": self.id,
            "choice": self.choice,
            "block": self.block,
            "title": self.title,
            "group": self.group,
            "type": self.type,
            "inputs": self.inputs,
            "outputs": list(self.outputs),
            "schema": self.schema,
            "description": self.description,
            "keywords": list(self.keywords),
        }


@cache
def operators() -> Mapping[tuple[str, str], Operator]:
    """All of them, by (id, choice), in the order of their modules."""
    from jupyter_smkit.wrangler import operators as package

    found: dict[tuple[str, str], Operator] = {}
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda m: m.name):
        declared = importlib.import_module(f"{package.__name__}.{module.name}")
        for one in getattr(declared, "OPERATORS", ()):
            if one.key in found:
                raise ValueError(f"the operator {one.key} is declared twice")
            found[one.key] = one
    return found


def operator_of(node: Node) -> Operator:
    choice = str(node.parameters.get("operator") or "")
    known = operators()
    if found := known.get((node.operator, choice)) or known.get((node.operator, "")):
        return found
    name = f"{node.operator} ({choice})" if choice else node.operator
    raise FlowError(f"not supported by smkit yet: {name}", node=node.id)
