"""An endpoint, S3 and records used for minutes: no call fails, and no process grows."""

from __future__ import annotations

import time

from jupyter_smkit.control import lease, processes
from tests.chaos.conftest import CHAOS, megabytes
from tests.conftest import Smkit
from tests.endpoints.test_endpoints import constant, deploy, invoke

MINUTES = 10 * CHAOS


def test_ten_minutes_of_use_leave_nothing_behind(fresh_smkit: Smkit) -> None:
    deploy(fresh_smkit, "soaked", constant(7))
    s3, sagemaker = fresh_smkit.client("s3"), fresh_smkit.client("sagemaker")
    homes = [lease.holder(fresh_smkit.home.locks, role) for role in processes.ROLES]
    began, number = time.monotonic(), 0
    warm: dict[str, float] = {}
    while (passed := time.monotonic() - began) < MINUTES * 60:
        if passed > MINUTES * 12 and not warm:
            warm = megabytes(fresh_smkit)
        number += 1
        assert invoke(fresh_smkit, "soaked")["text"] == "7"
        s3.put_object(Bucket="models", Key=f"soak/{number % 50}", Body=bytes(1 << 16))
        s3.delete_object(Bucket="models", Key=f"soak/{(number + 25) % 50}")
        sagemaker.create_experiment(ExperimentName="soaked")
        sagemaker.delete_experiment(ExperimentName="soaked")
    assert [lease.holder(fresh_smkit.home.locks, role) for role in processes.ROLES] == homes
    for role, used in megabytes(fresh_smkit).items():
        assert used < warm[role] * 1.2 + 8, f"the {role} holds {used} MB, {warm[role]} when warm"
