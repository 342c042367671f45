"""What processing and training jobs have in common: they share the machine, and end alike."""

from __future__ import annotations

import os
from collections.abc import Callable

from jupyter_smkit.compute import images
from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.control import launches
from jupyter_smkit.control.daemon import Controllers
from jupyter_smkit.state.records import Record

IMAGE_TAG = "smkit:image"
"""Says of a job what its image has in place of what it names. DescribeProcessingJob has no member
that could."""


def advance(
    controllers: Controllers,
    record: Record,
    launch: Callable[[Record], Launch],
    facts: launches.Describe,
    sort_time: str,
) -> None:
    """One step of a job. ``sort_time`` names the member of its end."""

    def finish(seen: Observation) -> None:
        observed = {**facts(seen), sort_time: seen.ended}
        status = seen.outcome if seen.outcome in ("Completed", "Failed") else "Stopped"
        if status == "Failed":
            observed["FailureReason"] = seen.reason
        with controllers.state.begin() as transaction:
            transaction.change(record, status=status, observed=observed)
            if has := images.in_place(launch(record).image, seen.version):
                transaction.tag(record.arn, {IMAGE_TAG: has})
        controllers.executor.forget(launches.launch_id(record))

    room = controllers.home.settings.max_jobs or os.cpu_count() or 1
    launches.advance(
        controllers, record, launch, lambda running: len(running) < room, facts, finish
    )
