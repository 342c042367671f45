"""What an endpoint answered, as Python values."""

from __future__ import annotations

from pathlib import Path

import boto3
import pytest

from jupyter_smkit import workflow as sm
from jupyter_smkit.compute.images import uri
from jupyter_smkit.workflow.endpoints import parse


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("1.5\n-2\n1e-07\n", [1.5, -2.0, 1e-07]),
        ('late\n"on, time"\n', ["late", "on, time"]),
        ("007\n1_000\n0\n0.5\n", ["007", "1_000", 0.0, 0.5]),
        ("yes,0.9\nno,0.1\n", [["yes", 0.9], ["no", 0.1]]),
    ],
)
def test_numbers_are_numbers_and_labels_stay(body: str, expected: list[object]) -> None:
    assert parse(body.encode(), "text/csv") == expected


def test_what_another_endpoint_uses_stays(tmp_path: Path) -> None:
    (tmp_path / "model.tar.gz").write_text("no archive")
    boto3.client("s3").create_bucket(Bucket="endpoints-of-one-model")
    data = sm.upload(tmp_path / "model.tar.gz", "s3://endpoints-of-one-model/no-archive/")
    container = {"Image": uri("sagemaker-scikit-learn", "us-east-1"), "ModelDataUrl": data}
    first = sm.deploy(container, "shares-one", wait=False)
    boto3.client("sagemaker").create_endpoint(
        EndpointName="shares-two", EndpointConfigName="shares-one"
    )
    second = sm.Endpoint("shares-two")
    for endpoint in (first, second):
        with pytest.raises(sm.EndpointFailed):
            endpoint.wait()
    second.delete()
    client = boto3.client("sagemaker")
    assert client.describe_endpoint_config(EndpointConfigName="shares-one")
    first.delete()
    assert not client.list_endpoint_configs(NameContains="shares-one")["EndpointConfigs"]
    assert not client.list_models(NameContains="shares-one")["Models"]
