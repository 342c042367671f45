"""The two forms of one request: CreateAutoMLJob's and CreateAutoMLJobV2's."""

from __future__ import annotations

from jupyter_smkit.state.records import Json

_SHARED = ("AutoMLJobName", "OutputDataConfig", "RoleArn", "AutoMLJobObjective")
_FURTHER = ("ModelDeployConfig", "Tags")
_OF_CHANNEL = ("TargetAttributeName", "SampleWeightAttributeName")
_OF_GENERATION = ("FeatureSpecificationS3Uri", "AlgorithmsConfig")


def to_v2(request: Json) -> Json:
    """A request of CreateAutoMLJob as CreateAutoMLJobV2 takes it; smkit keeps this form."""
    config = request.get("AutoMLJobConfig", {})
    generation = config.get("CandidateGenerationConfig", {})
    channels = request["InputDataConfig"]
    tabular = {
        **_some(config, "CompletionCriteria", "Mode"),
        **_some(request, "ProblemType", "GenerateCandidateDefinitionsOnly"),
        **_some(channels[0], *_OF_CHANNEL),
        **_some(generation, "FeatureSpecificationS3Uri"),
    }
    if "AlgorithmsConfig" in generation:
        tabular["CandidateGenerationConfig"] = _some(generation, "AlgorithmsConfig")
    return {
        **_some(request, *_SHARED, *_FURTHER),
        **_some(config, "SecurityConfig", "DataSplitConfig"),
        "AutoMLJobInputDataConfig": [_without(each, *_OF_CHANNEL) for each in channels],
        "AutoMLProblemTypeConfig": {"TabularJobConfig": tabular},
    }


def to_v1(request: Json) -> Json:
    """The kept form as DescribeAutoMLJob shows it."""
    job = tabular(request)
    of_channel = _some(job, *_OF_CHANNEL)
    generation = {
        **_some(job, "FeatureSpecificationS3Uri"),
        **job.get("CandidateGenerationConfig", {}),
    }
    config = {
        **_some(job, "CompletionCriteria", "Mode"),
        **_some(request, "SecurityConfig", "DataSplitConfig"),
        **({"CandidateGenerationConfig": generation} if generation else {}),
    }
    return {
        **_some(request, *_SHARED, "ModelDeployConfig"),
        **_some(job, "ProblemType"),
        "InputDataConfig": [{**each, **of_channel} for each in request["AutoMLJobInputDataConfig"]],
        "AutoMLJobConfig": config,
        "GenerateCandidateDefinitionsOnly": job.get("GenerateCandidateDefinitionsOnly", False),
    }


def tabular(request: Json) -> Json:
    """TabularJobConfig of the kept form."""
    found: Json = request["AutoMLProblemTypeConfig"]["TabularJobConfig"]
    return found


def _some(source: Json, *names: str) -> Json:
    return {name: source[name] for name in names if name in source}


def _without(source: Json, *names: str) -> Json:
    return {name: value for name, value in source.items() if name not in names}
