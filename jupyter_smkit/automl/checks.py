"""What CreateAutoMLJob refuses beyond the constraints of the service model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jupyter_smkit.api.errors import NotSupportedYet, ValidationException
from jupyter_smkit.automl.objectives import objectives_of
from jupyter_smkit.automl.portfolio import ALGORITHMS, FORECASTING_ONLY, NEEDS_TORCH
from jupyter_smkit.automl.requests import tabular
from jupyter_smkit.automl.task import CSV, PARQUET
from jupyter_smkit.state.records import Json


def check_v1(request: Json) -> None:
    """What only the first form can say wrongly: channels that name different columns."""
    for member in ("TargetAttributeName", "SampleWeightAttributeName"):
        named = {channel.get(member) for channel in request["InputDataConfig"]}
        if len(named) > 1:
            raise ValidationException(f"All channels of InputDataConfig need the same {member}")


def check(request: Json) -> None:
    """``request`` in the second form. Raises ValidationException and NotSupportedYet."""
    given = request["AutoMLProblemTypeConfig"]
    if set(given) != {"TabularJobConfig"}:
        raise NotSupportedYet(f"AutoMLProblemTypeConfig.{next(iter(given), '')}")
    _check_channels(request["AutoMLJobInputDataConfig"])
    job = tabular(request)
    _check_objective(job.get("ProblemType"), request.get("AutoMLJobObjective"))
    if job.get("Mode") == "HYPERPARAMETER_TUNING":
        raise NotSupportedYet("Mode HYPERPARAMETER_TUNING (use ENSEMBLING or AUTO)")
    for config in job.get("CandidateGenerationConfig", {}).get("AlgorithmsConfig", ()):
        _check_algorithms(config["AutoMLAlgorithms"])
    fraction = request.get("DataSplitConfig", {}).get("ValidationFraction")
    if fraction is not None and not 0 < fraction < 1:
        raise ValidationException("ValidationFraction must be greater than 0 and less than 1")
    _check_deployment(request.get("ModelDeployConfig"))


def content_type(channel: Mapping[str, Any]) -> str:
    """The channel's content type without blanks, in lower case; CSV where none is given."""
    return "".join(str(channel.get("ContentType") or CSV).split()).lower()


def _check_channels(channels: list[Json]) -> None:
    kinds = [channel.get("ChannelType", "training") for channel in channels]
    if kinds.count("training") != 1 or kinds.count("validation") > 1:
        raise ValidationException(
            "InputDataConfig needs one channel of type training and at the most one of type "
            "validation"
        )
    for channel in channels:
        source = channel.get("DataSource", {}).get("S3DataSource")
        if not source:
            raise ValidationException("Every channel needs a DataSource with an S3DataSource")
        if source["S3DataType"] == "AugmentedManifestFile":
            raise ValidationException("Tabular data takes S3DataType S3Prefix or ManifestFile")
        if content_type(channel) not in (CSV, PARQUET):
            raise ValidationException(
                f"ContentType {channel['ContentType']} is not supported for tabular data: use "
                f"{CSV} or {PARQUET}"
            )
    if len({content_type(channel) for channel in channels}) > 1:
        raise ValidationException("Channels for training and validation need one ContentType")


def _check_objective(problem_type: str | None, objective: Json | None) -> None:
    if (problem_type is None) != (objective is None):
        raise ValidationException(
            "Either both ProblemType and AutoMLJobObjective must be provided or none at all"
        )
    if problem_type is None or objective is None:
        return
    name, possible = objective["MetricName"], objectives_of(problem_type)
    if name not in possible:
        raise ValidationException(
            f"{name} is not an objective metric for the problem type {problem_type}; use one of "
            f"{', '.join(possible)}"
        )


def _check_algorithms(names: list[str]) -> None:
    if forecasting := [name for name in names if name in FORECASTING_ONLY]:
        raise ValidationException(f"{forecasting[0]} is an algorithm for time series only")
    if not ALGORITHMS.intersection(names):
        needing = [name for name in names if name in NEEDS_TORCH]
        raise NotSupportedYet(f"AutoMLAlgorithms {', '.join(needing or names)} alone")


def _check_deployment(config: Json | None) -> None:
    if config is None:
        return
    generated, name = config.get("AutoGenerateEndpointName", False), config.get("EndpointName")
    if generated and name:
        raise ValidationException("Do not give EndpointName with AutoGenerateEndpointName true")
    if not generated and not name:
        raise ValidationException(
            "ModelDeployConfig needs an EndpointName, or AutoGenerateEndpointName true"
        )
