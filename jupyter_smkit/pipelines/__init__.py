"""Pipelines and their versions."""

from jupyter_smkit.features import Feature

FEATURE = Feature(kinds="kinds")
