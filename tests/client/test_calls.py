from __future__ import annotations

import hashlib
import json
import time
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
    payload = hashlib.sha256(smkit.bodies[-1]).hexdigest()
    sigv4.verify(request, found, secret, payload, time.time())
    assert (found.service, target) == ("smkit", "/_smkit/call/sagemaker/ListModels")
    assert json.loads(smkit.bodies[-1]) == {"MaxResults": 5}


def test_a_refusal_says_why(smkit: Server, home: Home) -> None:
    smkit.refusal = (400, {"__type": "com#ResourceNotFound", "message": "no such model"})
    with pytest.raises(CallFailed, match="no such model") as caught:
        Client.of(home, smkit.url).call("DescribeModel", ModelName="m")
    assert (caught.value.status, caught.value.code) == (400, "ResourceNotFound")
