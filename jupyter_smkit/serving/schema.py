"""``smkit-model.json``: the columns a model expects, written beside it by who trained or deployed it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from jupyter_smkit.serving.columns import (
    BOOLEAN,
    BOOLEANS,
    NUMBER,
    UNKNOWN,
    Column,
    Levels,
    kind_of,
)
from jupyter_smkit.serving.inference import Refusal
from jupyter_smkit.serving.tables import Rows, Table

FILE = "smkit-model.json"
MISSING = frozenset(("", "#N/A", "#NA", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "None"))
_SHOWN = 12


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
    levels: Mapping[str, tuple[Any, ...]] = field(default_factory=dict)
    """By column: what ``Column.levels`` says."""

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
            {each["name"]: tuple(each["levels"]) for each in features if each.get("levels")},
        )

    @classmethod
    def of(cls, names: Sequence[str], columns: Sequence[Column]) -> Schema:
        """``columns`` by position; where there are not as many, the kinds are unknown."""
        columns = columns if len(columns) == len(names) else [Column()] * len(names)
        levels = {n: c.levels for n, c in zip(names, columns, strict=True) if c.levels}
        return cls(tuple(names), tuple(column.kind for column in columns), levels=levels)

    def over(self, fitted: Schema) -> Schema:
        """This schema with what ``fitted``, found in the model itself, knows better: which columns
        it takes, in which order, and the types of those of which it says any."""
        named = {*fitted.names} <= {*self.names}
        told = {**self.told, **fitted.told} if named else self.told
        # What takes numbers takes true and false, too.
        told |= {n: c for n, c in self.told.items() if (c.kind, told[n].kind) == (BOOLEAN, NUMBER)}
        names = fitted.names if named else self.names
        both = Schema.of(names, [told.get(name, Column()) for name in names])
        return replace(self, names=both.names, kinds=both.kinds, levels=both.levels)

    @property
    def told(self) -> dict[str, Column]:
        """The columns of known kind by name."""
        return {
            name: Column(kind, self.levels.get(name, ()))
            for name, kind in zip(self.names, self.kinds, strict=True)
            if kind != UNKNOWN
        }

    @cached_property
    def values(self) -> dict[str, Levels]:
        return {name: Levels(levels) for name, levels in self.levels.items()}

    @property
    def numeric(self) -> bool:
        return all(kind in (NUMBER, BOOLEAN) for kind in self.kinds)


def aligned(table: Table, names: Sequence[str]) -> Rows:
    """The rows with exactly the columns ``names``; a header line or record keys reorder them.

    Raises Refusal, which names the expected columns.
    """
    rows, given = table.rows, table.names
    if given is None and len(rows) and _is_header(rows[0], tuple(names)):
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
    if not {*names} <= {*given}:
        # As LightGBM writes names.
        given = tuple(name.replace(" ", "_") for name in given)
    missing = [name for name in names if name not in given]
    if missing:
        raise Refusal(f"Missing columns: {_listed(missing)}. Expected: {_listed(names)}")
    order = [given.index(name) for name in names]
    if isinstance(rows, np.ndarray):
        return rows[:, order]
    return [[row[index] for index in order] for row in rows]


def _is_header(row: Sequence[Any], names: tuple[str, ...]) -> bool:
    """Whether a first row is one of names: of more than half of the model's own."""
    if not isinstance(row[0], str):
        return False
    known = _keys(names)
    return 2 * len(known & {str(cell).strip().casefold() for cell in row}) > len(known)


@lru_cache(maxsize=8)
def _keys(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(name.strip().casefold() for name in names)


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
