"""Column types: what AWS's editor puts behind every source, and casts of one column."""

from __future__ import annotations

from typing import Any

import polars as pl

from jupyter_smkit.wrangler.casting import NO_VALUE, TYPES, cast, constant, infer
from jupyter_smkit.wrangler.registry import Operator, State
from jupyter_smkit.wrangler.schemas import choice, column, form, text, when

REPLACE_NULL, DROP = "replace_null", "drop"
REPLACE_NULL_NEW, REPLACE_VALUE, REPLACE_VALUE_NEW = (
    "replace_null_with_new_col",
    "replace_value",
    "replace_value_with_new_col",
)


def infer_types(frame: pl.LazyFrame, parameters: dict[str, Any]) -> State:
    return {"schema": infer(frame)}


def cast_types(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    found = frame.collect_schema()
    return frame.with_columns(
        cast(pl.col(name), found[name], type_).alias(name)
        for name, type_ in state["schema"].items()
        if name in found and type_ in TYPES
    )


def casts_of_types(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> dict[str, str]:
    found = frame.collect_schema()
    return {
        name: f"{NO_VALUE[type_]} and became missing"
        for name, type_ in state["schema"].items()
        if found.get(name) == pl.String and type_ in NO_VALUE
    }


def stored_schema(trained: Any) -> State | None:
    schema = trained.get("schema") if isinstance(trained, dict) else None
    return {"schema": schema} if schema else None


def cast_column(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    name, new = parameters["column"], parameters["data_type"]
    method = parameters["non_castable_data_handling_method"]
    old = frame.collect_schema()[name]
    values = cast(pl.col(name), old, new, parameters["date_formatting"] if old == pl.String else "")
    lost = values.is_null() & pl.col(name).is_not_null()
    if method == DROP:
        return frame.filter(~lost).with_columns(values.alias(name))
    if method in (REPLACE_VALUE, REPLACE_VALUE_NEW):
        filled = pl.when(lost).then(constant(parameters["replace_value"], new)).otherwise(values)
    else:
        filled = values
    news = [filled.alias(name)]
    if method in (REPLACE_NULL_NEW, REPLACE_VALUE_NEW):
        news.append(pl.when(lost).then(pl.col(name)).alias(f"{name}_typecast_error"))
    return frame.with_columns(news)


def casts_of_column(
    frame: pl.LazyFrame, parameters: dict[str, Any], state: State
) -> dict[str, str]:
    name, new = parameters["column"], parameters["data_type"]
    became = {
        REPLACE_NULL: "became missing",
        REPLACE_NULL_NEW: f"became missing; they are in '{name}_typecast_error'",
        DROP: "had their rows left out",
    }.get(parameters["non_castable_data_handling_method"])
    return {name: f"{NO_VALUE[new]} and {became}"} if became and new in NO_VALUE else {}


OPERATORS = (
    Operator(
        id="sagemaker.spark.infer_and_cast_type_0.1",
        title="Detect and cast types",
        group="Types",
        description="Settles each text column's type from the first 1,000 rows.",
        schema=form(),
        fit=infer_types,
        adopt=stored_schema,
        transform=cast_types,
        casts=casts_of_types,
        keywords=("schema", "infer"),
    ),
    Operator(
        id="sagemaker.spark.cast_single_data_type_0.1",
        title="Parse column as type",
        group="Types",
        schema={
            **form(
                "column data_type",
                column=column("Column"),
                data_type=choice("To", *TYPES),
                non_castable_data_handling_method=choice(
                    "Values that cannot be cast",
                    REPLACE_NULL,
                    REPLACE_NULL_NEW,
                    REPLACE_VALUE,
                    REPLACE_VALUE_NEW,
                    DROP,
                ),
                date_formatting=text(
                    "Date format", "", "As in dd-MM-yyyy; empty for ISO 8601 (yyyy-MM-dd)"
                ),
            ),
            "allOf": [
                when(
                    "non_castable_data_handling_method",
                    method,
                    "replace_value",
                    replace_value=text("Replace with"),
                )
                for method in (REPLACE_VALUE, REPLACE_VALUE_NEW)
            ],
        },
        transform=cast_column,
        casts=casts_of_column,
        keywords=("cast", "convert"),
    ),
)
