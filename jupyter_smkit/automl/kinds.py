"""The kind of record that this feature runs; V1 and V2 of the API describe the same one."""

from jupyter_smkit.api.kinds import Kind
from jupyter_smkit.state.lifecycle import JOB

AUTOML_JOB = Kind(
    "AutoMLJob",
    arn="automl-job/{AutoMLJobName}",
    lifecycle=JOB,
    sort_by="Name",
    in_use="An AutoML job with the name {key} already exists in this account and region",
    missing="Could not find AutoML job {key}.",
)
KINDS = (AUTOML_JOB,)
