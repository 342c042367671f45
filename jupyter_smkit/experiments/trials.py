"""Experiments, their trials, and the components that trials share."""

from __future__ import annotations

from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, select

from jupyter_smkit.api import conventions, listing
from jupyter_smkit.api.errors import ResourceNotFound
from jupyter_smkit.api.kinds import Kind, Reference, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.state.records import Record, Transaction
from jupyter_smkit.state.schema import records

EXPERIMENT = Kind(
    "Experiment",
    arn="experiment/{ExperimentName}",
    page=10,
    missing="Experiment '{key}' does not exist.",
)
TRIAL = Kind(
    "Trial",
    arn="experiment-trial/{TrialName}",
    refers=(Reference("ExperimentName", "Experiment", on_delete="restrict"),),
    page=10,
    unfiltered=frozenset({"TrialComponentName"}),
    missing="Trial '{key}' does not exist.",
)
TRIAL_COMPONENT = Kind(
    "TrialComponent",
    arn="experiment-trial-component/{TrialComponentName}",
    defaults={
        "Parameters": {},
        "InputArtifacts": {},
        "OutputArtifacts": {},
        "Metrics": [],
        "Sources": [],
    },
    merged=frozenset({"Parameters", "InputArtifacts", "OutputArtifacts"}),
    page=10,
    unfiltered=frozenset({"TrialName", "ExperimentName"}),
    missing="Trial component '{key}' does not exist.",
)
MEMBERSHIP = Kind(
    "TrialComponentMembership",
    arn="experiment-trial/{TrialName}/component/{TrialComponentName}",
    key=("TrialName", "TrialComponentName"),
    refers=(
        Reference("TrialName", "Trial", on_delete="restrict"),
        Reference("TrialComponentName", "TrialComponent", on_delete="restrict"),
    ),
)
"""That a component is part of a trial: it must be taken out before either is deleted."""

KINDS = (EXPERIMENT, TRIAL, TRIAL_COMPONENT, MEMBERSHIP)


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "AssociateTrialComponent": partial(associate, api),
            "DisassociateTrialComponent": disassociate,
            "ListTrials": list_trials,
            "ListTrialComponents": list_components,
        },
    )


def associate(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        trial, component = _pair(call, transaction)
        key = f"{trial.key}/{component.key}"
        if transaction.get(call.account, call.region, MEMBERSHIP.name, key) is None:
            conventions.insert(MEMBERSHIP, registry, call, transaction)
            parent = {"TrialName": trial.key, "ExperimentName": trial.request["ExperimentName"]}
            parents = [*component.observed.get("Parents", ()), parent]
            transaction.change(component, observed={"Parents": parents})
    return {"TrialArn": trial.arn, "TrialComponentArn": component.arn}


def disassociate(call: Call) -> Params:
    """Of what does not exist, too: AWS answers with the ARNs that it would have."""
    key = MEMBERSHIP.key_of(call.params)
    with call.state.begin() as transaction:
        membership = transaction.get(call.account, call.region, MEMBERSHIP.name, key)
        if membership is not None:
            _, component = _pair(call, transaction)
            parents = component.observed.get("Parents", ())
            kept = [each for each in parents if each["TrialName"] != call.params["TrialName"]]
            transaction.change(component, observed={"Parents": kept})
            transaction.delete(membership)
    return {
        "TrialArn": call.arn(TRIAL.arn.format_map(call.params)),
        "TrialComponentArn": call.arn(TRIAL_COMPONENT.arn.format_map(call.params)),
    }


def list_trials(call: Call) -> Params:
    _check_named(call, EXPERIMENT, TRIAL_COMPONENT)
    conditions = _within(call, "TrialComponentName", "TrialName")
    return conventions.listed(TRIAL, call, listing.page(TRIAL, call, *conditions))


def list_components(call: Call) -> Params:
    _check_named(call, EXPERIMENT, TRIAL)
    conditions = _within(call, "TrialName", "TrialComponentName")
    if experiment := call.params.get("ExperimentName"):
        trials = select(records.c.key).where(
            *_own(call, TRIAL), records.c.request["ExperimentName"].as_string() == experiment
        )
        inside = select(records.c.request["TrialComponentName"].as_string()).where(
            *_own(call, MEMBERSHIP), records.c.request["TrialName"].as_string().in_(trials)
        )
        conditions.append(records.c.key.in_(inside))
    return conventions.listed(
        TRIAL_COMPONENT, call, listing.page(TRIAL_COMPONENT, call, *conditions)
    )


def _check_named(call: Call, *kinds: Kind) -> None:
    """Raises ResourceNotFound where the call names a record that does not exist."""
    with call.state.read() as transaction:
        for kind in kinds:
            if kind.key_members[0] in call.params:
                find(kind, transaction, call.account, call.region, call.params)


def _within(call: Call, given: str, wanted: str) -> list[ColumnElement[bool]]:
    """Of memberships whose ``given`` member is as the call has it, the ``wanted`` ones."""
    value = call.params.get(given)
    if value is None:
        return []
    found = select(records.c.request[wanted].as_string()).where(
        *_own(call, MEMBERSHIP), records.c.request[given].as_string() == value
    )
    return [records.c.key.in_(found)]


def _own(call: Call, kind: Kind) -> tuple[Any, ...]:
    return (
        records.c.account == call.account,
        records.c.region == call.region,
        records.c.kind == kind.name,
    )


def _pair(call: Call, transaction: Transaction) -> tuple[Record, Record]:
    trial = transaction.get(call.account, call.region, TRIAL.name, call.params["TrialName"])
    if trial is None:
        arn = call.arn(TRIAL.arn.format_map(call.params))
        raise ResourceNotFound(f"Trial '{arn}' does not exist.")
    return trial, find(TRIAL_COMPONENT, transaction, call.account, call.region, call.params)
