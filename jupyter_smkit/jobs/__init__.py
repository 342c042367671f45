"""Processing and training jobs."""

from jupyter_smkit.features import Feature

FEATURE = Feature(kinds="kinds", reconcilers="controller")
