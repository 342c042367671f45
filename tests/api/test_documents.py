"""The readers and writers that threads share."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from threading import Barrier, Thread
from typing import Any

import pytest

from jupyter_smkit.api import models
from jupyter_smkit.api.protocols.documents import Encoding, Readers, reader, writer

AT_ONCE = 8
DOCUMENT = {
    "TrainingJobName": "a",
    "RoleArn": "b",
    "Environment": {"c": "d"},
    "RetryStrategy": {"MaximumRetryAttempts": 1},
    "SessionChainingConfig": {"EnableSessionTagChaining": True},
}


@pytest.fixture
def hasty_threads() -> Iterator[None]:
    """Threads that take turns as often as Python lets them."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def _read(shape: Any) -> Callable[[Any], Any]:
    return reader(shape, Readers(by_member=False))


def _write(shape: Any) -> Callable[[Any], Any]:
    return writer(shape, Encoding(blob=bytes, timestamp=lambda form: float))


@pytest.mark.parametrize("make", [_read, _write])
def test_the_first_requests_of_a_shape_may_come_at_once(hasty_threads: None, make: Any) -> None:
    shape = models.service("sagemaker").operation_model("CreateTrainingJob").input_shape
    for _ in range(50):
        convert, start, found = make(shape), Barrier(AT_ONCE), []

        def run(convert: Any = convert, start: Barrier = start, found: Any = found) -> None:
            start.wait()
            found.append(convert(DOCUMENT))

        threads = [Thread(target=run) for _ in range(AT_ONCE)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert found == [DOCUMENT] * AT_ONCE
