"""All that is wrong with a flow, without reading its data."""

from __future__ import annotations

from jupyter_smkit.wrangler.flow import VISUALIZATION, Flow, FlowError
from jupyter_smkit.wrangler.registry import operator_of


def problems(flow: Flow) -> list[FlowError]:
    """By step: operators that smkit does not know, parameters that do not fit."""
    found = []
    for node in flow.nodes:
        if node.type == VISUALIZATION:
            continue
        try:
            operator = operator_of(node)
            operator.live(node.parameters)
            if len(node.inputs) != operator.inputs:
                raise FlowError(f"has {len(node.inputs)} inputs, and must have {operator.inputs}")
        except FlowError as error:
            found.append(FlowError(error.message, node=node.id, column=error.column))
    return found
