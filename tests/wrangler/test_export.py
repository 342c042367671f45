from __future__ import annotations

import runpy
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from jupyter_smkit.wrangler import edit, engine
from jupyter_smkit.wrangler.export import script
from jupyter_smkit.wrangler.flow import Flow, FlowError, Node
from jupyter_smkit.wrangler.registry import operators
from jupyter_smkit.wrangler.sourcecode import bundle

MISSING = "sagemaker.spark.handle_missing_0.1"
STEPS: list[tuple[str, dict[str, Any]]] = [
    (
        MISSING,
        {
            "operator": "Impute",
            "impute_parameters": {
                "column_type": "Numeric",
                "numeric_parameters": {"input_column": "age"},
            },
        },
    ),
    (
        "sagemaker.spark.custom_formula_0.1",
        {"output_column": "y", "formula": "case when fare > 10 then age / 2 else length(name) end"},
    ),
    (
        "sagemaker.spark.encode_categorical_0.1",
        {"operator": "One-hot encode", "one_hot_encode_parameters": {"input_column": ["port"]}},
    ),
    (
        "sagemaker.spark.manage_columns_0.1",
        {"operator": "Drop column", "drop_column_parameters": {"column_to_drop": ["name"]}},
    ),
]


@pytest.fixture
def whole(flow: Flow, types: Node) -> Flow:
    last = types
    for operator, parameters in STEPS:
        flow, last = edit.add_step(flow, last.id, operator, parameters)
    return flow


def computed(text: str, folder: Path, data: Path) -> pl.DataFrame:
    path = folder / "script.py"
    path.write_text(text)
    main = runpy.run_path(str(path))["main"]
    (frame,) = main({"passengers.csv": str(data)}).values()
    return frame.collect()


def test_the_script_gives_the_same_rows(whole: Flow, passengers: Path, tmp_path: Path) -> None:
    steps = engine.execute(whole, lambda node: [passengers])
    for step in steps.values():
        text = script(whole, step.node.id)
        assert "jupyter_smkit" not in text
        assert_frame_equal(computed(text, tmp_path, passengers), step.frame.collect())


def test_what_was_fitted_is_in_the_script(whole: Flow, passengers: Path, tmp_path: Path) -> None:
    steps = engine.execute(whole, lambda node: [passengers])
    fitted = edit.with_trained(whole, engine.trained_parameters(steps))
    text = script(fitted)
    assert "learn_" not in text
    passengers.write_text("id,name,age,fare,port,member,joined\n1,Ann,,2,Q,true,\n")
    assert computed(text, tmp_path, passengers).row(0, named=True) == {
        "id": 1,
        "age": 26.5,
        "fare": 2.0,
        "member": "true",
        "joined": None,
        "y": 3.0,
        "port_S": 0.0,
        "port_C": 0.0,
        "port_Q": 1.0,
    }


def test_every_operator_can_be_in_one_script() -> None:
    functions = [
        function
        for operator in operators().values()
        for function in (operator.transform, operator.fit)
        if function
    ]
    made = bundle(functions)
    compile("\n\n".join(made.definitions.values()), "script", "exec")


def test_an_unknown_step_is_named(flow: Flow, types: Node) -> None:
    flow, step = edit.add_step(flow, types.id, "sagemaker.spark.magic_0.1", {})
    with pytest.raises(FlowError, match="not supported by smkit yet") as caught:
        script(flow)
    assert caught.value.node == step.id


def test_data_sets_of_one_name_are_no_one_data_set(flow: Flow) -> None:
    flow, _ = edit.add_source(flow, "s3://other/passengers.csv")
    with pytest.raises(FlowError, match=r"two data sets are named 'passengers\.csv'"):
        script(flow)
