"""What is recorded of Studio: domains, the registry, hubs, and what runs only on AWS."""

from jupyter_smkit.features import Feature

FEATURE = Feature(kinds="kinds")
