"""The operations of experiments and of lineage that differ."""

from __future__ import annotations

from jupyter_smkit.api.registry import Registry
from jupyter_smkit.experiments import lineage, trials


def register(api: Registry) -> None:
    trials.register(api)
    lineage.register(api)
