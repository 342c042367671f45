"""The kinds of job that this feature runs."""

from jupyter_smkit.api.kinds import Kind
from jupyter_smkit.state.lifecycle import JOB

_TERMINAL = frozenset({"Completed", "Failed", "Stopped"})

PROCESSING_JOB = Kind(
    "ProcessingJob",
    arn="processing-job/{ProcessingJobName}",
    lifecycle=JOB,
    ascending=True,
    defaults={"StoppingCondition": {"MaxRuntimeInSeconds": 86400}},
    in_use="Job name must be unique within an AWS account and region, and a job with this name "
    "already exists ({key})",
    missing="Could not find requested job with name: {key}",
    missing_code="ValidationException",
    deletable=_TERMINAL,
)
TRAINING_JOB = Kind(
    "TrainingJob",
    arn="training-job/{TrainingJobName}",
    lifecycle=JOB,
    ascending=True,
    defaults={
        "SecondaryStatus": "Starting",
        "EnableInterContainerTrafficEncryption": False,
        "EnableManagedSpotTraining": False,
        "EnableNetworkIsolation": False,
    },
    in_use="Job name must be unique within an AWS account and region, and a job with this name "
    "already exists ({key})",
    missing="Requested resource not found.",
    missing_code="ValidationException",
    deletable=_TERMINAL,
)

KINDS = (PROCESSING_JOB, TRAINING_JOB)
