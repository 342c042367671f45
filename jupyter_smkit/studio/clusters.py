"""HyperPod clusters and how their capacity is shared out."""

from __future__ import annotations

from functools import partial

from jupyter_smkit.api import conventions
from jupyter_smkit.api.errors import ResourceNotFound, ValidationException
from jupyter_smkit.api.kinds import VERSION, Kind, Reference, find
from jupyter_smkit.api.registry import Call, Params, Registry

_NO_NODES = "AWS starts the cluster's nodes"
_SCRIPTS = "s3://sagemaker"
"""Where the policy that AWS asks of a cluster's role lets it read from."""

CLUSTER = Kind(
    "Cluster",
    arn="cluster/{_id}",
    generated={"_id": ""},
    no_effect=_NO_NODES,
    ascending=True,
    unfiltered=frozenset({"TrainingPlanArn"}),
    missing="Cluster {key} not found.",
    in_use="Resource Already Exists: Cluster with name {key} already exists. "
    "Choose a different name.",
)
SCHEDULER_CONFIG = Kind(
    "ClusterSchedulerConfig",
    arn="cluster-scheduler-config/{ClusterSchedulerConfigId}",
    key=("ClusterSchedulerConfigId",),
    generated={"ClusterSchedulerConfigId": ""},
    settled="Created",
    no_effect=_NO_NODES,
    refers=(Reference("ClusterArn", "Cluster"),),
    paths={"ClusterSchedulerConfigVersion": VERSION},
    missing="ClusterSchedulerConfig {key} does not exist.",
)
QUOTA = Kind(
    "ComputeQuota",
    arn="compute-quota/{ComputeQuotaId}",
    key=("ComputeQuotaId",),
    generated={"ComputeQuotaId": ""},
    settled="Created",
    no_effect=_NO_NODES,
    refers=(Reference("ClusterArn", "Cluster"),),
    paths={"ComputeQuotaVersion": VERSION},
    defaults={"ActivationState": "Enabled"},
    missing="ComputeQuota {key} does not exist.",
)
KINDS = (CLUSTER, SCHEDULER_CONFIG, QUOTA)


def register(api: Registry) -> None:
    api.add(
        "sagemaker",
        {
            "CreateCluster": partial(create, api),
            "DescribeCluster": describe,
            "UpdateCluster": update,
            "ListClusterNodes": partial(list_none, "ClusterNodeSummaries"),
            "ListClusterEvents": partial(list_none, "Events"),
            "DescribeClusterNode": partial(describe_none, "NodeId"),
            "DescribeClusterEvent": partial(describe_none, "EventId"),
        },
    )


def create(registry: Registry, call: Call) -> Params:
    _check_scripts(call)
    return conventions.create(CLUSTER, registry, call)


def _check_scripts(call: Call) -> None:
    for group in call.params.get("InstanceGroups") or ():
        uri = (group.get("LifeCycleConfig") or {}).get("SourceS3Uri", _SCRIPTS)
        if not uri.startswith(_SCRIPTS):
            raise ValidationException(
                f"Validation Error: SourceS3Uri {uri} does not start with '{_SCRIPTS}'."
            )


def describe(call: Call) -> Params:
    with call.state.read() as transaction:
        cluster = find(CLUSTER, transaction, call.account, call.region, call.params)
    shown = conventions.answer(CLUSTER, call, cluster)
    for member in ("InstanceGroups", "RestrictedInstanceGroups"):
        groups = cluster.request.get(member) or []
        # No node was started, and the groups say so.
        shown[member] = [
            {**group, "CurrentCount": 0, "TargetCount": group["InstanceCount"]} for group in groups
        ]
    return shown


def update(call: Call) -> Params:
    """Groups are changed by name; those that are not named stay."""
    _check_scripts(call)
    params = dict(call.params)
    deleted = params.pop("InstanceGroupsToDelete", ())
    with call.state.begin() as transaction:
        cluster = find(CLUSTER, transaction, call.account, call.region, params)
        for member in ("InstanceGroups", "RestrictedInstanceGroups"):
            groups = {each["InstanceGroupName"]: each for each in cluster.request.get(member) or []}
            groups |= {each["InstanceGroupName"]: each for each in params.get(member) or []}
            params[member] = [each for name, each in groups.items() if name not in deleted]
        request = conventions.changes(CLUSTER, cluster, params)
        cluster = transaction.change(cluster, request=request)
    return conventions.answer(CLUSTER, call, cluster)


def list_none(member: str, call: Call) -> Params:
    with call.state.read() as transaction:
        find(CLUSTER, transaction, call.account, call.region, call.params)
    return {member: []}


def describe_none(member: str, call: Call) -> Params:
    with call.state.read() as transaction:
        cluster = find(CLUSTER, transaction, call.account, call.region, call.params)
    raise ResourceNotFound(f"Cluster {cluster.key} has no {member} {call.params.get(member)}.")
