"""The AWS services beside SageMaker that its clients call."""

from __future__ import annotations

from jupyter_smkit.api.registry import Registry
from jupyter_smkit.services import cloudwatch, iam, logs, sts


def register(api: Registry) -> None:
    for service in (sts, iam, logs, cloudwatch):
        service.register(api)
