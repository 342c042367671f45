"""Registers every subject's kinds and the few operations of each that differ."""

from __future__ import annotations

from functools import partial

from jupyter_smkit.api.registry import Registry
from jupyter_smkit.api.states import operations_route
from jupyter_smkit.studio.kinds import KINDS, SUBJECTS


def register(api: Registry) -> None:
    for kind in KINDS:
        api.kind(kind)
    for subject in SUBJECTS:
        subject.register(api)
    api.routes["operations"] = partial(operations_route, api)
