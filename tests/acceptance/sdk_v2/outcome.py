"""What a scenario looks at: what was printed, refused, waited for."""

from __future__ import annotations

import io
from collections.abc import Callable
from contextlib import redirect_stdout
from typing import Any

import sagemaker
from botocore.exceptions import ClientError


def printed(call: Callable[[], Any]) -> str:
    """What the SDK prints while it waits: the job's log."""
    out = io.StringIO()
    with redirect_stdout(out):
        call()
    return out.getvalue()


def refused(call: Callable[[], Any], code: str, says: str = "") -> None:
    try:
        call()
    except ClientError as error:
        told = error.response["Error"]
        assert told["Code"] == code, told
        assert says in told["Message"], told
    else:
        raise AssertionError(f"this should have been refused with {code}")


def failed(wait: Callable[[], Any], says: str) -> None:
    """The SDK waits for a job that fails, and says why."""
    try:
        printed(wait)
    except sagemaker.exceptions.UnexpectedStatusException as error:
        assert says in str(error), error
    else:
        raise AssertionError("a failed job ended well")


def waited(client: Any, waiter: str, **name: str) -> None:
    client.get_waiter(waiter).wait(**name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
