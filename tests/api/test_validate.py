"""What a user reads who sent something that the service model does not allow."""

from __future__ import annotations

import signal
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_smkit.api import models, patterns
from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.api.validate import check

MODEL = {
    "ModelName": "churn",
    "ExecutionRoleArn": "arn:aws:iam::123456789012:role/Role",
    "PrimaryContainer": {"Image": "xgboost"},
}


def violations(operation: str, params: dict[str, Any], service: str = "sagemaker") -> str:
    with pytest.raises(ValidationException) as refused:
        check(models.service(service).operation_model(operation).input_shape, params)
    return refused.value.message


def accept(operation: str, params: dict[str, Any], service: str = "sagemaker") -> None:
    check(models.service(service).operation_model(operation).input_shape, params)


def test_what_is_valid_passes() -> None:
    accept("CreateModel", MODEL)


def test_a_missing_member() -> None:
    assert violations("CreateModel", {}) == (
        "1 validation error detected: Value null at 'modelName' failed to satisfy constraint: "
        "Member must not be null"
    )


def test_every_violation_is_named() -> None:
    name = "churn_" * 20
    assert violations("CreateModel", {**MODEL, "ModelName": name}) == (
        f"2 validation errors detected: Value '{name}' at 'modelName' failed to satisfy "
        "constraint: Member must have length less than or equal to 63; "
        f"Value '{name}' at 'modelName' failed to satisfy constraint: "
        "Member must satisfy regular expression pattern: [a-zA-Z0-9]([\\-a-zA-Z0-9]*[a-zA-Z0-9])?"
    )


def test_an_element_of_a_list_is_named_by_its_place() -> None:
    tags = [{"Key": "a", "Value": "b"}, {"Key": "a"}]
    assert "Value null at 'tags.2.member.value' failed" in violations(
        "CreateModel", {**MODEL, "Tags": tags}
    )


def test_an_enum_lists_what_it_allows() -> None:
    said = violations("ListModels", {"SortOrder": "Up"})
    assert said == (
        "1 validation error detected: Value 'Up' at 'sortOrder' failed to satisfy constraint: "
        "Member must satisfy enum value set: [Ascending, Descending]"
    )


@pytest.mark.parametrize(
    ("value", "bound"), [(0, "greater than or equal to 1"), (101, "less than or equal to 100")]
)
def test_a_number_out_of_its_range(value: int, bound: str) -> None:
    assert violations("ListModels", {"MaxResults": value}).endswith(f"must have value {bound}")


def test_a_number_that_no_integer_holds() -> None:
    policy = {"MaxParallelExecutionSteps": 2**40}
    said = violations(
        "StartPipelineExecution",
        {
            "PipelineName": "p",
            "ClientRequestToken": "x" * 32,
            "ParallelismConfiguration": policy,
        },
    )
    assert "Member must have value less than or equal to 2147483647" in said


def test_plain_elements_are_judged_with_their_list() -> None:
    config = {"SecurityGroupIds": ["sg 1"], "Subnets": ["subnet-1"]}
    assert (
        "Value '[sg 1]' at 'vpcConfig.securityGroupIds' failed to satisfy constraint: "
        "Member must satisfy constraint: [Member must have length less than or equal to 32"
    ) in violations("CreateModel", {**MODEL, "VpcConfig": config})


def test_values_of_a_map_are_judged_with_their_map() -> None:
    container = {"Image": "xgboost", "Environment": {"A": "x" * 20_000, "0": "y"}}
    said = violations("CreateModel", {**MODEL, "PrimaryContainer": container})
    assert "at 'primaryContainer.environment' failed to satisfy constraint: Map keys must" in said
    assert "Map value must satisfy constraint: [Member must have length less than" in said


def test_a_union_holds_exactly_one_member() -> None:
    said = violations(
        "CreateAutoMLJobV2",
        {
            "AutoMLJobName": "job",
            "AutoMLJobInputDataConfig": [
                {"DataSource": {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://b/k"}}}
            ],
            "OutputDataConfig": {"S3OutputPath": "s3://b/o"},
            "AutoMLProblemTypeConfig": {},
            "RoleArn": MODEL["ExecutionRoleArn"],
        },
    )
    assert "at 'autoMLProblemTypeConfig' failed to satisfy constraint: Exactly one of [" in said


def test_sensitive_values_are_not_repeated() -> None:
    said = violations("AssumeRole", {"RoleArn": "r" * 30, "RoleSessionName": "s" * 99}, "sts")
    assert "at 'roleSessionName'" in said
    secret = violations(
        "ChangePassword", {"OldPassword": "", "NewPassword": "swordfish" * 20}, "iam"
    )
    assert "swordfish" not in secret


@pytest.mark.parametrize(
    ("pattern", "good", "bad"),
    [
        (r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", "größe 7/b", "a!b"),
        (r"arn:[\p{Alnum}\-]+:x", "arn:aws-cn:x", "arn:aws_cn:x"),
        (r"[\w-_]*", "a-b_c", "a b"),
        (r"\A\S[\p{Print}]*\z", "a b", " a"),
        (r"\u002F[\u0021-\u007F]*", "/a", "/\u00e9"),
        (r"[^\p{L}]+", "123", "a"),
        (r"\P{L}+", "123", "ü"),
        (r"a\[b\]", "a[b]", "ab"),
    ],
)
def test_patterns_written_for_java(pattern: str, good: str, bad: str) -> None:
    assert patterns.matches(pattern, good)
    assert not patterns.matches(pattern, bad)


@pytest.mark.parametrize("service", ["sagemaker", "logs", "iam", "sts", "sagemaker-runtime"])
def test_every_pattern_of_the_models_can_be_read(service: str) -> None:
    model = models.service(service)
    shapes = map(model.shape_for, model.shape_names)
    unread = [
        found
        for shape in shapes
        if (found := shape.metadata.get("pattern")) and patterns._compiled(found, True) is None
    ]
    assert unread == []


@given(st.text(max_size=200))
def test_no_text_breaks_the_tag_pattern(text: str) -> None:
    allowed = "_.:/=+-@"
    expected = all(each in allowed or unicodedata.category(each)[0] in "LZN" for each in text)
    assert patterns.matches(r"([\p{L}\p{Z}\p{N}_.:/=+\-@]*)", text) == expected


@pytest.mark.parametrize("service", ["sagemaker", "logs", "iam", "cloudwatch"])
def test_no_pattern_takes_for_ever(service: str) -> None:
    """One request with such a text would stop the whole api."""

    def too_long(*_: object) -> None:
        raise AssertionError(f"{pattern} takes too long over {text[:40]!r}")

    model = models.service(service)
    shapes = [model.shape_for(name) for name in model.shape_names]
    texts = [
        start + filler * number + " !"
        for start in ("", "https://", "https://a.b/", "s3://b/", "arn:aws:sagemaker:us-east-1:1:")
        for filler in ("a", "0", "a-", "a/")
        for number in (40, 2000)
    ]
    before = signal.signal(signal.SIGALRM, too_long)
    try:
        for shape in shapes:
            pattern = shape.metadata.get("pattern")
            longest = shape.metadata.get("max", patterns.LONGEST)
            for text in texts if pattern and shape.type_name == "string" else ():
                signal.alarm(5)
                patterns.matches(pattern, text, longest)
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("https://github.com/aws/sagemaker-python-sdk", "https://github.com/aws/some examples"),
        ("https://a/b/c/", "https://a//b/c"),
        ("https://abc", "https://ab"),
    ],
)
def test_an_address_of_a_repository(good: str, bad: str) -> None:
    pattern = models.service("sagemaker").shape_for("RepositoryUrl").metadata["pattern"]
    assert patterns.matches(pattern, good)
    assert not patterns.matches(pattern, bad)
