from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

ROLE = "arn:aws:iam::123456789012:role/smkit"


@pytest.fixture
def sm(api: Any) -> Any:
    return api.client("sagemaker", region="sa-east-1")


def test_a_monitoring_schedule_knows_its_endpoint(sm: Any) -> None:
    sm.create_data_quality_job_definition(
        JobDefinitionName="quality",
        DataQualityAppSpecification={"ImageUri": "analyzer"},
        DataQualityJobInput={
            "EndpointInput": {"EndpointName": "churn", "LocalPath": "/opt/ml/processing/input"}
        },
        DataQualityJobOutputConfig={
            "MonitoringOutputs": [
                {"S3Output": {"S3Uri": "s3://reports", "LocalPath": "/opt/ml/processing/output"}}
            ]
        },
        JobResources={
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            }
        },
        RoleArn=ROLE,
    )
    definitions = sm.list_data_quality_job_definitions(EndpointName="churn")
    assert definitions["JobDefinitionSummaries"][0]["MonitoringJobDefinitionName"] == "quality"
    config = {
        "ScheduleConfig": {"ScheduleExpression": "cron(0 * ? * * *)"},
        "MonitoringJobDefinitionName": "quality",
        "MonitoringType": "DataQuality",
    }
    name = {"MonitoringScheduleName": "hourly"}
    sm.create_monitoring_schedule(**name, MonitoringScheduleConfig=config)
    found = sm.list_monitoring_schedules(EndpointName="churn", MonitoringTypeEquals="DataQuality")
    assert [s["MonitoringScheduleName"] for s in found["MonitoringScheduleSummaries"]] == ["hourly"]
    sm.stop_monitoring_schedule(**name)
    assert sm.describe_monitoring_schedule(**name)["MonitoringScheduleStatus"] == "Stopped"
    sm.start_monitoring_schedule(**name)
    assert sm.describe_monitoring_schedule(**name)["MonitoringScheduleStatus"] == "Scheduled"
    assert sm.list_monitoring_executions(**name)["MonitoringExecutionSummaries"] == []
    with pytest.raises(ClientError, match="has no alert"):
        sm.update_monitoring_alert(
            **name, MonitoringAlertName="drift", DatapointsToAlert=1, EvaluationPeriod=1
        )
