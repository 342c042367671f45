"""Custom formula: a column from a Spark SQL expression."""

from __future__ import annotations

from typing import Any

import polars as pl

from jupyter_smkit.wrangler.registry import Operator, State
from jupyter_smkit.wrangler.schemas import form, text
from jupyter_smkit.wrangler.spark_sql import compile_formula


def custom_formula(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    expression = compile_formula(parameters["formula"], frame.collect_schema())
    return frame.with_columns(expression.alias(parameters["output_column"]))


OPERATORS = (
    Operator(
        id="sagemaker.spark.custom_formula_0.1",
        title="Custom formula",
        group="Custom",
        schema=form(
            "output_column formula",
            output_column={**text("Output column"), "minLength": 1},
            formula={
                **text("Formula", description="A Spark SQL expression, such as price * quantity"),
                "minLength": 1,
                "x-multiline": True,
            },
        ),
        transform=custom_formula,
        keywords=("sql", "expression", "compute", "case when"),
    ),
)
