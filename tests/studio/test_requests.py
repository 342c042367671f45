"""Whatever is asked of the bookkeeping operations, the answer is an answer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jupyter_smkit.api import conventions
from jupyter_smkit.api.dispatch import registry_of
from jupyter_smkit.features import NAMES, feature


@pytest.fixture(scope="module")
def sm(api: Any) -> Any:
    return api.client("sagemaker", region="af-south-1", parameter_validation=False)


def operations() -> list[str]:
    registry = registry_of(name for name in NAMES if not feature(name).reconcilers)
    found = {name for service, name in registry.operations if service == "sagemaker"}
    for kind in registry.kinds.values():
        found |= conventions.operations(kind, registry).keys()
    later = {kind.operation("Create") for kind in registry.kinds.values() if kind.not_yet}
    return sorted(found - later)


@pytest.mark.parametrize("operation", operations())
@settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
@given(data=st.data())
def test_no_request_is_answered_with_an_internal_error(
    operation: str, sm: Any, complete: Callable[[str], Any], data: st.DataObject
) -> None:
    request = data.draw(complete(operation))
    try:
        getattr(sm, xform_name(operation))(**request)
    except ClientError as error:
        assert 400 <= error.response["ResponseMetadata"]["HTTPStatusCode"] < 500
