"""Experiments, trials and their components; artifacts, contexts, actions and associations."""

from __future__ import annotations

from jupyter_smkit.experiments import lineage, trials

KINDS = (*trials.KINDS, *lineage.KINDS)
