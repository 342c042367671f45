"""Kinds that would run something which smkit cannot run yet.

Their Create says so; there is none of them, so lists are empty and nothing is found. Whoever
builds one takes it out here and declares it in a feature of its own.
"""

from __future__ import annotations

from functools import partial

from jupyter_smkit.api import conventions
from jupyter_smkit.api.kinds import Kind
from jupyter_smkit.api.registry import Registry
from jupyter_smkit.api.states import NOT_YET

TUNING_JOB = Kind(
    "HyperParameterTuningJob",
    arn="hyper-parameter-tuning-job/{HyperParameterTuningJobName}",
    not_yet=True,
)
RECOMMENDATIONS_JOB = Kind(
    "InferenceRecommendationsJob",
    arn="inference-recommendations-job/{JobName}",
    key=("JobName",),
    not_yet=True,
)
INFERENCE_EXPERIMENT = Kind(
    "InferenceExperiment", arn="inference-experiment/{Name}", key=("Name",), not_yet=True
)
INFERENCE_COMPONENT = Kind(
    "InferenceComponent", arn="inference-component/{InferenceComponentName}", not_yet=True
)
FEATURE_GROUP = Kind("FeatureGroup", arn="feature-group/{FeatureGroupName}", not_yet=True)
TRAINING_PLAN = Kind("TrainingPlan", arn="training-plan/{TrainingPlanName}", not_yet=True)
RESERVED_CAPACITY = Kind(
    "ReservedCapacity",
    arn="reserved-capacity/{ReservedCapacityId}",
    key=("ReservedCapacityArn",),
    not_yet=True,
)
KINDS = (
    TUNING_JOB,
    RECOMMENDATIONS_JOB,
    INFERENCE_EXPERIMENT,
    INFERENCE_COMPONENT,
    FEATURE_GROUP,
    TRAINING_PLAN,
    RESERVED_CAPACITY,
    Kind(
        "TransformJob",
        arn="transform-job/{TransformJobName}",
        missing="Could not find requested job with name: {key}",
        missing_code="ValidationException",
        not_yet=True,
    ),
    Kind("LabelingJob", arn="labeling-job/{LabelingJobName}", not_yet=True),
    Kind("CompilationJob", arn="compilation-job/{CompilationJobName}", not_yet=True),
    Kind("OptimizationJob", arn="optimization-job/{OptimizationJobName}", not_yet=True),
    Kind("EdgePackagingJob", arn="edge-packaging-job/{EdgePackagingJobName}", not_yet=True),
    Kind("TrainingSession", arn="training-session/{TrainingSessionName}", not_yet=True),
    Kind("AIBenchmarkJob", arn="ai-benchmark-job/{AIBenchmarkJobName}", not_yet=True),
    Kind(
        "AIRecommendationJob", arn="ai-recommendation-job/{AIRecommendationJobName}", not_yet=True
    ),
    Kind("Job", arn="job/{JobCategory}/{JobName}", key=("JobCategory", "JobName"), not_yet=True),
)
_OF_ONE = {
    "ListTrainingJobsForHyperParameterTuningJob": TUNING_JOB,
    "ListInferenceRecommendationsJobSteps": RECOMMENDATIONS_JOB,
    "GetScalingConfigurationRecommendation": RECOMMENDATIONS_JOB,
    "StartInferenceExperiment": INFERENCE_EXPERIMENT,
    "UpdateInferenceComponentRuntimeConfig": INFERENCE_COMPONENT,
    "DescribeFeatureMetadata": FEATURE_GROUP,
    "UpdateFeatureMetadata": FEATURE_GROUP,
    "DescribeTrainingPlanExtensionHistory": TRAINING_PLAN,
    "ListUltraServersByReservedCapacity": RESERVED_CAPACITY,
}


def register(api: Registry) -> None:
    for operation, kind in _OF_ONE.items():
        api.operation("sagemaker", operation)(partial(conventions.describe, kind, api))
        api.states["sagemaker", operation] = NOT_YET
