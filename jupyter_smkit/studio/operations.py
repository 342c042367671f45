"""The few operations of each subject that differ."""

from __future__ import annotations

from jupyter_smkit.api.registry import Registry
from jupyter_smkit.studio.kinds import SUBJECTS


def register(api: Registry) -> None:
    for subject in SUBJECTS:
        subject.register(api)
