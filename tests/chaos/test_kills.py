"""smkit's processes killed again and again while a client works: nothing acknowledged is lost."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from random import Random
from typing import Any

from botocore.exceptions import ClientError

from jupyter_smkit import serve
from jupyter_smkit.control import lease, processes
from tests.chaos.conftest import times
from tests.conftest import Smkit
from tests.jobs.conftest import finished, job

CODE = """
import time
time.sleep({seconds})
open("/opt/ml/processing/output/made", "w").write("{name}")
"""
ATTEMPTS_SPARED = 2
"""A job may lose its supervisor twice; the third time it fails, as it should."""


def asked(smkit: Smkit, name: str, seconds: float) -> dict[str, Any]:
    made = {"S3Uri": f"s3://code/{name}/out", "LocalPath": "/opt/ml/processing/output"}
    output = {"OutputName": "made", "S3Output": {**made, "S3UploadMode": "EndOfJob"}}
    code = CODE.format(seconds=seconds, name=name)
    return job(smkit, name, code, ProcessingOutputConfig={"Outputs": [output]})


def smkit_loses_one(smkit: Smkit, chance: Random, killed: Counter[str]) -> None:
    """One of its processes, and some supervisors."""
    pid = lease.holder(smkit.home.locks, chance.choice(processes.ROLES))
    victims = [] if pid is None else [pid]
    for launch in smkit.launches():
        seen = smkit.supervisor(launch)
        spared = "pid" not in seen or "ended" in seen or killed[launch] == ATTEMPTS_SPARED
        if not spared and chance.random() < 0.3:
            killed[launch] += 1
            victims.append(seen["pid"])
    for pid in victims:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def test_nothing_that_was_acknowledged_is_lost(
    fresh_smkit: Smkit, patient: Callable[[str], Any]
) -> None:
    chance, killed = Random(0), Counter[str]()
    sagemaker, s3 = patient("sagemaker"), patient("s3")
    written: dict[str, bytes] = {}
    requests = [asked(fresh_smkit, f"chaos-{n}", chance.random() * 4) for n in range(times(60))]
    for number, request in enumerate(requests):
        # As the hook of a kernel does: nobody is left to start it where edge and daemon are killed.
        serve.ensure_running(fresh_smkit.home)
        smkit_loses_one(fresh_smkit, chance, killed)
        try:
            sagemaker.create_processing_job(**request)
        except ClientError as error:
            # The answer was lost on the way: the second try finds the job.
            assert "already exist" in str(error)
        key, body = f"kept/{number % 7}", chance.randbytes(chance.randrange(1 << 18))
        s3.put_object(Bucket="code", Key=key, Body=body)
        written[key] = body
    serve.ensure_running(fresh_smkit.home)
    for request in requests:
        name = request["ProcessingJobName"]
        found = finished(fresh_smkit, name, 120)
        assert found["ProcessingJobStatus"] == "Completed", found.get("FailureReason")
        body = s3.get_object(Bucket="code", Key=f"{name}/out/made")["Body"].read()
        assert body.decode() == name
    for key, body in written.items():
        assert s3.get_object(Bucket="code", Key=key)["Body"].read() == body
