"""Experiments and their trials, and the lineage of what came of them."""

from jupyter_smkit.features import Feature

FEATURE = Feature(kinds="kinds")
