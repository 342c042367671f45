"""Edits of a flow: pure functions from one frozen document to the next."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from jupyter_smkit.wrangler.flow import (
    DESTINATION,
    SOURCE,
    TRANSFORM,
    Flow,
    FlowError,
    Input,
    Node,
)

S3_SOURCE = "sagemaker.s3_source_0.1"
INFER_TYPES = "sagemaker.spark.infer_and_cast_type_0.1"
S3_DESTINATION = "sagemaker.spark.s3_destination_0.1"
PREVIEW_ROWS = 50_000


def empty() -> Flow:
    return Flow(raw={"metadata": {"version": 1, "disable_limits": False}, "nodes": None}, nodes=())


def new(uri: str, name: str = "", *, content_type: str = "csv", delimiter: str = "") -> Flow:
    """A flow that reads one data set and settles its column types, as AWS's editor starts one.

    Without a ``delimiter`` it is guessed whenever the data is read.
    """
    flow, source = add_source(empty(), uri, name, content_type=content_type, delimiter=delimiter)
    return add_step(flow, source.id, INFER_TYPES, {})[0]


def add_source(
    flow: Flow, uri: str, name: str = "", *, content_type: str = "csv", delimiter: str = ""
) -> tuple[Flow, Node]:
    context: dict[str, Any] = {
        "__typename": "S3ExecutionContext",
        "s3Uri": uri,
        "s3ContentType": content_type,
        "s3HasHeader": True,
        **({"s3FieldDelimiter": delimiter} if delimiter else {}),
        "s3DirIncludesNested": False,
        "s3AddsFilenameColumn": False,
    }
    node = Node(
        {
            "node_id": str(uuid.uuid4()),
            "type": SOURCE,
            "operator": S3_SOURCE,
            "parameters": {
                "dataset_definition": {
                    "__typename": "S3CreateDatasetDefinitionOutput",
                    "datasetSourceType": "S3",
                    "name": name or uri.rstrip("/").rsplit("/", 1)[-1],
                    "description": None,
                    "s3ExecutionContext": context,
                }
            },
            "inputs": [],
            "outputs": [
                {
                    "name": "default",
                    "sampling": {
                        "sampling_method": "sample_by_limit",
                        "limit_rows": PREVIEW_ROWS,
                    },
                }
            ],
        }
    )
    return flow.with_nodes((*flow.nodes, node)), node


def add_step(
    flow: Flow,
    after: str,
    operator: str,
    parameters: Mapping[str, Any],
    *,
    output: str = "default",
    type: str = TRANSFORM,
    name: str | None = None,
) -> tuple[Flow, Node]:
    """A step that feeds on ``after``, as a branch of its own."""
    if output not in flow[after].outputs:
        raise FlowError(f"step {after} has no output '{output}'", node=after)
    node = Node(
        {
            "node_id": str(uuid.uuid4()),
            "type": type,
            "operator": operator,
            "parameters": dict(parameters),
            "inputs": [{"name": "df", "node_id": after, "output_name": output}],
            "outputs": [{"name": "default"}],
        }
    ).with_(name=name)
    return flow.with_nodes((*flow.nodes, node)), node


def insert_step(
    flow: Flow, after: str, operator: str, parameters: Mapping[str, Any], *, output: str = "default"
) -> tuple[Flow, Node]:
    """A step between ``after`` and all that feeds on it."""
    consumers = {node.id for node in flow.consumers(after)}
    flow, node = add_step(flow, after, operator, parameters, output=output)
    return _rewire(flow, consumers, Input(after, output), Input(node.id)), node


def add_destination(flow: Flow, after: str, uri: str, name: str = "") -> tuple[Flow, Node]:
    config = {
        "output_config": {
            "compression": "none",
            "output_path": uri,
            "output_content_type": "CSV",
            "delimiter": ",",
        }
    }
    label = name or "S3: " + (uri.rstrip("/").rsplit("/", 1)[-1] or "output")
    return add_step(flow, after, S3_DESTINATION, config, type=DESTINATION, name=label)


def update_step(flow: Flow, node_id: str, parameters: Mapping[str, Any]) -> Flow:
    """New parameters; what was fitted for the old ones is forgotten."""
    node = flow[node_id]
    if node.parameters == parameters:
        return flow
    return _replace(flow, node.with_(parameters=dict(parameters), trained_parameters=None))


def delete_step(flow: Flow, node_id: str) -> Flow:
    """Without the step: what fed on it feeds on its (first) input.

    A source goes with all that feeds on it, and so does a step with several outputs.
    """
    node = flow[node_id]
    consumers = {one.id for one in flow.consumers(node_id)}
    if consumers and (not node.inputs or len(node.outputs) > 1):
        for one in consumers:
            flow = delete_step_and_followers(flow, one)
        consumers = set()
    if consumers:
        flow = _rewire(flow, consumers, Input(node_id, node.outputs[0]), node.inputs[0])
    return flow.with_nodes(tuple(one for one in flow.nodes if one.id != node_id))


def delete_step_and_followers(flow: Flow, node_id: str) -> Flow:
    gone = {node_id}
    for node in flow.ordered:
        if any(one.node_id in gone for one in node.inputs):
            gone.add(node.id)
    return flow.with_nodes(tuple(node for node in flow.nodes if node.id not in gone))


def with_trained(flow: Flow, trained: Mapping[str, Any]) -> Flow:
    """The flow with what was fitted, by node id."""
    return flow.with_nodes(
        tuple(
            node.with_(trained_parameters=trained[node.id]) if node.id in trained else node
            for node in flow.nodes
        )
    )


def with_parameter_values(flow: Flow, values: Mapping[str, Any]) -> Flow:
    """The flow with its own ``parameters`` (by name) set to other values."""
    declared = flow.raw.get("parameters") or []
    known = {one.get("name") for one in declared if isinstance(one, dict)}
    if missing := values.keys() - known:
        raise FlowError(f"the flow has no parameter {', '.join(sorted(missing))}")
    changed = [
        {**one, "value": values[one["name"]]} if one.get("name") in values else one
        for one in declared
    ]
    return replace(flow, raw={**flow.raw, "parameters": changed}) if values else flow


def _replace(flow: Flow, node: Node) -> Flow:
    return flow.with_nodes(tuple(node if one.id == node.id else one for one in flow.nodes))


def _rewire(flow: Flow, consumers: set[str], old: Input, new_: Input) -> Flow:
    def moved(raw: Mapping[str, Any]) -> dict[str, Any]:
        if raw["node_id"] != old.node_id or raw.get("output_name", "default") != old.output:
            return dict(raw)
        return {**raw, "node_id": new_.node_id, "output_name": new_.output}

    return flow.with_nodes(
        tuple(
            node.with_(inputs=[moved(one) for one in node.raw["inputs"]])
            if node.id in consumers
            else node
            for node in flow.nodes
        )
    )
