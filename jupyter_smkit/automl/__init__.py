"""AutoML jobs and their candidates."""

from jupyter_smkit.features import Feature

FEATURE = Feature(kinds="kinds", reconcilers="controller", images="images")
