"""Models, endpoint configurations and endpoints."""

from jupyter_smkit.features import Feature

FEATURE = Feature(kinds="kinds", reconcilers="controller")
