"""What the edge may serve, as the endpoints controller wrote it."""

from __future__ import annotations

import json
from pathlib import Path

from jupyter_smkit.gateway.routes import Routes

ROUTE = ("123456789012", "us-east-1", "here")


def test_an_endpoint_is_found_as_soon_as_it_is_written(tmp_path: Path) -> None:
    file = tmp_path / "routes.json"
    routes = Routes(file)
    assert routes.find(ROUTE) is None
    variant = {"name": "A", "weight": 1.0, "workers": ["/run/a.sock"], "log": ""}
    file.write_text(json.dumps({"endpoints": {"/".join(ROUTE): {"variants": [variant]}}}))
    found = routes.find(ROUTE)
    assert found is not None
    assert found.variants[0].workers == ("/run/a.sock",)


def test_a_file_that_cannot_be_read_leaves_the_routes(tmp_path: Path) -> None:
    file = tmp_path / "routes.json"
    file.write_text(json.dumps({"endpoints": {"/".join(ROUTE): {"variants": []}}}))
    routes = Routes(file)
    assert routes.find(ROUTE) is not None
    file.write_text("{half")
    routes.refresh()
    assert routes.find(ROUTE) is not None
