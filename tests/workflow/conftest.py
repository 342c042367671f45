from __future__ import annotations

import os
from collections.abc import Iterator
from typing import TYPE_CHECKING

import boto3
import pytest

from jupyter_smkit.client import switch

if TYPE_CHECKING:
    from conftest import Smkit


@pytest.fixture(scope="module", autouse=True)
def switched(smkit: Smkit) -> Iterator[None]:
    """This process on smkit's side."""
    before = dict(os.environ)
    os.environ["SMKIT_HOME"] = str(smkit.home.path)
    boto3.DEFAULT_SESSION = None
    switch.switch_on(smkit.home)
    yield
    switch.leave()
    boto3.DEFAULT_SESSION = None
    os.environ.clear()
    os.environ.update(before)
