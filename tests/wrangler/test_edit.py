from __future__ import annotations

import pytest

from jupyter_smkit.wrangler import edit
from jupyter_smkit.wrangler.flow import Flow, FlowError, Node, parse

FORMULA = "sagemaker.spark.custom_formula_0.1"


def formula(text: str) -> dict[str, str]:
    return {"output_column": "y", "formula": text}


def path(flow: Flow, end: str) -> list[str]:
    return [node.id for node in flow.ancestors(end)]


def test_a_new_flow_is_one_that_can_be_read(flow: Flow) -> None:
    assert parse(flow.to_dict()).to_dict() == flow.to_dict()
    assert [node.operator for node in flow.nodes] == [edit.S3_SOURCE, edit.INFER_TYPES]


def test_steps_are_added_inserted_and_taken_out(flow: Flow, types: Node) -> None:
    source = flow.nodes[0]
    flow, last = edit.add_step(flow, types.id, FORMULA, formula("1"))
    flow, middle = edit.insert_step(flow, types.id, FORMULA, formula("2"))
    assert path(flow, last.id) == [source.id, types.id, middle.id, last.id]
    flow = edit.delete_step(flow, middle.id)
    assert path(flow, last.id) == [source.id, types.id, last.id]
    parse(flow.to_dict())


def test_a_branch_leaves_the_others_alone(flow: Flow, types: Node) -> None:
    flow, left = edit.add_step(flow, types.id, FORMULA, formula("1"))
    flow, right = edit.add_step(flow, types.id, FORMULA, formula("2"))
    assert left.id not in path(flow, right.id)


def test_a_source_goes_with_all_that_feeds_on_it(flow: Flow, types: Node) -> None:
    flow, _ = edit.add_step(flow, types.id, FORMULA, formula("1"))
    assert edit.delete_step(flow, flow.nodes[0].id).nodes == ()


def test_a_changed_step_forgets_what_it_learned(flow: Flow, types: Node) -> None:
    flow, step = edit.add_step(flow, types.id, FORMULA, formula("1"))
    flow = edit.with_trained(flow, {step.id: {"learned": 1}})
    assert edit.update_step(flow, step.id, formula("1"))[step.id].trained == {"learned": 1}
    assert edit.update_step(flow, step.id, formula("2"))[step.id].trained is None


def test_the_flow_before_an_edit_stays_as_it_was(flow: Flow, types: Node) -> None:
    before = flow.to_dict()
    edit.insert_step(flow, flow.nodes[0].id, FORMULA, formula("1"))
    edit.delete_step(flow, types.id)
    assert flow.to_dict() == before


def test_a_step_that_is_not_there_is_named(flow: Flow) -> None:
    with pytest.raises(FlowError, match="the flow has no step nowhere"):
        edit.update_step(flow, "nowhere", {})


def test_only_declared_parameters_can_be_set(flow: Flow) -> None:
    with pytest.raises(FlowError, match="the flow has no parameter input"):
        edit.with_parameter_values(flow, {"input": "s3://b/k"})
