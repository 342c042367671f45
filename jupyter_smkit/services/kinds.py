"""These services declare no kinds: their operations do not follow SageMaker's conventions."""

from __future__ import annotations

from jupyter_smkit.api.kinds import Kind

KINDS: tuple[Kind, ...] = ()
