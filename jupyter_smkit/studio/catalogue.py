"""Algorithms, projects and other entries of an account's catalogue."""

from __future__ import annotations

from functools import partial

from jupyter_smkit.api import conventions
from jupyter_smkit.api.kinds import Kind
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.state.records import Record

ALGORITHM = Kind(
    "Algorithm",
    arn="algorithm/{AlgorithmName}",
    settled="Completed",
    no_effect="AWS validates and scans the algorithm's containers",
    defaults={"AlgorithmStatusDetails": {"ValidationStatuses": [], "ImageScanStatuses": []}},
    ascending=True,
    missing="Algorithm {key} does not exist.",
    in_use="Algorithm {key} already exists",
)
PROJECT = Kind(
    "Project",
    arn="project/{ProjectName}",
    generated={"ProjectId": "p-"},
    settled="CreateCompleted",
    no_effect="AWS provisions it from a template of the Service Catalog",
    ascending=True,
    missing="Project {key} does not exist.",
    in_use="Project {key} already exists",
)
WORKLOAD_CONFIG = Kind("AIWorkloadConfig", arn="ai-workload-config/{AIWorkloadConfigName}")
LINEAGE_GROUP = Kind(
    "LineageGroup",
    arn="lineage-group/{LineageGroupName}",
    ascending=True,
    page=10,
    missing="Lineage group {key} does not exist.",
)
"""AWS makes one in accounts that share their lineage: here there is none."""
PORTFOLIO = Kind(
    "SagemakerServicecatalogPortfolio",
    arn="servicecatalog-portfolio",
    no_effect="AWS shares its project templates with the account",
)
KINDS = (ALGORITHM, PROJECT, WORKLOAD_CONFIG, LINEAGE_GROUP, PORTFOLIO)


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "EnableSagemakerServicecatalogPortfolio": partial(switch, "Enabled"),
            "DisableSagemakerServicecatalogPortfolio": partial(switch, "Disabled"),
            "GetSagemakerServicecatalogPortfolioStatus": portfolio_status,
            "GetLineageGroupPolicy": partial(conventions.describe, LINEAGE_GROUP, api),
            "ListResourceCatalogs": lambda call: {"ResourceCatalogs": []},
            "SearchTrainingPlanOfferings": lambda call: {"TrainingPlanOfferings": []},
        },
    )


def switch(status: str, call: Call) -> Params:
    with call.state.begin() as transaction:
        found = transaction.get(call.account, call.region, PORTFOLIO.name, PORTFOLIO.name)
        if found is not None:
            transaction.change(found, status=status)
            return {}
        transaction.create(
            Record(
                account=call.account,
                region=call.region,
                kind=PORTFOLIO.name,
                key=PORTFOLIO.name,
                arn=call.arn(PORTFOLIO.arn),
                status=status,
                request={},
                observed={},
                created=call.now,
                modified=call.now,
            )
        )
    return {}


def portfolio_status(call: Call) -> Params:
    found = call.state.get(call.account, call.region, PORTFOLIO.name, PORTFOLIO.name)
    return {"Status": found.status if found else "Disabled"}
