"""The kinds whose operations are bookkeeping, by subject."""

from __future__ import annotations

from jupyter_smkit.api.kinds import Kind
from jupyter_smkit.studio import (
    cards,
    catalogue,
    clusters,
    domains,
    edge_devices,
    hubs,
    images,
    later,
    notebooks,
    packages,
    servers,
    workforces,
)

SUBJECTS = (
    packages,
    cards,
    domains,
    notebooks,
    images,
    hubs,
    workforces,
    edge_devices,
    clusters,
    servers,
    catalogue,
    later,
)
KINDS: tuple[Kind, ...] = tuple(kind for subject in SUBJECTS for kind in subject.KINDS)
