from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from jupyter_smkit.wrangler import edit, engine
from jupyter_smkit.wrangler.flow import Flow, FlowError, Node

Opener = Callable[[Node], Sequence[Path]]
MISSING = "sagemaker.spark.handle_missing_0.1"
CAST = "sagemaker.spark.cast_single_data_type_0.1"
ENCODE = "sagemaker.spark.encode_categorical_0.1"
FORMULA = "sagemaker.spark.custom_formula_0.1"


def impute(column: str, **more: str) -> dict[str, Any]:
    block = {"input_column": column, "strategy": "Mean", **more}
    return {
        "operator": "Impute",
        "impute_parameters": {"column_type": "Numeric", "numeric_parameters": block},
    }


def one_hot(column: str) -> dict[str, Any]:
    return {"operator": "One-hot encode", "one_hot_encode_parameters": {"input_column": column}}


@pytest.fixture
def prepared(flow: Flow, types: Node) -> Flow:
    flow, imputed = edit.add_step(flow, types.id, MISSING, impute("age"))
    flow, encoded = edit.add_step(flow, imputed.id, ENCODE, one_hot("port"))
    return edit.add_destination(flow, encoded.id, "s3://bucket/clean/")[0]


def result(flow: Flow, opener: Opener, **how: Any) -> pl.DataFrame:
    return list(engine.execute(flow, opener, **how).values())[-1].frame.collect()


def test_types_are_those_of_the_values(flow: Flow, opener: Opener) -> None:
    frame = result(flow, opener)
    assert [str(dtype) for dtype in frame.dtypes[:5]] == [
        "Int64",
        "String",
        "Float64",
        "Float64",
        "String",
    ]
    assert frame.schema["joined"] == pl.Date
    assert frame["name"][2] == "Cole, C."


def test_a_flow_runs_through(prepared: Flow, opener: Opener) -> None:
    frame = result(prepared, opener)
    assert frame["age"][1] == pytest.approx((22 + 26.5 + 35 + 35) / 4)
    assert frame.columns[-3:] == ["port_S", "port_C", "port_Q"]
    steps = engine.execute(prepared, opener)
    assert set(engine.count(steps)[0].values()) == {5}


@pytest.mark.parametrize(
    ("new", "method", "told"),
    [
        ("long", "replace_null", "4 of 4 values were no whole number and became missing"),
        ("date", "replace_null_with_new_col", "missing; they are in 'name_typecast_error'"),
        ("bool", "drop", "4 of 4 values were neither true nor false and had their rows left out"),
        ("long", "replace_value", ""),
        ("string", "replace_null", ""),
    ],
)
def test_what_a_cast_loses_is_counted(
    flow: Flow, types: Node, opener: Opener, new: str, method: str, told: str
) -> None:
    how = {"non_castable_data_handling_method": method, "replace_value": "0"}
    flow, step = edit.add_step(flow, types.id, CAST, {"column": "name", "data_type": new, **how})
    lost = engine.count(engine.execute(flow, opener))[1]
    assert " ".join(lost.get(step.id, ())).endswith(told)
    assert bool(lost.get(step.id)) is bool(told)
    assert lost[types.id] == ()


def test_what_was_learned_is_kept_and_used_for_other_data(
    prepared: Flow, opener: Opener, tmp_path: Path
) -> None:
    steps = engine.execute(prepared, opener)
    fitted = edit.with_trained(prepared, engine.trained_parameters(steps))
    later = tmp_path / "later.csv"
    later.write_text("id,name,age,fare,port,member,joined\n9,Zed,,1.5,C,true,2022-01-01\n")
    again = result(fitted, lambda node: [later])
    assert again["age"].to_list() == [29.625]
    assert again.select("port_S", "port_C", "port_Q").row(0) == (0.0, 1.0, 0.0)
    with pytest.raises(FlowError):
        result(fitted, lambda node: [later], refit=True)["port_S"]


def test_a_changed_step_above_makes_learned_values_stale(prepared: Flow, opener: Opener) -> None:
    fitted = edit.with_trained(
        prepared, engine.trained_parameters(engine.execute(prepared, opener))
    )
    assert not any(step.refitted for step in engine.execute(fitted, opener).values())
    double = {"output_column": "age", "formula": "age * 2"}
    changed, _ = edit.insert_step(fitted, fitted.nodes[1].id, FORMULA, double)
    steps = engine.execute(changed, opener)
    assert [step.title for step in steps.values() if step.refitted] == [
        "Impute: age",
        "One-hot encode: port",
    ]


@pytest.mark.parametrize(
    ("operator", "parameters", "message", "column"),
    [
        (MISSING, impute("agee"), "there is no column 'agee'; there are id, name, age", "agee"),
        (MISSING, impute("name"), "column 'name' holds no numbers", "name"),
        (FORMULA, {"output_column": "y", "formula": "fair * 2"}, "did you mean 'fare'", "fair"),
        (FORMULA, {"formula": "1"}, "parameters.output_column is missing", ""),
        ("sagemaker.spark.magic_0.1", {}, "not supported by smkit yet: sagemaker.spark.magic", ""),
    ],
)
def test_an_error_names_step_and_column(
    flow: Flow,
    types: Node,
    opener: Opener,
    operator: str,
    parameters: dict[str, Any],
    message: str,
    column: str,
) -> None:
    flow, step = edit.add_step(flow, types.id, operator, parameters)
    with pytest.raises(FlowError, match=message) as caught:
        result(flow, opener)
    assert caught.value.message.startswith("step '")
    assert (caught.value.node, caught.value.column) == (step.id, column)


def test_an_error_that_shows_late_is_traced_to_its_step(flow: Flow, tmp_path: Path) -> None:
    path = tmp_path / "late.csv"
    path.write_text("a,b\n" + "1,2\n" * 200_000 + "1,2,3\n")
    steps = engine.execute(flow, lambda node: [path])
    with pytest.raises(pl.exceptions.PolarsError) as caught:
        steps[flow.nodes[-1].id].frame.collect()
    found = engine.blame(caught.value, steps, lambda node: [path])
    assert found.node == flow.nodes[0].id
    assert "late.csv, line 200002: 3 fields" in found.message


def test_what_was_fitted_on_some_rows_is_applied_to_others(
    prepared: Flow, opener: Opener, tmp_path: Path
) -> None:
    """Pointed at other data, a fitted flow learns nothing of it: a holdout stays one."""
    steps = engine.execute(prepared, opener)
    fitted = edit.with_trained(prepared, engine.trained_parameters(steps))
    source = fitted.nodes[0]
    definition = source.parameters["dataset_definition"]
    context = {**definition["s3ExecutionContext"], "s3Uri": "s3://bucket/holdout.csv"}
    moved = {"dataset_definition": {**definition, "name": "h", "s3ExecutionContext": context}}
    other = tmp_path / "holdout.csv"
    other.write_text("id,name,age,fare,port,member,joined\n6,Eve,,9,X,true,\n7,Flo,90,9,Q,true,\n")
    held_out = engine.execute(edit.update_step(fitted, source.id, moved), lambda node: [other])
    assert not any(step.refitted for step in held_out.values())
    found = list(held_out.values())[-1].frame.collect()
    first = list(steps.values())[-1].frame.collect()
    assert found.columns == first.columns
    assert found["age"][0] == first["age"][1]
    assert found.row(0, named=True)["port_Q"] == 0.0
