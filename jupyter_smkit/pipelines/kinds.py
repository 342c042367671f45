"""Pipelines and their versions. Their executions do not run yet."""

from __future__ import annotations

from jupyter_smkit.api.kinds import Kind, Reference

PIPELINE = Kind(
    "Pipeline",
    arn="pipeline/{PipelineName}",
    settled="Active",
    paths={"PipelineDisplayName": "@name", "PipelineVersionId": "_versions"},
    missing="Pipeline '{key}' does not exist.",
    in_use="Pipeline names must be unique within an AWS account and region. Pipeline with name "
    "({key}) already exists.",
)
VERSION = Kind(
    "PipelineVersion",
    arn="pipeline/{PipelineName}/version/{PipelineVersionId}",
    key=("PipelineName", "PipelineVersionId"),
    settled="Active",
    refers=(Reference("PipelineName", "Pipeline", on_delete="cascade"),),
    missing="Pipeline version '{key}' does not exist.",
)
EXECUTION = Kind(
    "PipelineExecution",
    arn="pipeline/{PipelineName}/execution/{PipelineExecutionId}",
    key=("PipelineExecutionArn",),
    operations={"Create": "StartPipelineExecution"},
    not_yet=True,
    missing="Pipeline execution '{key}' does not exist.",
)
KINDS = (PIPELINE, VERSION, EXECUTION)
