"""Five hundred jobs asked for at once by two accounts: all end, and smkit stays small."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from jupyter_smkit.api.credentials import Credentials, new_credential
from jupyter_smkit.control.processes import wait_until
from tests.chaos.conftest import megabytes, times
from tests.conftest import ROLE, Smkit

ACCOUNTS = ("123456789012", "210987654321")


def request(name: str) -> dict[str, Any]:
    machine = {"InstanceCount": 1, "InstanceType": "ml.m5.large", "VolumeSizeInGB": 1}
    return {
        "ProcessingJobName": name,
        "RoleArn": ROLE,
        "AppSpecification": {"ImageUri": "python", "ContainerEntrypoint": ["true"]},
        "ProcessingResources": {"ClusterConfig": machine},
    }


def test_five_hundred_jobs_of_two_accounts_end(fresh_smkit: Smkit) -> None:
    number = times(250)
    clients = {}
    for account in ACCOUNTS:
        Credentials(fresh_smkit.home.credentials).add(credential := new_credential(account))
        clients[account] = replace(fresh_smkit, credential=credential).client("sagemaker")
    for account, client in clients.items():
        for each in range(number):
            client.create_processing_job(**request(f"many-{account}-{each}"))
    before = megabytes(fresh_smkit)

    def listed(client: Any, **of: Any) -> list[dict[str, Any]]:
        pages = client.get_paginator("list_processing_jobs").paginate(**of)
        return [each for page in pages for each in page["ProcessingJobSummaries"]]

    def ended(client: Any) -> int:
        return len(listed(client, StatusEquals="Completed"))

    assert wait_until(lambda: sum(map(ended, clients.values())) == 2 * number, 4 * number)
    for role, used in megabytes(fresh_smkit).items():
        assert used < before[role] + 64, f"the {role} holds {used} MB, {before[role]} at first"
    assert wait_until(lambda: not fresh_smkit.launches(), 30)
    # Neither account waits for the other, although the second asked when the first had asked all.
    ends = sorted(
        (each["ProcessingEndTime"], account)
        for account, client in clients.items()
        for each in listed(client)
    )
    half = [account for _, account in ends[: len(ends) // 2]]
    assert min(half.count(account) for account in ACCOUNTS) > len(half) // 4
