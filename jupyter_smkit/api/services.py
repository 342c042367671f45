"""The AWS services that smkit answers: the one table of them, under botocore's names.

The API, smkit's own clients, the hook and the environment of AWS's clients draw from it. It is
loaded by path as the hook is, in interpreters that have no smkit: standard library only.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Service:
    name: str
    """botocore's: ``logs``. The protocol and the operations stand in botocore's model."""
    id: str
    """botocore's service id: ``CloudWatch Logs``."""
    signing_name: str
    """What its requests are signed for. Its hosts are named so too, some behind a label of their
    own: ``runtime.sagemaker.us-east-1.amazonaws.com``."""
    tokens: tuple[str, str] = ("NextToken", "NextToken")
    """The members that page its lists, of the request and of the answer."""

    @property
    def variable(self) -> str:
        """The environment variable that names its address to AWS's clients."""
        return f"AWS_ENDPOINT_URL_{self.id.upper().replace(' ', '_')}"


# Of those that sign as one, the first speaks the json protocol.
SERVICES = (
    Service("s3", "S3", "s3", ("ContinuationToken", "NextContinuationToken")),
    Service("sagemaker", "SageMaker", "sagemaker"),
    Service("sagemaker-runtime", "SageMaker Runtime", "sagemaker"),
    Service("sagemaker-featurestore-runtime", "SageMaker FeatureStore Runtime", "sagemaker"),
    Service("sagemaker-metrics", "SageMaker Metrics", "sagemaker"),
    Service("sagemaker-a2i-runtime", "SageMaker A2I Runtime", "sagemaker"),
    Service("sts", "STS", "sts"),
    Service("iam", "IAM", "iam", ("Marker", "Marker")),
    Service("cloudwatch", "CloudWatch", "monitoring"),
    Service("logs", "CloudWatch Logs", "logs", ("nextToken", "nextToken")),
)
BY_NAME = {service.name: service for service in SERVICES}
SIGNING_NAMES = frozenset(service.signing_name for service in SERVICES)


def signed_as(signing_name: str) -> tuple[str, ...]:
    """The names of the services that sign as this one; none where smkit has no such service."""
    return tuple(each.name for each in SERVICES if each.signing_name == signing_name)
