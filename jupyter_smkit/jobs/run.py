"""What processing and training jobs have in common: they share the machine, and end alike."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_smkit.compute import images
from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.control.admission import Needs
from jupyter_smkit.control.context import Context
from jupyter_smkit.control.launches import Describe, follow_launch, launch_id
from jupyter_smkit.state.records import Record

IMAGE_TAG = "smkit:image"
"""Says of a job what its image has in place of what it names. DescribeProcessingJob has no member
that could."""


def run_job(
    context: Context,
    record: Record,
    launch: Callable[[Record], Launch],
    facts: Describe,
    sort_time: str,
) -> None:
    """One step of a job. ``sort_time`` names the member of its end."""

    def finish(seen: Observation) -> None:
        observed = {**facts(seen), sort_time: seen.ended}
        status = seen.outcome if seen.outcome in ("Completed", "Failed") else "Stopped"
        if status == "Failed":
            observed["FailureReason"] = seen.reason
        with context.state.begin() as transaction:
            transaction.change(record, status=status, observed=observed)
            if has := images.in_place(_image(record), seen.version):
                transaction.tag(record.arn, {IMAGE_TAG: has})
        context.executor.forget(launch_id(record))

    follow_launch(context, record, launch, needs(record), facts, finish)


def needs(record: Record) -> Needs:
    """A core a host, and a GPU where its type has some on AWS; types have no other effect here."""
    processing = record.request.get("ProcessingResources") or {}
    cluster = processing.get("ClusterConfig") or record.request.get("ResourceConfig") or {}
    groups = cluster.get("InstanceGroups") or [cluster]
    hosts = [(str(each.get("InstanceType", "")), each.get("InstanceCount") or 1) for each in groups]
    return Needs(
        cores=sum(count for _, count in hosts),
        gpus=sum(count for type, count in hosts if type.startswith(_WITH_GPUS)),
    )


def _image(record: Record) -> str:
    asked = record.request.get("AppSpecification") or record.request["AlgorithmSpecification"]
    return str(asked.get("ImageUri") or asked.get("TrainingImage"))


_WITH_GPUS = ("ml.p", "ml.g")
