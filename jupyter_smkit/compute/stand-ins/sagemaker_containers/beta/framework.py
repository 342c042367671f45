"""The one door by which programs come in."""

from sagemaker_containers import content_types, encoders, entry_point, env, errors, worker
from sagemaker_containers.absent import Absent
from sagemaker_containers.env import training_env

files = Absent("files")
functions = Absent("functions")
logging = Absent("logging")
mapping = Absent("mapping")
modules = Absent("modules")
mpi = Absent("mpi")
params = Absent("params")
process = Absent("process")
runner = Absent("runner")
server = Absent("server")
trainer = Absent("trainer")
transformer = Absent("transformer")

__all__ = [
    "content_types",
    "encoders",
    "entry_point",
    "env",
    "errors",
    "files",
    "functions",
    "logging",
    "mapping",
    "modules",
    "mpi",
    "params",
    "process",
    "runner",
    "server",
    "trainer",
    "training_env",
    "transformer",
    "worker",
]
