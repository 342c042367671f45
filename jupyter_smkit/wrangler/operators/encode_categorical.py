"""Encode categorical: ordinal and one-hot, with Spark's order (most frequent first)."""

from __future__ import annotations

from typing import Any

import polars as pl

from jupyter_smkit.wrangler.casting import cast
from jupyter_smkit.wrangler.columns import collected, output_names
from jupyter_smkit.wrangler.registry import Operator, State
from jupyter_smkit.wrangler.schemas import choice, columns, form, text, yes_no
from jupyter_smkit.wrangler.spark_models import stored_labels

ID = "sagemaker.spark.encode_categorical_0.1"
GROUP = "Encode categorical"
MAX_CATEGORIES = 1_000
"""One-hot encoding makes a column of each."""


def learn_labels(frame: pl.LazyFrame, parameters: dict[str, Any]) -> State:
    """The categories of each column: most frequent first, equals by their text."""
    found = {}
    for name in parameters["input_column"]:
        if parameters.get("input_already_ordinal_encoded"):
            top = collected(frame.select(pl.col(name).cast(pl.Int64, strict=False).max())).item()
            found[name] = [str(index) for index in range((top if top is not None else -1) + 1)]
            continue
        counted = frame.select(as_text(frame, name, parameters).alias("label")).drop_nulls()
        ranked = counted.group_by("label").len().sort(["len", "label"], descending=[True, False])
        found[name] = collected(ranked)["label"].to_list()
    return {"labels": found}


def as_text(frame: pl.LazyFrame, name: str, parameters: dict[str, Any]) -> pl.Expr:
    """What is compared with the labels; ordinals, which are floats here, are whole numbers there."""
    if parameters.get("input_already_ordinal_encoded"):
        return pl.col(name).cast(pl.Int64, strict=False).cast(pl.String)
    return cast(pl.col(name), frame.collect_schema()[name], "string")


def stored_by_aws(trained: Any) -> State | None:
    """Labels from the StringIndexer models that AWS's editor stored, by place (see the engine)."""
    models = trained if isinstance(trained, list) else [trained]
    found = [stored_labels(str(one.get("string_indexer_model") or "")) for one in models]
    return {"ordered": found} if found and None not in found else None


def labels_of(state: State, names: list[str]) -> dict[str, list[str]]:
    if "labels" in state:
        found: dict[str, list[str]] = state["labels"]
        return found
    return dict(zip(names, state["ordered"], strict=True))


def indices(
    frame: pl.LazyFrame, parameters: dict[str, Any], state: State
) -> tuple[pl.LazyFrame, dict[str, pl.Expr]]:
    """The frame (without the rows to skip) and each column's index; unknown and missing: null."""
    names, strategy = parameters["input_column"], parameters["invalid_handling_strategy"]
    known = labels_of(state, names)
    found = {}
    for name in names:
        text_ = as_text(frame, name, parameters)
        labels = known[name]
        found[name] = text_.replace_strict(
            labels, list(range(len(labels))), default=None, return_dtype=pl.Int64
        )
        if strategy == "Skip":
            frame = frame.filter(text_.is_in(labels))
        if strategy == "Error":
            unknown = collected(
                frame.filter(found[name].is_null()).select(text_.alias("v")).head(1)
            )
            if unknown.height:
                value = unknown["v"][0]
                what = "a missing value" if value is None else f"the unknown category '{value}'"
                raise ValueError(f"column '{name}' holds {what}")
    return frame, found


def ordinal(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    names = parameters["input_column"]
    known = labels_of(state, names)
    frame, found = indices(frame, parameters, state)
    keep = parameters["invalid_handling_strategy"] == "Keep"
    nan = parameters["invalid_handling_strategy"] == "Replace with NaN"
    news = []
    for name, output in zip(
        names, output_names(names, parameters.get("output_column")), strict=True
    ):
        value = found[name].cast(pl.Float64)
        if keep:
            value = value.fill_null(float(len(known[name])))
        if nan:
            value = value.fill_null(float("nan"))
        news.append(value.alias(output))
    return frame.with_columns(news)


def one_hot(frame: pl.LazyFrame, parameters: dict[str, Any], state: State) -> pl.LazyFrame:
    names, output = parameters["input_column"], parameters.get("output_column")
    known = labels_of(state, names)
    keep = parameters["invalid_handling_strategy"] == "Keep"
    vector, drop_last = parameters["output_style"] == "Vector", parameters["drop_last"]
    frame, found = indices(frame, parameters, state)
    news = []
    for name, new in zip(names, output_names(names, output), strict=True):
        labels = known[name]
        if len(labels) > MAX_CATEGORIES:
            raise ValueError(
                f"column '{name}' has {len(labels):,} categories and one-hot encoding takes "
                f"{MAX_CATEGORIES:,}: encode it as ordinals, or drop it"
            )
        # Spark's 'keep' adds a last category for what is invalid; drop_last drops that one.
        size = len(labels) + keep - drop_last
        index = found[name].fill_null(len(labels))
        if vector:
            slots = [(index == place).cast(pl.Float64) for place in range(size)]
            news.append((pl.concat_list(slots) if slots else pl.lit([])).alias(new))
        else:
            news += [
                (index == place).cast(pl.Float64).alias(f"{new}_{label}")
                for place, label in enumerate(labels[:size])
            ]
    taken = {one.meta.output_name() for one in news} & {*frame.collect_schema()} - {*names}
    if taken and not vector:
        raise ValueError(f"there is already a column '{min(taken)}': rename it")
    encoded = frame.with_columns(news)
    return encoded if output or vector else encoded.drop(names)


_INPUT = columns("Input columns")
_OUTPUT = text("Output column", description="Left empty, the input columns are replaced.")

OPERATORS = (
    Operator(
        id=ID,
        choice="Ordinal encode",
        block="ordinal_encode_parameters",
        title="Ordinal encode",
        group=GROUP,
        schema=form(
            "input_column",
            input_column=_INPUT,
            output_column=_OUTPUT,
            invalid_handling_strategy=choice(
                "Missing and unknown", "Replace with NaN", "Skip", "Keep", "Error"
            ),
        ),
        fit=learn_labels,
        adopt=stored_by_aws,
        transform=ordinal,
        keywords=("label", "category", "index"),
    ),
    Operator(
        id=ID,
        choice="One-hot encode",
        block="one_hot_encode_parameters",
        title="One-hot encode",
        group=GROUP,
        schema=form(
            "input_column",
            input_column=_INPUT,
            output_column=_OUTPUT,
            output_style=choice("Output style", "Columns", "Vector"),
            invalid_handling_strategy=choice("Missing and unknown", "Keep", "Skip", "Error"),
            drop_last=yes_no("Drop the last category"),
            input_already_ordinal_encoded=yes_no("Input is ordinal encoded already"),
        ),
        fit=learn_labels,
        adopt=stored_by_aws,
        transform=one_hot,
        keywords=("dummy", "category", "indicator"),
    ),
)
