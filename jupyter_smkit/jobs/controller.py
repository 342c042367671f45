"""What the daemon does for jobs."""

from jupyter_smkit.jobs import processing, training

RECONCILERS = {"ProcessingJob": processing.reconcile, "TrainingJob": training.reconcile}
