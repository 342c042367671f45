from __future__ import annotations

import json
import os

import pytest

from jupyter_smkit.client.environment import SITE, client_environment
from jupyter_smkit.config import Home

URL = "http://127.0.0.1:4000"


def test_lists_are_extended_and_not_replaced(home: Home) -> None:
    environ = {"PYTHONPATH": "/mine", "HTTP_PROXY": "http://proxy:1", "NO_PROXY": "example.org"}
    found = client_environment(home, URL, environ)
    assert found["PYTHONPATH"] == f"{SITE}{os.pathsep}/mine"
    assert found["NO_PROXY"] == "127.0.0.1,example.org"
    again = client_environment(home, URL, {**environ, **found})
    assert again == found


@pytest.mark.parametrize("name", ["NO_PROXY", "no_proxy"])
def test_what_passes_a_proxy_by_still_does(home: Home, name: str) -> None:
    environ = {"all_proxy": "http://proxy:1", name: "example.org"}
    found = client_environment(home, URL, environ)
    assert found["NO_PROXY"] == found["no_proxy"] == "127.0.0.1,example.org"


def test_the_sdks_defaults_are_written(home: Home) -> None:
    found = client_environment(home, URL, {})
    with open(found["SAGEMAKER_USER_CONFIG_OVERRIDE"]) as file:
        modules = json.load(file)["SageMaker"]["PythonSDK"]["Modules"]
    assert modules["Session"] == {"DefaultS3Bucket": "sagemaker-us-east-1-123456789012"}
    assert modules["TelemetryOptOut"] is True
