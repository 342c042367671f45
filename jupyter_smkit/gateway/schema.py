"""``smkit-model.json``: the columns a model expects, written by the trainer beside the model."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_smkit.gateway.inference import Refusal
from jupyter_smkit.gateway.tables import Rows, Table

FILE = "smkit-model.json"
NUMBER, BOOLEAN, TEXT, CATEGORY, DATETIME, UNKNOWN = (
    "number",
    "boolean",
    "text",
    "category",
    "datetime",
    "unknown",
)
MISSING = frozenset(("", "#N/A", "#NA", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None"))
BOOLEANS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}
_SHOWN = 12


def kind_of(type_name: str) -> str:
    """The kind of column that a type's name (of pandas, polars or AutoGluon) stands for."""
    name = type_name.lower()
    if name.startswith(("int", "uint", "float", "double", "num", "decimal")):
        return NUMBER
    if name.startswith("bool"):
        return BOOLEAN
    if name.startswith(("date", "time")):
        return DATETIME
    if name.startswith(("cat", "enum")):
        return CATEGORY
    return TEXT if name.startswith(("str", "obj", "text", "utf8")) else UNKNOWN


@dataclass(frozen=True)
class Schema:
    """``names`` of the features in the model's order; ``kinds`` beside them."""

    names: tuple[str, ...]
    kinds: tuple[str, ...]
    target: str | None = None
    problem_type: str | None = None
    labels: tuple[Any, ...] | None = None
    flavour: str | None = None
    missing: frozenset[str] = frozenset(("",))
    """Cells of text that were missing values in the training data."""
    finite: bool = False
    """Infinite numbers were missing values there, too."""

    @classmethod
    def read(cls, directory: Path) -> Schema | None:
        file = directory / FILE
        if not file.exists():
            return None
        content = json.loads(file.read_text())
        features = content.get("features") or []
        labels = content.get("labels")
        return cls(
            tuple(feature["name"] for feature in features),
            tuple(kind_of(feature.get("type", "")) for feature in features),
            content.get("target"),
            content.get("problem_type"),
            tuple(labels) if labels else None,
            content.get("flavour"),
            frozenset(content.get("missing", ("",))),
            bool(content.get("finite")),
        )

    @classmethod
    def of_names(cls, names: Sequence[str]) -> Schema:
        """Where only names are known: each column's kind is guessed from its cells."""
        return cls(tuple(names), (UNKNOWN,) * len(names))

    @property
    def numeric(self) -> bool:
        return all(kind in (NUMBER, BOOLEAN) for kind in self.kinds)


def aligned(table: Table, names: Sequence[str]) -> Rows:
    """The rows with exactly the columns ``names``; a header line or record keys reorder them.

    Raises Refusal, which names the expected columns.
    """
    rows, given = table.rows, table.names
    if given is None and len(rows) and _is_header(rows[0], names):
        given, rows = tuple(str(cell) for cell in rows[0]), rows[1:]
        if not len(rows):
            raise Refusal("The request has a header line but no row")
    if given is None:
        if table.width != len(names):
            raise Refusal(f"Expected {len(names)} columns ({_listed(names)}), got {table.width}")
        return rows
    if given == tuple(names):
        return rows
    if not {*names} <= {*given}:
        given = tuple(name.strip() for name in given)
    missing = [name for name in names if name not in given]
    if missing:
        raise Refusal(f"Missing columns: {_listed(missing)}. Expected: {_listed(names)}")
    order = [given.index(name) for name in names]
    if isinstance(rows, np.ndarray):
        return rows[:, order]
    return [[row[index] for index in order] for row in rows]


def company(rows: Rows, schema: Schema) -> object:
    """Rows for which this is equal are typed together as each would be alone: what a column of
    unknown kind holds is guessed from its cells, and a date's form from the first one."""
    if DATETIME in schema.kinds:
        return object()
    if UNKNOWN not in schema.kinds:
        return ()
    try:
        np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError):
        return tuple(map(are_numbers, zip(*rows, strict=True)))
    return (True,) * len(schema.kinds)


def are_numbers(cells: Sequence[Any]) -> bool:
    try:
        numbers(cells, "")
    except Refusal:
        return False
    return True


def _is_header(row: Sequence[Any], names: Sequence[str]) -> bool:
    return len(row) >= len(names) > 0 and isinstance(row[0], str) and set(names) <= {*map(str, row)}


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _SHOWN
    return ", ".join(names[:_SHOWN]) + (f", … and {more} more" if more > 0 else "")


def matrix(rows: Rows, names: Sequence[str] | None = None) -> np.ndarray[Any, Any]:
    """The rows as float64; missing cells are NaN. Raises Refusal for what is not a number."""
    try:
        found = np.asarray(rows, dtype=np.float64)
    except (TypeError, ValueError):
        columns = [
            numbers(column, names[index] if names else f"{index + 1}")
            for index, column in enumerate(zip(*rows, strict=True))
        ]
        found = np.array(columns, dtype=np.float64).T
    return found if found.ndim == 2 else found.reshape(len(rows), -1)


def numbers(cells: Sequence[Any], name: str) -> list[float]:
    found: list[float] = []
    for cell in cells:
        if cell is None or (isinstance(cell, str) and cell.strip() in MISSING):
            found.append(np.nan)
            continue
        try:
            found.append(float(cell))
        except (TypeError, ValueError):
            given = str(cell).strip().lower()
            if given not in BOOLEANS:
                raise Refusal(f"Column {name}: {cell!r} is not a number") from None
            found.append(float(BOOLEANS[given]))
    return found
