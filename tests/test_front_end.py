"""What the pages are told of SageMaker's model is what the installed botocore says."""

from __future__ import annotations

import runpy
from pathlib import Path

SCRIPT = Path(__file__).parents[1] / "scripts" / "front_end_model.py"


def test_the_pages_know_the_service_model() -> None:
    script = runpy.run_path(str(SCRIPT))
    told = script["TARGET"].read_text()
    assert told == script["written"](script["model"]()), f"run: python {SCRIPT.name}"
