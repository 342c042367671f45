"""Clients for the side this process is on: smkit, or the real AWS after ``%sm aws``."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jupyter_smkit.api.services import BY_NAME
from jupyter_smkit.client.calls import CallFailed
from jupyter_smkit.client.environment import role_arn
from jupyter_smkit.client.switch import ensure_side
from jupyter_smkit.config import Home


def client(service: str) -> Any:
    """A boto3 client; starts smkit and switches the process to it where it is on no side yet."""
    ensure_side()
    import boto3

    return boto3.client(service)


@dataclass(frozen=True)
class Caller:
    """boto3 in the form of ``client.calls.Client``, for either side."""

    clients: dict[str, Any]

    def call(self, operation: str, /, service: str = "sagemaker", **params: Any) -> dict[str, Any]:
        """Raises CallFailed."""
        from botocore import xform_name
        from botocore.exceptions import ClientError

        made = self.clients.setdefault(service, None) or client(service)
        self.clients[service] = made
        try:
            answer: dict[str, Any] = getattr(made, xform_name(operation))(**params)
        except ClientError as error:
            raise refused(error) from None
        return answer

    def pages(
        self, operation: str, result: str, /, service: str = "sagemaker", **params: Any
    ) -> Iterator[dict[str, Any]]:
        token_in, token_out = BY_NAME[service].tokens
        while True:
            page = self.call(operation, service, **params)
            yield from page.get(result, [])
            if not page.get(token_out):
                return
            params = {**params, token_in: page[token_out]}


def refused(error: Any) -> CallFailed:
    """botocore's ClientError in the form that smkit's own client raises."""
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 500)
    told = error.response["Error"]
    return CallFailed(status, told["Code"], told["Message"])


def caller() -> Caller:
    return Caller({})


def find(operation: str, **params: Any) -> dict[str, Any] | None:
    """What a Describe operation answers; None where there is no such record."""
    try:
        return caller().call(operation, **params)
    except CallFailed as failure:
        if failure.status >= 500:
            raise
        return None


def region() -> str:
    return str(client("sagemaker").meta.region_name)


def account() -> str:
    if ensure_side() == "local":
        return Home.from_environment().settings.account
    return str(client("sts").get_caller_identity()["Account"])


def default_bucket() -> str:
    """``sagemaker-<region>-<account>``, as the SageMaker SDK names it; made if it is missing."""
    where = region()
    name = f"sagemaker-{where}-{account()}"
    s3 = client("s3")
    if name not in {bucket["Name"] for bucket in s3.list_buckets()["Buckets"]}:
        place = {"CreateBucketConfiguration": {"LocationConstraint": where}}
        s3.create_bucket(Bucket=name, **({} if where == "us-east-1" else place))
    return name


def role() -> str:
    """The role that jobs run under; on AWS, the one that this process itself has assumed."""
    if ensure_side() == "local":
        return role_arn(account())
    arn = str(client("sts").get_caller_identity()["Arn"])
    match = re.fullmatch(r"arn:(aws[\w-]*):sts::(\d+):assumed-role/([^/]+)/.+", arn)
    if match is None:
        raise ValueError(f"{arn} is not a role: name the one that jobs run under, role=…")
    return str(client("iam").get_role(RoleName=match[3])["Role"]["Arn"])


def unique(base: str) -> str:
    """A name for a job, made of letters, digits and hyphens, at most 63 long."""
    now = time.time()
    return f"{_stem(base)}-{time.strftime('%m%d-%H%M%S', time.localtime(now))}-{int(now % 1 * 1000):03d}"


def made_from(base: str, name: str) -> bool:
    """Whether ``unique(base)`` may have made the name."""
    return bool(re.fullmatch(re.escape(_stem(base)) + r"-\d{4}-\d{6}-\d{3}", name))


def _stem(base: str) -> str:
    return re.sub(r"[^A-Za-z0-9]+", "-", base).strip("-")[:40].rstrip("-") or "job"
