"""An example of the rows that a model takes: it tells the columns' names and types."""

from __future__ import annotations

import io
import json
import tarfile
from pathlib import Path
from typing import Any

from jupyter_smkit.serving.columns import CATEGORY, TEXT, UNKNOWN, Column, kind_of, of_values
from jupyter_smkit.serving.schema import FILE

_LEVELS = 10_000
"""With more values than that a category is text."""


def features(example: Any) -> list[dict[str, Any]]:
    """``features`` of ``smkit-model.json`` for a frame of pandas or polars, whose types are those
    of the training's. Raises ValueError."""
    library = type(example).__module__.partition(".")[0]
    if library not in ("pandas", "polars") or not hasattr(example, "columns"):
        raise ValueError(
            f"an example of a model's rows is a frame of pandas or polars, not a "
            f"{type(example).__name__}"
        )
    column_of = _of_pandas if library == "pandas" else _of_polars
    found = []
    for name in example.columns:
        column = column_of(example[name])
        feature: dict[str, Any] = {"name": str(name), "type": column.kind}
        found.append({**feature, "levels": list(column.levels)} if column.levels else feature)
    return found


def _of_pandas(series: Any) -> Column:
    kind = kind_of(str(series.dtype))
    if kind == CATEGORY:
        return _category(series.cat.categories.tolist())
    if kind in (TEXT, UNKNOWN):
        return of_values(series.dropna().to_numpy(dtype=object))
    return Column(kind)


def _of_polars(series: Any) -> Column:
    kind = kind_of(str(series.dtype))
    # Of an Enum; a Categorical has those of its rows only.
    is_enum = type(series.dtype).__name__ == "Enum"
    return _category(series.dtype.categories.to_list()) if is_enum else Column(kind)


def _category(levels: list[Any]) -> Column:
    return Column(CATEGORY, tuple(levels)) if len(levels) <= _LEVELS else Column(TEXT)


def add(directory: Path, example: Any) -> None:
    """Writes ``smkit-model.json``, or what it says of columns, among a model's files."""
    file = directory / FILE
    members = json.loads(file.read_text()) if file.exists() else {}
    file.write_text(_text(members, example))


def repacked(archive: bytes, example: Any) -> bytes:
    """A ``model.tar.gz`` with the example's columns in its ``smkit-model.json``."""
    members: dict[str, Any] = {}
    out = io.BytesIO()
    with (
        tarfile.open(fileobj=io.BytesIO(archive)) as given,
        tarfile.open(fileobj=out, mode="w:gz", compresslevel=3) as made,
    ):
        for entry in given:
            content = given.extractfile(entry) if entry.isfile() else None
            if content is not None and entry.name.removeprefix("./") == FILE:
                members = json.load(content)
            else:
                made.addfile(entry, content)
        text = _text(members, example).encode()
        added = tarfile.TarInfo(FILE)
        added.size = len(text)
        made.addfile(added, io.BytesIO(text))
    return out.getvalue()


def _text(members: dict[str, Any], example: Any) -> str:
    return json.dumps({**members, "features": features(example)}, default=str)
