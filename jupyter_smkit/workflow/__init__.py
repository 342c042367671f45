"""The main job in Python calls, on smkit or on AWS: what the magics do, for scripts.

Every function calls operations of the SageMaker API; a process that was not switched to either
side is switched to smkit by the first call.
"""

from jupyter_smkit.client.switch import side, switch_off, switch_on
from jupyter_smkit.workflow.automl import candidates, train_automl
from jupyter_smkit.workflow.data import put_dataframe, read_dataframe, upload
from jupyter_smkit.workflow.deletion import delete
from jupyter_smkit.workflow.deployment import deploy, deploy_code, deploy_model
from jupyter_smkit.workflow.endpoints import Endpoint, EndpointFailed, invoke, predict
from jupyter_smkit.workflow.flows import run_flow, wrangle
from jupyter_smkit.workflow.jobs import Job, JobFailed, process

__all__ = [
    "Endpoint",
    "EndpointFailed",
    "Job",
    "JobFailed",
    "candidates",
    "delete",
    "deploy",
    "deploy_code",
    "deploy_model",
    "invoke",
    "predict",
    "process",
    "put_dataframe",
    "read_dataframe",
    "run_flow",
    "side",
    "switch_off",
    "switch_on",
    "train_automl",
    "upload",
    "wrangle",
]
