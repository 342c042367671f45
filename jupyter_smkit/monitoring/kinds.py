"""Monitoring schedules and the definitions of the jobs that they would start."""

from __future__ import annotations

from jupyter_smkit.api.kinds import ARN, NAME, Kind

_NO_JOBS = "AWS runs the monitoring job whenever the schedule says"


def _definition(name: str, resource: str, page: int = 100) -> Kind:
    return Kind(
        f"{name}JobDefinition",
        arn=f"{resource}/{{JobDefinitionName}}",
        key=("JobDefinitionName",),
        no_effect=_NO_JOBS,
        paths={
            "EndpointName": f"{name}JobInput.EndpointInput.EndpointName",
            "MonitoringJobDefinitionName": NAME,
            "MonitoringJobDefinitionArn": ARN,
        },
        page=page,
        missing="Could not find job definition {key}.",
    )


DEFINITIONS = {
    "DataQuality": _definition("DataQuality", "data-quality-job-definition"),
    "ModelQuality": _definition("ModelQuality", "model-quality-job-definition"),
    "ModelBias": _definition("ModelBias", "model-bias-job-definition", page=10),
    "ModelExplainability": _definition(
        "ModelExplainability", "model-explainability-job-definition", page=10
    ),
}
SCHEDULE = Kind(
    "MonitoringSchedule",
    arn="monitoring-schedule/{MonitoringScheduleName}",
    settled="Scheduled",
    no_effect=_NO_JOBS,
    paths={
        "MonitoringType": "MonitoringScheduleConfig.MonitoringType",
        "MonitoringJobDefinitionName": "MonitoringScheduleConfig.MonitoringJobDefinitionName",
    },
    page=10,
    missing="Could not find monitoring schedule {key}.",
)
KINDS = (*DEFINITIONS.values(), SCHEDULE)
