from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.client.calls import CallFailed, Client

if TYPE_CHECKING:
    from conftest import Server

    from jupyter_smkit.config import Home


def test_a_call_is_signed_so_that_it_verifies(smkit: Server, home: Home) -> None:
    client = Client.of(home, smkit.url)
    assert client.call("ListModels", MaxResults=5) == {}
    method, target, headers = smkit.last()
    request = sigv4.Request(method, target, headers)
    found = sigv4.parse(request)
    secret = Credentials(home.credentials).default().secret
    expected = sigv4.sign(
        sigv4.Request(method, target, {"host": headers["host"]}),
        access_key=found.access_key,
        secret=secret,
        region="us-east-1",
        service="sagemaker",
        body=smkit.bodies[-1],
        now=_seconds(found.timestamp),
    )
    assert headers["authorization"] == expected["authorization"]
    assert headers["x-amz-target"] == "SageMaker.ListModels"
    assert json.loads(smkit.bodies[-1]) == {"MaxResults": 5}


def test_a_refusal_says_why(smkit: Server, home: Home) -> None:
    smkit.refusal = (400, {"__type": "com#ResourceNotFound", "message": "no such model"})
    with pytest.raises(CallFailed, match="no such model") as caught:
        Client.of(home, smkit.url).call("DescribeModel", ModelName="m")
    assert (caught.value.status, caught.value.code) == (400, "ResourceNotFound")


def _seconds(timestamp: str) -> float:
    return datetime.strptime(timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC).timestamp()
