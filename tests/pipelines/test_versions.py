from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/smkit"


@pytest.fixture
def sm(api: Any) -> Any:
    return api.client("sagemaker", region="eu-west-3")


def test_a_pipeline_keeps_its_versions(sm: Any) -> None:
    one, two = '{"Steps": []}', '{"Steps": [1]}'
    arn = sm.create_pipeline(PipelineName="flow", RoleArn=ROLE, PipelineDefinition=one)[
        "PipelineArn"
    ]
    assert sm.update_pipeline(PipelineName="flow", PipelineDefinition=two)["PipelineVersionId"] == 2
    assert sm.describe_pipeline(PipelineName=arn)["PipelineDefinition"] == two
    first = sm.describe_pipeline(PipelineName="flow", PipelineVersionId=1)
    assert first["PipelineDefinition"] == one
    sm.update_pipeline_version(
        PipelineArn=arn, PipelineVersionId=1, PipelineVersionDescription="the first"
    )
    found = sm.list_pipeline_versions(PipelineName="flow", SortOrder="Ascending")
    shown = [
        (each["PipelineVersionId"], each.get("PipelineVersionDescription"))
        for each in found["PipelineVersionSummaries"]
    ]
    assert shown == [(1, "the first"), (2, None)]
    assert sm.list_pipeline_executions(PipelineName="flow")["PipelineExecutionSummaries"] == []
    with pytest.raises(ClientError, match="not supported by smkit yet"):
        sm.start_pipeline_execution(PipelineName="flow")
    with pytest.raises(sm.exceptions.ResourceNotFound):
        sm.describe_pipeline_execution(PipelineExecutionArn=f"{arn}/execution/abc123def456")
    sm.delete_pipeline(PipelineName="flow")
    with pytest.raises(sm.exceptions.ResourceNotFound):
        sm.list_pipeline_versions(PipelineName="flow")


def test_a_pipelines_definition_may_stand_in_s3(sm: Any, api: Any) -> None:
    api.objects.ensure_bucket("pipelines", "123456789012", "eu-west-3")
    api.objects.put("pipelines", "flow.json", b'{"Steps": []}')
    place = {"Bucket": "pipelines", "ObjectKey": "flow.json"}
    sm.create_pipeline(PipelineName="stored", RoleArn=ROLE, PipelineDefinitionS3Location=place)
    assert sm.describe_pipeline(PipelineName="stored")["PipelineDefinition"] == '{"Steps": []}'
    missing = {**place, "ObjectKey": "nothing.json"}
    with pytest.raises(ClientError, match="Cannot read the pipeline definition"):
        sm.update_pipeline(PipelineName="stored", PipelineDefinitionS3Location=missing)
    with pytest.raises(ClientError, match="must be given"):
        sm.create_pipeline(PipelineName="without", RoleArn=ROLE)
