"""Fingerprints: what a step's result depends on, so that what is unchanged is not done again."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from jupyter_smkit.wrangler.flow import SOURCE, Flow, FlowError, Node
from jupyter_smkit.wrangler.registry import operator_of

MARK = "_smkit"
"""The member of a fitted state that holds the fingerprint of what it was fitted for."""

_WHICH = ("s3Uri", "s3RoleArn")


def fingerprints(flow: Flow, data: Mapping[str, str] | None = None) -> dict[str, str]:
    """By node id: a digest of the step, of all before it and of ``data``, which says by source id
    what data it reads (e.g. sizes and times of its files)."""
    found: dict[str, str] = {}
    for node in flow.ordered:
        above = [f"{found[one.node_id]}.{one.output}" for one in node.inputs]
        content = [node.operator, _live(node), above, (data or {}).get(node.id, "")]
        text = json.dumps(content, sort_keys=True, default=str)
        found[node.id] = hashlib.sha256(text.encode()).hexdigest()[:32]
    return found


def _live(node: Node) -> Any:
    """What of the parameters the step heeds; of a source how it is read, not which data it is:
    what was learned holds for other rows of the same kind, and must not be learned from them."""
    try:
        operator = operator_of(node)
        live = operator.live(node.parameters)
    except FlowError:
        return node.parameters
    if node.type == SOURCE:
        context = live["dataset_definition"]["s3ExecutionContext"]
        live = {key: value for key, value in context.items() if key not in _WHICH}
    return [operator.choice, live]
