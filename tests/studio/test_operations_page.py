from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit.api.dispatch import registry_of
from jupyter_smkit.api.registry import Registry
from jupyter_smkit.api.states import FULL, NOT_YET, RECORD_ONLY, page, states
from jupyter_smkit.client.calls import Client

PAGE = Path(__file__).parents[2] / "docs" / "operations.md"


@pytest.fixture(scope="module")
def registry() -> Registry:
    return registry_of()


def test_the_page_says_what_the_code_says(registry: Registry) -> None:
    assert PAGE.read_text() == page(registry), "run: python scripts/operations_page.py"


def test_most_operations_answer(registry: Registry) -> None:
    found = {each.operation: each for each in states(registry) if each.service == "sagemaker"}
    answering = [each for each in found.values() if each.state in (FULL, RECORD_ONLY)]
    assert len(answering) >= 280
    assert found["CreateTrial"].state == FULL
    assert found["CreateDomain"].state == RECORD_ONLY
    assert "JupyterLab" in found["CreateDomain"].note
    assert found["StartPipelineExecution"].state == NOT_YET
    assert found["ListTransformJobs"].note == "finds none"


def test_a_page_can_ask_what_has_no_effect_here(smkit: Any) -> None:
    answered = Client.of(smkit.home, smkit.url).get("/_smkit/operations")
    domain = next(each for each in answered if each["operation"] == "CreateDomain")
    assert (domain["state"], domain["kind"]) == (RECORD_ONLY, "Domain")


def test_what_is_recorded_only_says_what_aws_would_do(registry: Registry) -> None:
    for kind in registry.kinds.values():
        assert not (kind.no_effect and kind.lifecycle), kind.name
        assert not (kind.no_effect and kind.not_yet), kind.name
