"""The hosts of a job: ``algo-1`` and on, as AWS names them."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.state.records import Json, Record

SHARDED = "ShardedByS3Key"
MOST = 20
"""All hosts of a job run on this machine, each with processes, a sandbox and its own data."""


def check(groups: Iterable[Json], isolated: bool) -> None:
    """Raises where a job asks for more hosts than a machine can be, or for such as cannot meet."""
    if (count := sum(int(group["InstanceCount"]) for group in groups)) > MOST:
        raise ValidationException(
            f"InstanceCount {count} is more than the {MOST} that smkit runs: all instances of a "
            f"job share this machine; use an InstanceCount of {MOST} or less"
        )
    if isolated and count > 1:
        raise ValidationException(
            f"EnableNetworkIsolation with an InstanceCount of {count} is not supported by smkit "
            "yet: isolated hosts could not reach each other; use one instance, or no isolation"
        )


def of_processing(request: Json) -> tuple[str, ...]:
    return _numbered(int(request["ProcessingResources"]["ClusterConfig"]["InstanceCount"]))


def of_training(request: Json) -> tuple[str, ...]:
    return tuple(host for group in instance_groups(request) for host in group["hosts"])


def instance_groups(request: Json) -> list[Json]:
    """As ``resourceconfig.json`` has them."""
    asked = groups_asked_for(request)
    names = iter(_numbered(sum(int(group["InstanceCount"]) for group in asked)))
    return [
        {
            "instance_group_name": group["InstanceGroupName"],
            "instance_type": group["InstanceType"],
            "hosts": [next(names) for _ in range(int(group["InstanceCount"]))],
        }
        for group in asked
    ]


def groups_asked_for(request: Json) -> list[Json]:
    """InstanceGroups of a training job; one group where it names none."""
    resources = request.get("ResourceConfig") or {}
    return resources.get("InstanceGroups") or [
        {
            "InstanceGroupName": "homogeneousCluster",
            "InstanceType": resources.get("InstanceType", "local"),
            "InstanceCount": resources.get("InstanceCount") or 1,
        }
    ]


def in_groups(request: Json, wanted: Collection[str]) -> tuple[str, ...]:
    return tuple(
        host
        for group in instance_groups(request)
        if group["instance_group_name"] in wanted
        for host in group["hosts"]
    )


def log_stream(record: Record) -> str:
    return f"{record.key}/{{host}}-{int(record.created)}"


def _numbered(count: int) -> tuple[str, ...]:
    return tuple(f"algo-{number}" for number in range(1, count + 1))
