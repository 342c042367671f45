"""What smkit is made of: each feature is declared once, in its package, as ``FEATURE``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any

NAMES = (
    "services",
    "jobs",
    "endpoints",
    "wrangler",
    "automl",
    "experiments",
    "pipelines",
    "monitoring",
    "studio",
)
"""Packages of ``jupyter_smkit``, in the order in which they are put together."""


@dataclass(frozen=True)
class Feature:
    """A feature's parts, each by the name of the package's module that holds it; empty where there
    is none. A module is imported by the processes that need the part, and when they do."""

    operations: str = "operations"
    """``register(api: api.registry.Registry)``"""
    kinds: str = ""
    """``KINDS: Sequence[api.kinds.Kind]``"""
    reconcilers: str = ""
    """``RECONCILERS: Mapping[str, control.reconcile.Reconcile]``, by the names of kinds."""
    chores: str = ""
    """``CHORES: Sequence[control.chores.Chore]``, what the daemon does from time to time."""
    helpers: str = ""
    """``HELPERS: Sequence[control.helpers.Helper]``, its processes beside the daemon."""
    images: str = ""
    """``IMAGES: Mapping[str, compute.images.Image]``, by repository."""
    services: tuple[str, ...] = ("sagemaker",)
    """Of ``api.services``, those whose operations it answers."""


def feature(name: str) -> Feature:
    found: Feature = import_module(f"jupyter_smkit.{name}").FEATURE
    return found


def part(name: str, wanted: str) -> Any:
    """``part("jobs", "kinds")``: the module ``jobs.kinds``; None where the feature has no such part."""
    module = getattr(feature(name), wanted)
    return import_module(f"jupyter_smkit.{name}.{module}") if module else None


def parts(wanted: str, names: Iterable[str] = NAMES) -> Iterator[Any]:
    """``parts("chores")``: what each feature's module of that part holds as ``CHORES``."""
    for name in names:
        if (module := part(name, wanted)) is not None:
            yield getattr(module, wanted.upper())
