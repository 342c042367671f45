"""Endpoints that failed: they may be deleted, and nothing else; and they leave smkit in peace."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.control import lease
from jupyter_smkit.control.processes import wait_until
from jupyter_smkit.state import wake
from jupyter_smkit.state.engine import connect, url_of
from jupyter_smkit.state.records import State
from tests.endpoints.test_endpoints import archive, config, model, settled
from tests.endpoints.test_updates import workers

NAMES = ("broken-one", "broken-two")


def seconds_of(smkit: Any) -> float:
    """The daemon's CPU time so far."""
    pid = lease.holder(smkit.home.locks, "daemon")
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def refused(call: Callable[..., Any], **params: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**params)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    return str(error.value.response["Error"]["Message"])


def leave_in_updating(smkit: Any, *names: str) -> None:
    """As smkit left them that took an update of a failed endpoint."""
    engine = connect(url_of(smkit.home))
    state = State(engine, time.time)
    for name in names:
        record = state.get("123456789012", "us-east-1", "Endpoint", name)
        assert record is not None
        observed = {"FailureReason": None}
        state.change(
            record, status="Updating", request={"EndpointConfigName": "fails"}, observed=observed
        )
    engine.dispose()
    wake.ring(smkit.home.run / "wake")


def test_a_failed_endpoint_may_only_be_deleted(smkit: Any) -> None:
    client = smkit.client("sagemaker")
    model(smkit, "fails", archive(**{"code/inference.py": b"raise ValueError('no')\n"}))
    config(smkit, "fails", fails=1.0)
    log = smkit.home.run / "daemon.log"
    size, began, used = log.stat().st_size, time.monotonic(), seconds_of(smkit)
    for name in NAMES:
        client.create_endpoint(EndpointName=name, EndpointConfigName="fails")
    for name in NAMES:
        assert settled(smkit, name)["EndpointStatus"] == "Failed"
    says = refused(client.update_endpoint, EndpointName=NAMES[0], EndpointConfigName="fails")
    assert says.startswith("Cannot update failed endpoint")
    says = refused(
        client.update_endpoint_weights_and_capacities,
        EndpointName=NAMES[0],
        DesiredWeightsAndCapacities=[{"VariantName": "fails", "DesiredWeight": 2.0}],
    )
    assert says.startswith("Cannot update failed endpoint")

    leave_in_updating(smkit, *NAMES)
    for name in NAMES:
        found = settled(smkit, name)
        assert (found["EndpointStatus"], found["EndpointConfigName"]) == ("Failed", "fails")
        assert "did not pass the ping health check" in found["FailureReason"]
        client.delete_endpoint(EndpointName=name)
    assert wait_until(lambda: not any(workers(smkit, name) for name in NAMES), 20)
    assert log.stat().st_size - size < 2_000
    assert seconds_of(smkit) - used < 1.0 + 0.2 * (time.monotonic() - began)
