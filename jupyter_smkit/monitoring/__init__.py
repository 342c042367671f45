"""Monitoring schedules and the definitions of their jobs."""

from jupyter_smkit.features import Feature

FEATURE = Feature(kinds="kinds")
