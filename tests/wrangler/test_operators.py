"""Each operator against the same in plain Python, over generated tables."""

from __future__ import annotations

import math
import statistics
from collections import Counter
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jupyter_smkit.wrangler.flow import FlowError
from jupyter_smkit.wrangler.registry import operators

SCHEMA = {"n": pl.Int64(), "x": pl.Float64(), "c": pl.String()}
rows = st.lists(
    st.fixed_dictionaries(
        {
            "n": st.none() | st.integers(-1000, 1000),
            "x": st.none() | st.just(math.nan) | st.floats(-1e6, 1e6, allow_nan=False),
            "c": st.none() | st.sampled_from(["a", "b", "B", "", "true", "12", "1.5", "ü x"]),
        }
    ),
    max_size=30,
)
quick = settings(max_examples=60, deadline=None)
Rows = list[dict[str, Any]]


def table(data: Rows) -> pl.LazyFrame:
    return pl.LazyFrame(data, schema=SCHEMA)


def apply(id: str, choice: str, data: Rows, **parameters: Any) -> pl.DataFrame:
    operator = operators()[f"sagemaker.spark.{id}_0.1", choice]
    live = operator.live(operator.wrap(parameters))
    state = operator.fit(table(data), live) if operator.fit else {}
    made = operator.transform(table(data), live, state)
    assert isinstance(made, pl.LazyFrame)
    return made.collect()


def same(series: pl.Series, expected: list[Any]) -> None:
    found = series.to_list()
    assert len(found) == len(expected)
    for one, other in zip(found, expected, strict=True):
        if isinstance(other, float) and isinstance(one, float):
            assert one == pytest.approx(other, nan_ok=True)
        else:
            assert one == other


def missing(value: Any) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


@quick
@given(rows)
def test_fill(data: Rows) -> None:
    made = apply("handle_missing", "Fill missing", data, input_column=["x", "c"], fill_value="7")
    same(made["x"], [7.0 if missing(r["x"]) else r["x"] for r in data])
    same(made["c"], ["7" if r["c"] is None else r["c"] for r in data])
    same(made["n"], [r["n"] for r in data])


@quick
@given(rows)
def test_impute_with_the_mean(data: Rows) -> None:
    made = apply(
        "handle_missing",
        "Impute",
        data,
        column_type="Numeric",
        numeric_parameters={"input_column": "x", "strategy": "Mean", "output_column": "y"},
    )
    known = [r["x"] for r in data if not missing(r["x"])]
    mean = statistics.fmean(known) if known else None
    same(made["y"], [mean if missing(r["x"]) else r["x"] for r in data])
    same(made["x"], [r["x"] for r in data])


@quick
@given(rows)
def test_impute_with_the_median_is_a_value_of_the_column(data: Rows) -> None:
    made = apply(
        "handle_missing",
        "Impute",
        data,
        column_type="Numeric",
        numeric_parameters={"input_column": ["n"], "strategy": "Approximate Median"},
    )
    known = [r["n"] for r in data if r["n"] is not None]
    median = statistics.median_low(known) if known else None
    same(made["n"], [median if r["n"] is None else r["n"] for r in data])


@quick
@given(rows)
def test_impute_with_the_most_frequent(data: Rows) -> None:
    made = apply(
        "handle_missing",
        "Impute",
        data,
        column_type="Categorical",
        categorical_parameters={"input_column": "c"},
    )
    counts = Counter(r["c"] for r in data if r["c"] is not None)
    top = min(counts, key=lambda c: (-counts[c], c)) if counts else None
    same(made["c"], [top if r["c"] is None else r["c"] for r in data])


def test_impute_in_a_column_of_any_name() -> None:
    operator = operators()["sagemaker.spark.handle_missing_0.1", "Impute"]
    block = {"column_type": "Categorical", "categorical_parameters": {"input_column": ["len"]}}
    assert operator.fit is not None
    found = operator.fit(
        pl.LazyFrame({"len": ["a", None, "a", "b"]}), operator.live({operator.block: block})
    )
    assert found == {"values": {"len": "a"}}


@quick
@given(rows)
def test_indicator(data: Rows) -> None:
    made = apply("handle_missing", "Add indicator for missing", data, input_column=["x", "c"])
    same(made["x_indicator"], [missing(r["x"]) for r in data])
    same(made["c_indicator"], [r["c"] is None for r in data])


@quick
@given(rows)
def test_drop_rows(data: Rows) -> None:
    some = apply(
        "handle_missing",
        "Drop missing",
        data,
        dimension="Drop Rows",
        drop_rows_parameters={"input_column": "x"},
    )
    same(some["n"], [r["n"] for r in data if not missing(r["x"])])
    every = apply("handle_missing", "Drop missing", data, dimension="Drop Rows")
    same(every["n"], [r["n"] for r in data if not any(map(missing, r.values()))])


@quick
@given(rows, st.floats(0, 1))
def test_drop_columns(data: Rows, threshold: float) -> None:
    made = apply(
        "handle_missing",
        "Drop missing",
        data,
        dimension="Drop Columns",
        drop_columns_parameters={"threshold": threshold},
    )
    kept = [
        name
        for name in SCHEMA
        if not data or sum(missing(r[name]) for r in data) / len(data) <= threshold
    ]
    assert made.columns == kept


def labels(data: Rows) -> list[str]:
    counts = Counter(r["c"] for r in data if r["c"] is not None)
    return sorted(counts, key=lambda c: (-counts[c], c.encode()))


@quick
@given(rows, st.sampled_from(["Keep", "Skip", "Replace with NaN"]))
def test_ordinal(data: Rows, strategy: str) -> None:
    made = apply(
        "encode_categorical",
        "Ordinal encode",
        data,
        input_column="c",
        output_column="code",
        invalid_handling_strategy=strategy,
    )
    known = labels(data)
    instead = {"Keep": float(len(known)), "Replace with NaN": math.nan}
    expected = [
        instead[strategy] if r["c"] is None else float(known.index(r["c"]))
        for r in data
        if strategy != "Skip" or r["c"] is not None
    ]
    same(made["code"], expected)


@quick
@given(rows, st.booleans(), st.sampled_from(["Keep", "Skip"]))
def test_one_hot(data: Rows, drop_last: bool, strategy: str) -> None:
    made = apply(
        "encode_categorical",
        "One-hot encode",
        data,
        input_column=["c"],
        drop_last=drop_last,
        invalid_handling_strategy=strategy,
    )
    known = labels(data)
    shown = known[:-1] if drop_last and strategy == "Skip" else known
    assert made.columns == ["n", "x", *(f"c_{label}" for label in shown)]
    kept = [r for r in data if strategy == "Keep" or r["c"] is not None]
    for label in shown:
        same(made[f"c_{label}"], [float(r["c"] == label) for r in kept])


@quick
@given(rows)
def test_one_hot_vector_has_a_slot_for_what_is_invalid(data: Rows) -> None:
    made = apply(
        "encode_categorical", "One-hot encode", data, input_column="c", output_style="Vector"
    )
    known = labels(data)
    for row, vector in zip(data, made["c"].to_list(), strict=True):
        place = len(known) if row["c"] is None else known.index(row["c"])
        assert vector == [float(i == place) for i in range(len(known) + 1)]


def test_one_hot_takes_what_ordinal_encode_gives() -> None:
    data = [{"n": 0, "x": place, "c": "a"} for place in (0.0, 2.0, math.nan)]
    made = apply(
        "encode_categorical",
        "One-hot encode",
        data,
        input_column="x",
        input_already_ordinal_encoded=True,
    )
    same(made["x_0"], [1.0, 0.0, 0.0])
    same(made["x_1"], [0.0, 0.0, 0.0])
    same(made["x_2"], [0.0, 1.0, 0.0])


def test_an_invalid_value_is_named_where_it_must_not_be() -> None:
    data = [{"n": 1, "x": 1.0, "c": None}]
    with pytest.raises(ValueError, match="column 'c' holds a missing value"):
        apply(
            "encode_categorical",
            "Ordinal encode",
            data,
            input_column="c",
            invalid_handling_strategy="Error",
        )


def spark_long(text: str | None) -> int | None:
    try:
        return None if text is None else math.trunc(float(text)) if "e" not in text else None
    except ValueError:
        return None


@quick
@given(rows)
def test_cast_text_to_long_cuts_fractions(data: Rows) -> None:
    made = apply("cast_single_data_type", "", data, column="c", data_type="long")
    same(made["c"], [spark_long(r["c"]) for r in data])


@quick
@given(rows)
def test_cast_keeps_what_was_lost_in_a_column_of_its_own(data: Rows) -> None:
    made = apply(
        "cast_single_data_type",
        "",
        data,
        column="c",
        data_type="float",
        non_castable_data_handling_method="replace_value_with_new_col",
        replace_value="-1",
    )
    good = {"12": 12.0, "1.5": 1.5}
    same(made["c"], [None if r["c"] is None else good.get(r["c"], -1.0) for r in data])
    same(made["c_typecast_error"], [None if r["c"] in good else r["c"] for r in data])


@quick
@given(rows)
def test_cast_drops_rows_that_cannot_be_cast(data: Rows) -> None:
    made = apply(
        "cast_single_data_type",
        "",
        data,
        column="c",
        data_type="bool",
        non_castable_data_handling_method="drop",
    )
    assert made["c"].to_list() == [r["c"] and True for r in data if r["c"] in (None, "true")]


def test_cast_reads_dates_as_they_are_written() -> None:
    data = [{"n": 1, "x": 1.0, "c": "31-12-2020"}, {"n": 2, "x": 1.0, "c": "2020-12-31"}]
    made = apply(
        "cast_single_data_type",
        "",
        data,
        column="c",
        data_type="date",
        date_formatting="dd-MM-yyyy",
    )
    assert [str(one) for one in made["c"]] == ["2020-12-31", "None"]


COLUMN_STEPS: list[tuple[str, dict[str, Any], list[str]]] = [
    ("Drop column", {"column_to_drop": "x"}, ["n", "c"]),
    ("Drop column", {"column_to_drop": ["n", "c"]}, ["x"]),
    ("Duplicate column", {"input_column": "n", "new_name": "m"}, ["n", "x", "c", "m"]),
    ("Rename column", {"input_column": "n", "new_name": "m"}, ["m", "x", "c"]),
]
MOVES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("Move to start", {"column_to_move": "c"}, ["c", "n", "x"]),
    ("Move to end", {"column_to_move": "n"}, ["x", "c", "n"]),
    ("Move to index", {"column_to_move": "c", "index": 1}, ["n", "c", "x"]),
    ("Move before", {"column_to_move": "c", "target_column": "x"}, ["n", "c", "x"]),
    ("Move after", {"column_to_move": "n", "target_column": "x"}, ["x", "n", "c"]),
]


@pytest.mark.parametrize(("choice", "parameters", "expected"), COLUMN_STEPS)
def test_columns(choice: str, parameters: dict[str, Any], expected: list[str]) -> None:
    data = [{"n": 1, "x": 2.0, "c": "a"}]
    assert apply("manage_columns", choice, data, **parameters).columns == expected


@pytest.mark.parametrize(("move", "block", "expected"), MOVES)
def test_moves(move: str, block: dict[str, Any], expected: list[str]) -> None:
    name = move.lower().replace(" ", "_") + "_parameters"
    data = [{"n": 1, "x": 2.0, "c": "a"}]
    made = apply("manage_columns", "Move column", data, move_type=move, **{name: block})
    assert made.columns == expected
    assert made.row(0, named=True) == data[0]


def test_a_name_is_not_given_twice() -> None:
    with pytest.raises(ValueError, match="there is already a column 'x'"):
        apply("manage_columns", "Rename column", [], input_column="n", new_name="x")


@pytest.mark.parametrize(
    ("parameters", "message"),
    [
        ({}, "parameters.fill_missing_parameters.input_column is missing"),
        ({"input_column": ["n"]}, "parameters.fill_missing_parameters.fill_value is missing"),
        ({"input_column": [], "fill_value": "1"}, "input_column: .* should be non-empty"),
    ],
)
def test_parameters_that_do_not_fit_are_named(parameters: dict[str, Any], message: str) -> None:
    with pytest.raises(FlowError, match=message):
        apply("handle_missing", "Fill missing", [], **parameters)


def test_a_fill_value_must_be_of_the_columns_type() -> None:
    with pytest.raises(ValueError, match="'many' is no long, which column 'n' is"):
        apply("handle_missing", "Fill missing", [], input_column="n", fill_value="many")


def test_one_hot_makes_no_more_columns_than_a_table_takes() -> None:
    data: Rows = [{"n": place, "x": None, "c": f"v{place}"} for place in range(1001)]
    with pytest.raises(ValueError, match="'c' has 1,001 categories and one-hot encoding takes"):
        apply("encode_categorical", "One-hot encode", data, input_column=["c"])


def test_one_hot_writes_over_no_other_column() -> None:
    data: Rows = [{"n": 1, "x": 1.0, "c": "a"}]
    frame = table(data).with_columns(pl.lit(7).alias("c_a"))
    operator = operators()["sagemaker.spark.encode_categorical_0.1", "One-hot encode"]
    live = operator.live(operator.wrap({"input_column": "c"}))
    with pytest.raises(ValueError, match="there is already a column 'c_a'"):
        operator.transform(frame, live, {"labels": {"c": ["a"]}})


def test_what_is_put_for_lost_values_must_be_of_the_type() -> None:
    data: Rows = [{"n": 1, "x": 1.0, "c": "a"}]
    how = {"column": "c", "data_type": "long", "non_castable_data_handling_method": "replace_value"}
    with pytest.raises(ValueError, match="'none' is no long"):
        apply("cast_single_data_type", "", data, **how, replace_value="none")
    assert apply("cast_single_data_type", "", data, **how, replace_value="-1")["c"].item() == -1


def test_a_mean_over_infinite_values_is_refused() -> None:
    data: Rows = [{"n": 1, "x": value, "c": "a"} for value in (math.inf, None)]
    with pytest.raises(ValueError, match="'x' holds infinite values"):
        apply(
            "handle_missing",
            "Impute",
            data,
            column_type="Numeric",
            numeric_parameters={"input_column": "x", "strategy": "Mean"},
        )
