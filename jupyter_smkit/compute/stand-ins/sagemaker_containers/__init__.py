"""What programs for AWS's older framework containers import: a stand-in, where it is not installed.

It holds what programs use; what only the containers themselves used says that it is not here.
"""

from sagemaker_containers.env import TrainingEnv, training_env

__all__ = ["TrainingEnv", "training_env"]
