"""Manage columns: drop, duplicate, rename, move."""

from __future__ import annotations

from typing import Any

import polars as pl

from jupyter_smkit.wrangler.registry import Operator, State
from jupyter_smkit.wrangler.schemas import choice, column, columns, form, text, when, whole

ID = "sagemaker.spark.manage_columns_0.1"
GROUP = "Manage columns"


def drop_column(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    return frame.drop(parameters["column_to_drop"])


def duplicate_column(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    return frame.with_columns(pl.col(parameters["input_column"]).alias(parameters["new_name"]))


def rename_column(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    old, new = parameters["input_column"], parameters["new_name"]
    if new != old and new in frame.collect_schema():
        raise ValueError(f"there is already a column '{new}'")
    return frame.rename({old: new})


def move_column(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    move = parameters["move_type"]
    block = parameters[move.lower().replace(" ", "_") + "_parameters"]
    moved = block["column_to_move"]
    names = [name for name in frame.collect_schema() if name != moved]
    if move in ("Move before", "Move after"):
        place = names.index(block["target_column"]) + (move == "Move after")
    else:
        place = {"Move to start": 0, "Move to end": len(names)}.get(move, block.get("index"))
    names.insert(place, moved)
    return frame.select(names)


_MOVED = column("Column to move")
_TARGET = column("Target column")

OPERATORS = (
    Operator(
        id=ID,
        choice="Drop column",
        block="drop_column_parameters",
        title="Drop column",
        group=GROUP,
        schema=form("column_to_drop", column_to_drop=columns("Columns to drop")),
        transform=drop_column,
        keywords=("remove", "delete"),
    ),
    Operator(
        id=ID,
        choice="Duplicate column",
        block="duplicate_column_parameters",
        title="Duplicate column",
        group=GROUP,
        schema=form(
            "input_column new_name", input_column=column("Input column"), new_name=text("New name")
        ),
        transform=duplicate_column,
        keywords=("copy",),
    ),
    Operator(
        id=ID,
        choice="Rename column",
        block="rename_column_parameters",
        title="Rename column",
        group=GROUP,
        schema=form(
            "input_column new_name", input_column=column("Input column"), new_name=text("New name")
        ),
        transform=rename_column,
    ),
    Operator(
        id=ID,
        choice="Move column",
        block="move_column_parameters",
        title="Move column",
        group=GROUP,
        schema={
            **form(
                "move_type",
                move_type=choice(
                    "Where to",
                    "Move to start",
                    "Move to end",
                    "Move to index",
                    "Move before",
                    "Move after",
                ),
            ),
            "allOf": [
                when(
                    "move_type",
                    f"Move to {end}",
                    f"move_to_{end}_parameters",
                    **{f"move_to_{end}_parameters": form("column_to_move", column_to_move=_MOVED)},
                )
                for end in ("start", "end")
            ]
            + [
                when(
                    "move_type",
                    "Move to index",
                    "move_to_index_parameters",
                    move_to_index_parameters=form(
                        "column_to_move index",
                        column_to_move=_MOVED,
                        index=whole("Index", 0, minimum=0),
                    ),
                )
            ]
            + [
                when(
                    "move_type",
                    f"Move {side}",
                    f"move_{side}_parameters",
                    **{
                        f"move_{side}_parameters": form(
                            "column_to_move target_column",
                            column_to_move=_MOVED,
                            target_column=_TARGET,
                        )
                    },
                )
                for side in ("before", "after")
            ],
        },
        transform=move_column,
        keywords=("reorder",),
    ),
)
