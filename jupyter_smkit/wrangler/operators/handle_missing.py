"""Handle missing: fill, impute, indicate, drop."""

from __future__ import annotations

import math
from typing import Any

import polars as pl

from jupyter_smkit.wrangler.casting import TYPES, cast, constant, type_name
from jupyter_smkit.wrangler.columns import collected, is_missing, output_names
from jupyter_smkit.wrangler.registry import Operator, State
from jupyter_smkit.wrangler.schemas import choice, columns, form, number, text, when

ID = "sagemaker.spark.handle_missing_0.1"
GROUP = "Handle missing"


def fill(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    schema = frame.collect_schema()
    names = parameters["input_column"]
    news = []
    for name, output in zip(
        names, output_names(names, parameters.get("output_column")), strict=True
    ):
        value = fill_value(parameters["fill_value"], schema[name], name)
        kept = pl.when(is_missing(frame, name)).then(value).otherwise(pl.col(name))
        news.append(kept.cast(schema[name]).alias(output))
    return frame.with_columns(news)


def fill_value(value: str, dtype: pl.DataType, column: str) -> pl.Expr:
    """``value`` as a value of a column's type; ValueError where it is none."""
    type_ = type_name(dtype)
    if type_ not in TYPES:
        raise ValueError(f"column '{column}' is a {type_}, which cannot be filled")
    try:
        return constant(value, type_)
    except ValueError as error:
        raise ValueError(f"{error}, which column '{column}' is") from None


def learn_imputed(frame: pl.LazyFrame, parameters: dict[str, Any]) -> State:
    block = imputed_block(parameters)
    schema = frame.collect_schema()
    names = block["input_column"]
    if parameters["column_type"] == "Numeric":
        present = {n: pl.col(n).filter(~is_missing(frame, n)) for n in names}
        mean = block["strategy"] == "Mean"
        learned = collected(
            frame.select(
                (one.mean() if mean else one.quantile(0.5, "lower")).alias(name)
                for name, one in present.items()
            )
        ).row(0, named=True)
        for name, value in learned.items():
            if value is not None and not math.isfinite(value):
                raise ValueError(f"column '{name}' holds infinite values: none can be imputed")
        whole = {n for n in names if schema[n].is_integer()}
        return {
            "values": {n: int(v) if n in whole and v is not None else v for n, v in learned.items()}
        }
    values = {}
    for name in names:
        known = frame.filter(~is_missing(frame, name)).select(pl.col(name).alias("value"))
        counted = known.group_by("value").len()
        top = collected(counted.sort(["len", "value"], descending=[True, False]).head(1))
        # As text: a date is no JSON.
        shown = top.select(cast(pl.col("value"), schema[name], "string"))
        values[name] = shown.item() if top.height else None
    return {"values": values}


def impute(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    block = imputed_block(parameters)
    names = block["input_column"]
    schema = frame.collect_schema()
    return frame.with_columns(
        pl.when(is_missing(frame, name))
        .then(imputed(state["values"][name], schema[name]))
        .otherwise(pl.col(name))
        .alias(output)
        for name, output in zip(names, output_names(names, block.get("output_column")), strict=True)
    )


def imputed(value: Any, dtype: pl.DataType) -> pl.Expr:
    if isinstance(value, str):
        return cast(pl.lit(value), pl.String(), type_name(dtype)).cast(dtype)
    return pl.lit(value, dtype=dtype)


def imputed_block(parameters: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = parameters[f"{parameters['column_type'].lower()}_parameters"]
    return found


def indicate(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    names = parameters["input_column"]
    output = parameters.get("output_column")
    outputs = output_names(names, output) if output else [f"{name}_indicator" for name in names]
    return frame.with_columns(
        is_missing(frame, name).alias(new) for name, new in zip(names, outputs, strict=True)
    )


def learn_dropped(frame: pl.LazyFrame, parameters: dict[str, Any]) -> State:
    if parameters["dimension"] != "Drop Columns":
        return {}
    block = parameters["drop_columns_parameters"]
    names = block.get("input_column") or frame.collect_schema().names()
    shares = collected(frame.select(is_missing(frame, name).mean().alias(name) for name in names))
    found = shares.row(0, named=True)
    return {"columns": [n for n in names if (found[n] or 0.0) > block["threshold"]]}


def drop(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    if parameters["dimension"] == "Drop Columns":
        return frame.drop(state["columns"])
    names = parameters["drop_rows_parameters"].get("input_column")
    names = names or frame.collect_schema().names()
    return frame.filter(~pl.any_horizontal(is_missing(frame, name) for name in names))


_OUTPUT = text("Output column", description="Left empty, the input column is replaced.")

OPERATORS = (
    Operator(
        id=ID,
        choice="Fill missing",
        block="fill_missing_parameters",
        title="Fill missing",
        group=GROUP,
        schema=form(
            "input_column fill_value",
            input_column=columns("Input columns"),
            fill_value=text("Fill value"),
            output_column=_OUTPUT,
        ),
        transform=fill,
        keywords=("null", "nan", "constant"),
    ),
    Operator(
        id=ID,
        choice="Impute",
        block="impute_parameters",
        title="Impute missing",
        group=GROUP,
        description="Fills with a value learned from the column.",
        schema={
            **form("column_type", column_type=choice("Column type", "Numeric", "Categorical")),
            "allOf": [
                when(
                    "column_type",
                    "Numeric",
                    "numeric_parameters",
                    numeric_parameters=form(
                        "input_column",
                        input_column=columns("Input columns", "number"),
                        strategy=choice("Strategy", "Approximate Median", "Mean"),
                        output_column=_OUTPUT,
                    ),
                ),
                when(
                    "column_type",
                    "Categorical",
                    "categorical_parameters",
                    categorical_parameters=form(
                        "input_column",
                        input_column=columns("Input columns"),
                        output_column=_OUTPUT,
                    ),
                ),
            ],
        },
        fit=learn_imputed,
        transform=impute,
        keywords=("mean", "median", "most frequent", "null"),
    ),
    Operator(
        id=ID,
        choice="Add indicator for missing",
        block="add_indicator_for_missing_parameters",
        title="Add indicator for missing",
        group=GROUP,
        schema=form(
            "input_column",
            input_column=columns("Input columns"),
            output_column=text(
                "Output column", description="Left empty: the input's name with _indicator"
            ),
        ),
        transform=indicate,
        keywords=("flag", "null"),
    ),
    Operator(
        id=ID,
        choice="Drop missing",
        block="drop_missing_parameters",
        title="Drop missing",
        group=GROUP,
        schema={
            **form("dimension", dimension=choice("Dimension", "Drop Rows", "Drop Columns")),
            "allOf": [
                when(
                    "dimension",
                    "Drop Rows",
                    drop_rows_parameters=form(
                        input_column=columns("Columns (none: all)", at_least=0)
                    ),
                ),
                when(
                    "dimension",
                    "Drop Columns",
                    drop_columns_parameters=form(
                        input_column=columns("Columns (none: all)", at_least=0),
                        threshold=number("Share of missing above", 0.5, minimum=0, maximum=1),
                    ),
                ),
            ],
        },
        fit=learn_dropped,
        transform=drop,
        keywords=("null", "remove rows"),
    ),
)
