"""Notebook instances, their lifecycle configurations and code repositories."""

from __future__ import annotations

import json
from functools import partial

from sqlalchemy import ColumnElement

from jupyter_smkit.api import conventions, listing
from jupyter_smkit.api.kinds import Kind, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.api.transitions import move
from jupyter_smkit.state.schema import records

_AT_REST = ("Stopped", "Failed")

INSTANCE = Kind(
    "NotebookInstance",
    arn="notebook-instance/{NotebookInstanceName}",
    no_effect="AWS runs a machine with Jupyter on it",
    paths={
        "SecurityGroups": "SecurityGroupIds",
        "NotebookInstanceLifecycleConfigName": "LifecycleConfigName",
    },
    defaults={"DirectInternetAccess": "Enabled", "VolumeSizeInGB": 5, "RootAccess": "Enabled"},
    sort_by="Name",
    ascending=True,
    unfiltered=frozenset({"AdditionalCodeRepositoryEquals"}),
    missing="RecordNotFound",
    in_use="Cannot create a duplicate Notebook Instance ({arn})",
    deletable=_AT_REST,
)
LIFECYCLE_CONFIG = Kind(
    "NotebookInstanceLifecycleConfig",
    arn="notebook-instance-lifecycle-config/{NotebookInstanceLifecycleConfigName}",
    no_effect="AWS runs it when a notebook instance starts",
    ascending=True,
    missing="Unable to find the Notebook Instance Lifecycle Config '{key}'. "
    "(Details: Notebook Instance Lifecycle Config does not exist.)",
    in_use="Unable to create the Notebook Instance Lifecycle Config '{arn}'. "
    "(Details: Notebook Instance Lifecycle Config already exists.)",
)
REPOSITORY = Kind(
    "CodeRepository",
    arn="code-repository/{CodeRepositoryName}",
    no_effect="AWS clones it into notebook instances",
    merged=frozenset({"GitConfig"}),
    sort_by="Name",
    ascending=True,
    missing="Cannot find CodeRepository: {key}",
    in_use="Cannot create already existing CodeRepository: {arn}",
)
KINDS = (INSTANCE, LIFECYCLE_CONFIG, REPOSITORY)

# Update's flags, and the member of the request that each takes away.
_DISASSOCIATE = {
    "DisassociateLifecycleConfig": "LifecycleConfigName",
    "DisassociateAcceleratorTypes": "AcceleratorTypes",
    "DisassociateDefaultCodeRepository": "DefaultCodeRepository",
    "DisassociateAdditionalCodeRepositories": "AdditionalCodeRepositories",
}


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "ListNotebookInstances": list_instances,
            "UpdateNotebookInstance": update,
            "StartNotebookInstance": partial(move, INSTANCE, _AT_REST, "Pending", "InService"),
            "StopNotebookInstance": partial(move, INSTANCE, ("InService",), "Stopping", "Stopped"),
        },
    )


def list_instances(call: Call) -> Params:
    conditions: list[ColumnElement[bool]] = []
    if repository := call.params.get("AdditionalCodeRepositoryEquals"):
        listed = records.c.request["AdditionalCodeRepositories"].as_string()
        conditions.append(listed.contains(json.dumps(repository), autoescape=True))
    return conventions.listed(INSTANCE, call, listing.page(INSTANCE, call, *conditions))


def update(call: Call) -> Params:
    params = {name: value for name, value in call.params.items() if name not in _DISASSOCIATE}
    removed = {member: None for flag, member in _DISASSOCIATE.items() if call.params.get(flag)}
    with call.state.begin() as transaction:
        record = find(INSTANCE, transaction, call.account, call.region, params)
        conventions.check_status(INSTANCE, record, _AT_REST, "Updating")
        request = conventions.changes(INSTANCE, record, params)
        transaction.change(record, request=removed | request)
    return {}
