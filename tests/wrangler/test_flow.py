from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit.wrangler import edit
from jupyter_smkit.wrangler.flow import Flow, FlowError, dumps, load, loads, save
from jupyter_smkit.wrangler.titles import title
from jupyter_smkit.wrangler.validate import problems

JOIN = "sagemaker.spark.join_tables_0.1"


def strange() -> str:
    """What real files hold beside what smkit understands."""
    return json.dumps(
        {
            "metadata": {"version": 1, "instance_type": "ml.m5.4xlarge"},
            "parameters": [],
            "nodes": [
                {
                    "node_id": "s",
                    "type": "SOURCE",
                    "operator": "sagemaker.athena_source_0.1",
                    "parameters": {"dataset_definition": {"name": "calls", "queryString": "…"}},
                    "inputs": [],
                    "outputs": [{"name": "default"}],
                },
                {
                    "node_id": "e",
                    "type": "TRANSFORM",
                    "operator": "sagemaker.spark.encode_categorical_0.1",
                    "parameters": {
                        "operator": "One-hot encode",
                        "one_hot_encode_parameters": {"input_column": "a"},
                        "ordinal_encode_parameters": {"stale": 1.50},
                    },
                    "trained_parameters": {"one_hot_encode_parameters": {"_hash": -(2**62)}},
                    "name": None,
                    "inputs": [{"name": "df", "node_id": "s", "output_name": "default"}],
                    "outputs": [{"name": "default"}],
                },
            ],
        },
        indent=2,
        ensure_ascii=False,
    )


def files() -> list[Path]:
    """Real flows, where a variable says where some lie."""
    folder = os.environ.get("SMKIT_TEST_DATA")
    return sorted(Path(folder).rglob("*.flow")) if folder else []


def test_what_is_not_understood_comes_back_letter_by_letter() -> None:
    assert dumps(loads(strange())) == strange()
    for path in files():
        assert dumps(load(path)) == path.read_text("utf-8"), path.name


def test_every_step_of_a_real_flow_has_a_title_and_says_what_it_lacks() -> None:
    for flow in [loads(strange()), *map(load, files())]:
        assert all(title(node) for node in flow.nodes)
        for problem in problems(flow):
            assert problem.node in flow.by_id
            assert problem.message.startswith("not supported by smkit yet: sagemaker.")


def test_an_edit_keeps_what_it_does_not_touch() -> None:
    before = loads(strange())
    after, added = edit.add_step(before, "e", "sagemaker.spark.custom_formula_0.1", {})
    after = edit.delete_step(after, added.id)
    assert dumps(after) == strange()


ODD = '{"nodes": [{"node_id": "a", "type": "SOURCE", "operator": "x", %s}]}'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{", "not JSON: Expecting property name"),
        ("[]", "a flow is a JSON object"),
        ("{}", "'nodes' is missing"),
        ('{"metadata": {"version": 7}, "nodes": []}', "metadata.version is 7"),
        ('{"nodes": [3]}', r"nodes\[0\] is no object"),
        ('{"metadata": [1], "nodes": []}', "'metadata' is no object"),
        (ODD % '"inputs": 5', r"nodes\[0\].inputs is no list"),
        (
            ODD % '"parameters": {"dataset_definition": "rows"}',
            r"nodes\[0\].parameters.dataset_definition is no object",
        ),
        ('{"nodes": [{"node_id": "a"}]}', r"nodes\[0\].type is missing"),
        (
            '{"nodes": [{"node_id": "a", "type": "X", "operator": "o"}]}',
            r"nodes\[0\].type is 'X'",
        ),
        (
            '{"nodes": [{"node_id": "a", "type": "TRANSFORM", "operator": "o"}]}',
            "step a .o. has no input",
        ),
    ],
)
def test_what_is_no_flow_is_said(text: str, message: str) -> None:
    with pytest.raises(FlowError, match=message):
        loads(text)


def wired(*inputs: tuple[str, str]) -> str:
    nodes = [
        {
            "node_id": node,
            "type": "TRANSFORM",
            "operator": "o",
            "inputs": [{"name": "df", "node_id": above}],
            "outputs": [{"name": "default"}],
        }
        for node, above in inputs
    ]
    return json.dumps({"nodes": nodes})


def test_wrong_wiring_names_the_steps() -> None:
    with pytest.raises(FlowError, match="step a takes its input from b, which is not in the flow"):
        loads(wired(("a", "b")))
    with pytest.raises(FlowError, match="feeds on its own output"):
        loads(wired(("a", "b"), ("b", "a")))
    with pytest.raises(FlowError, match="two steps have the node_id a"):
        loads(wired(("a", "a"), ("a", "a")))


def test_steps_come_after_their_inputs(flow: Flow) -> None:
    source, types = flow.nodes
    turned = flow.with_nodes((types, source))
    assert [node.id for node in turned.ordered] == [source.id, types.id]
    assert turned.ancestors(source.id) == (source,)


def test_a_saved_flow_is_read_again(flow: Flow, tmp_path: Path) -> None:
    save(flow, tmp_path / "a.flow")
    assert load(tmp_path / "a.flow").to_dict() == flow.to_dict()
    assert [path.name for path in tmp_path.iterdir()] == ["a.flow"]


def test_titles_are_those_of_the_editor(flow: Flow, types: object) -> None:
    source, inferred = flow.nodes
    drop = {"operator": "Drop column", "drop_column_parameters": {"column_to_drop": ["a", "b"]}}
    flow, dropped = edit.add_step(flow, inferred.id, "sagemaker.spark.manage_columns_0.1", drop)
    flow, saved = edit.add_destination(flow, dropped.id, "s3://bucket/clean/")
    assert [title(one) for one in (source, inferred, dropped, saved)] == [
        "passengers.csv",
        "Data types",
        "Drop column: a, b",
        "S3: clean",
    ]


@pytest.mark.parametrize("how", [{"indent": 4}, {"indent": "\t"}, {"ensure_ascii": True}, {}])
def test_a_file_keeps_the_form_it_came_in(how: dict[str, Any]) -> None:
    text = json.dumps(json.loads(strange()), **{"ensure_ascii": False, **how})
    assert dumps(loads(text)) == text
    assert dumps(loads(text + "\n")) == text + "\n"
