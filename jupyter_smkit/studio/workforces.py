"""Who does human work, and with which page: workforces, work teams, task UIs, flow definitions."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import partial

from jupyter_smkit.api import conventions
from jupyter_smkit.api.kinds import Kind, Reference, find
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.state.records import Transaction

_NO_SIGN_IN = "AWS signs workers in through Cognito or an OIDC provider"

WORKFORCE = Kind(
    "Workforce",
    arn="workforce/{WorkforceName}",
    settled="Active",
    no_effect=_NO_SIGN_IN,
    ascending=True,
    missing="Workforce {key} does not exist.",
    in_use="Workforce {key} already exists",
)
WORKTEAM = Kind(
    "Workteam",
    arn="workteam/private-crowd/{WorkteamName}",
    no_effect=_NO_SIGN_IN,
    refers=(Reference("WorkforceName", "Workforce", on_delete="restrict"),),
    defaults={"Success": True},
    ascending=True,
    missing="Workteam {key} does not exist.",
    in_use="Workteam {key} already exists",
)
SUBSCRIBED_WORKTEAM = Kind(
    "SubscribedWorkteam",
    arn="workteam/vendor-crowd/{WorkteamName}",
    key=("WorkteamArn",),
    missing="There is no subscribed work team {key}.",
)
"""Teams of vendors are bought in the AWS Marketplace: there are none."""
TASK_UI = Kind(
    "HumanTaskUi",
    arn="human-task-ui/{HumanTaskUiName}",
    settled="Active",
    missing="HumanTaskUi {key} does not exist.",
)
FLOW_DEFINITION = Kind(
    "FlowDefinition",
    arn="flow-definition/{FlowDefinitionName}",
    settled="Active",
    no_effect="AWS starts human loops by it",
    missing="FlowDefinition {key} does not exist.",
)
KINDS = (WORKFORCE, WORKTEAM, SUBSCRIBED_WORKTEAM, TASK_UI, FLOW_DEFINITION)


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "CreateWorkforce": partial(create_workforce, api),
            "UpdateWorkforce": partial(update_workforce, api),
            "CreateWorkteam": partial(create_workteam, api),
            "CreateHumanTaskUi": partial(create_task_ui, api),
            "ListLabelingJobsForWorkteam": list_jobs,
        },
    )


def create_workforce(registry: Registry, call: Call) -> Params:
    return conventions.create(WORKFORCE, registry, _without_secret(call))


def update_workforce(registry: Registry, call: Call) -> Params:
    return conventions.update(WORKFORCE, registry, _without_secret(call))


def _without_secret(call: Call) -> Call:
    """Nobody signs in here, so the provider's secret is not kept."""
    config = dict(call.params.get("OidcConfig") or {})
    if config.pop("ClientSecret", None) is None:
        return call
    return replace(call, params={**call.params, "OidcConfig": config})


def create_workteam(registry: Registry, call: Call) -> Params:
    with call.state.begin() as transaction:
        observed = {"WorkforceArn": _workforce(call, transaction)}
        team = conventions.insert(WORKTEAM, registry, call, transaction, observed=observed)
    return {"WorkteamArn": team.arn}


def _workforce(call: Call, transaction: Transaction) -> str | None:
    if "WorkforceName" not in call.params:
        return None
    return find(WORKFORCE, transaction, call.account, call.region, call.params).arn


def create_task_ui(registry: Registry, call: Call) -> Params:
    content = call.params["UiTemplate"]["Content"]
    digest = hashlib.sha256(content.encode()).hexdigest()
    observed = {"UiTemplate": {"ContentSha256": digest}}
    with call.state.begin() as transaction:
        ui = conventions.insert(TASK_UI, registry, call, transaction, observed=observed)
    return {"HumanTaskUiArn": ui.arn}


def list_jobs(call: Call) -> Params:
    with call.state.read() as transaction:
        find(WORKTEAM, transaction, call.account, call.region, call.params)
    return {"LabelingJobSummaryList": []}
