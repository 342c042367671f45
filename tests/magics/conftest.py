from __future__ import annotations

import pytest


@pytest.fixture(scope="module", autouse=True)
def on_smkits_side(switched: None) -> None:
    """What is tested here runs in a process that was switched on."""
