"""Registers every subject's kinds and the few operations of each that differ."""

from __future__ import annotations

from jupyter_smkit.api.registry import Registry
from jupyter_smkit.studio.kinds import KINDS, SUBJECTS


def register(api: Registry) -> None:
    for kind in KINDS:
        api.kind(kind)
    for subject in SUBJECTS:
        subject.register(api)
