"""What runs here and what there is."""

from __future__ import annotations

from typing import Any

from jupyter_smkit.client.calls import Client
from jupyter_smkit.config import Home


def status(home: Home) -> dict[str, Any]:
    """Address, processes, and counts of records by kind and status; starts nothing."""
    from jupyter_smkit.control import processes

    pids = processes.pids(home)
    found: dict[str, Any] = {"address": None, "home": str(home.path), "processes": pids}
    if home.base_url and all(pids.values()):
        found |= {"address": home.base_url, **Client.of(home, home.base_url).get("/_smkit/status")}
    return found
