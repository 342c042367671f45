"""Whose child a record becomes: smkit itself says so, and nobody else."""

from __future__ import annotations

import json
import time
from dataclasses import replace

from jupyter_smkit.api.caller import PARENT
from jupyter_smkit.api.credentials import Credentials, new_credential
from jupyter_smkit.state.engine import connect, url_of
from jupyter_smkit.state.records import State
from tests.api.conftest import Api


def create(api: Api, name: str, parent: str = "", *, signed: bool = True) -> tuple[int, str]:
    headers = {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": "SageMaker.CreateExperiment",
    }
    told = {PARENT: parent} if parent else {}
    body = json.dumps({"ExperimentName": name}).encode()
    made = api.signed("sagemaker", "POST", "/", headers | (told if signed else {}), body)
    status, answer = api.exchange("POST", "/", made | told, body)
    return status, json.loads(answer).get("__type", "")


def test_only_smkits_own_key_names_a_parent(api: Api) -> None:
    status, _ = create(api, "mother")
    assert status == 200
    arn = "arn:aws:sagemaker:us-east-1:123456789012:experiment/mother"
    assert create(api, "child", arn) == (200, "")
    state = State(connect(url_of(api.home)), time.time)
    child = state.get("123456789012", "us-east-1", "Experiment", "child")
    assert child is not None and child.parent == arn
    told = [event.parent for event in state.events(0) if event.key == "child"]
    assert told == [arn]
    state.engine.dispose()

    assert create(api, "orphan", f"{arn}-gone") == (400, "ValidationException")
    assert create(api, "unsigned", arn, signed=False) == (403, "AccessDeniedException")
    other = new_credential("123456789012")
    Credentials(api.home.credentials).add(other)
    stranger = replace(api, credential=other)
    assert create(stranger, "forged", arn) == (403, "AccessDeniedException")
    assert create(stranger, "plain") == (200, "")
    stranger.connection.close()
