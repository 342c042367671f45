"""Data flows."""

from jupyter_smkit.features import Feature

FEATURE = Feature(images="images")
