"""One request in its two forms, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.automl import requests
from jupyter_smkit.automl.launching import launch
from jupyter_smkit.automl.portfolio import RECIPES, hyperparameters, recipes
from jupyter_smkit.automl.task import Task

from .conftest import ROLE, World, tabular

SOURCE = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/train/"}}
V1: dict[str, Any] = {
    "AutoMLJobName": "churn",
    "InputDataConfig": [
        {"DataSource": SOURCE, "TargetAttributeName": "y", "SampleWeightAttributeName": "w"}
    ],
    "OutputDataConfig": {"S3OutputPath": "s3://data/output"},
    "ProblemType": "Regression",
    "AutoMLJobObjective": {"MetricName": "MAE"},
    "AutoMLJobConfig": {
        "CompletionCriteria": {"MaxCandidates": 4, "MaxAutoMLJobRuntimeInSeconds": 60},
        "SecurityConfig": {"EnableInterContainerTrafficEncryption": False},
        "CandidateGenerationConfig": {
            "FeatureSpecificationS3Uri": "s3://data/features.json",
            "AlgorithmsConfig": [{"AutoMLAlgorithms": ["xgboost", "catboost"]}],
        },
        "DataSplitConfig": {"ValidationFraction": 0.3},
        "Mode": "ENSEMBLING",
    },
    "RoleArn": ROLE,
    "GenerateCandidateDefinitionsOnly": False,
}


def test_the_first_form_loses_nothing_in_the_second() -> None:
    assert requests.to_v1(requests.to_v2(V1)) == V1


def test_what_the_trainer_is_told(world: World) -> None:
    world.client.create_auto_ml_job(**V1)
    made = launch(world.record("churn"))
    task = Task.from_json(made.files["/opt/ml/input/config/automl.json"], world.objects.root)
    assert (task.target, task.sample_weight) == ("y", "w")
    assert (task.problem_type, task.objective_metric) == ("Regression", "MAE")
    assert task.algorithms == ("xgboost", "catboost")
    assert (task.max_candidates, task.max_runtime_seconds) == (4, 60)
    assert task.validation_fraction == 0.3
    assert [given.uri for given in made.inputs] == ["s3://data/train/", "s3://data/features.json"]
    assert made.outputs[0].uri == "s3://data/output/churn"
    assert made.argv[:3] == ("python", "-m", "jupyter_smkit.automl.trainer.train")
    assert not made.network


def test_candidates_have_room_for_baseline_and_ensemble() -> None:
    assert len(recipes(None, 10)) == len(RECIPES) == 8
    assert [recipe.algorithm for recipe in recipes(None, 4)] == ["lightgbm", "catboost"]
    assert len(recipes(None, 2)) == 1
    assert recipes(None, 1) == ()
    assert {each.algorithm for each in recipes(["xgboost"], 10)} == {"xgboost"}
    priorities = [each["ag_args"]["priority"] for each in hyperparameters(RECIPES)["GBM"]]
    assert priorities == [100, 98, 94]


CHANNEL = tabular()["AutoMLJobInputDataConfig"][0]


@pytest.mark.parametrize(
    ("members", "said"),
    [
        ({"ProblemType": "Regression"}, "Either both ProblemType and AutoMLJobObjective"),
        (
            {"ProblemType": "Regression", "AutoMLJobObjective": {"MetricName": "F1"}},
            "F1 is not an objective metric for the problem type Regression; use one of MSE",
        ),
        ({"Mode": "HYPERPARAMETER_TUNING"}, "not supported by smkit yet"),
        ({"DataSplitConfig": {"ValidationFraction": 0.0}}, "greater than 0 and less than 1"),
        ({"AutoMLJobInputDataConfig": [CHANNEL, CHANNEL]}, "one channel of type training"),
        (
            {"AutoMLJobInputDataConfig": [{**CHANNEL, "ContentType": "text/csv;header=absent"}]},
            "ContentType text/csv;header=absent is not supported",
        ),
        ({"AutoMLJobInputDataConfig": [{"ChannelType": "training"}]}, "needs a DataSource"),
        ({"ModelDeployConfig": {}}, "needs an EndpointName, or AutoGenerateEndpointName"),
        (
            {"ModelDeployConfig": {"AutoGenerateEndpointName": True, "EndpointName": "e"}},
            "Do not give EndpointName",
        ),
        (
            {
                "CandidateGenerationConfig": {
                    "AlgorithmsConfig": [{"AutoMLAlgorithms": ["fastai", "mlp"]}]
                }
            },
            "AutoMLAlgorithms fastai, mlp alone: not supported by smkit yet",
        ),
        ({"OutputDataConfig": {"S3OutputPath": "s3://nowhere/out"}}, "s3://nowhere/out: "),
        (
            {"AutoMLProblemTypeConfig": {"TextGenerationJobConfig": {}}},
            "TextGenerationJobConfig: not supported by smkit yet",
        ),
    ],
)
def test_what_create_refuses(world: World, members: dict[str, Any], said: str) -> None:
    with pytest.raises(ClientError, match=said) as refused:
        world.client.create_auto_ml_job_v2(**tabular(**members))
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    assert world.client.list_auto_ml_jobs()["AutoMLJobSummaries"] == []


def test_data_that_is_not_there(world: World) -> None:
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/none/"}}
    request = tabular(AutoMLJobInputDataConfig=[{"DataSource": source}])
    with pytest.raises(ClientError, match="No S3 objects found under S3 URL s3://data/none/"):
        world.client.create_auto_ml_job_v2(**request)


def test_channels_of_the_first_form_need_one_target(world: World) -> None:
    channels = [
        {"DataSource": SOURCE, "TargetAttributeName": "y"},
        {"DataSource": SOURCE, "TargetAttributeName": "z", "ChannelType": "validation"},
    ]
    with pytest.raises(ClientError, match="need the same TargetAttributeName"):
        world.client.create_auto_ml_job(**{**V1, "InputDataConfig": channels})
