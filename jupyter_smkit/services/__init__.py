"""The AWS services beside SageMaker that its clients call."""

from jupyter_smkit.features import Feature

FEATURE = Feature(chores="chores", services=("sts", "iam", "logs", "cloudwatch"))
