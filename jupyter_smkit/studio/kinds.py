"""The kinds whose operations are bookkeeping, by subject."""

from __future__ import annotations

from jupyter_smkit.api.kinds import Kind
from jupyter_smkit.studio import (
    cards,
    catalogue,
    clusters,
    domains,
    edge,
    experiments,
    hubs,
    images,
    later,
    lineage,
    monitoring,
    notebooks,
    packages,
    pipelines,
    servers,
    workforces,
)

SUBJECTS = (
    experiments,
    lineage,
    packages,
    cards,
    pipelines,
    domains,
    notebooks,
    images,
    monitoring,
    hubs,
    workforces,
    edge,
    clusters,
    servers,
    catalogue,
    later,
)
KINDS: tuple[Kind, ...] = tuple(kind for subject in SUBJECTS for kind in subject.KINDS)
