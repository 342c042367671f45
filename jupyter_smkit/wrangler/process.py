"""The CreateProcessingJob request that runs a flow: what the pages, the magics and the demo send."""

from __future__ import annotations

import json
from typing import Any

from jupyter_smkit.wrangler import dataset
from jupyter_smkit.wrangler.flow import DESTINATION, SOURCE, TRANSFORM, Flow, FlowError, Node

ROOT = "/opt/ml/processing"
_TAKEN = ("", ".", "..", "flow", "output")
"""Directories of the job that are no data set's."""
REPOSITORY = "sagemaker-data-wrangler-container"
# The accounts of AWS's own registry of this container, as the SageMaker SDK lists them.
REGISTRIES = {
    "af-south-1": "143210264188",
    "ap-east-1": "707077482487",
    "ap-northeast-1": "649008135260",
    "ap-northeast-2": "131546521161",
    "ap-northeast-3": "364406365360",
    "ap-south-1": "089933028263",
    "ap-southeast-1": "119527597002",
    "ap-southeast-2": "422173101802",
    "ca-central-1": "557239378090",
    "eu-central-1": "024640144536",
    "eu-north-1": "054986407534",
    "eu-south-1": "488287956546",
    "eu-west-1": "245179582081",
    "eu-west-2": "894491911112",
    "eu-west-3": "807237891255",
    "me-south-1": "376037874950",
    "sa-east-1": "424196993095",
    "us-east-1": "663277389841",
    "us-east-2": "415577184552",
    "us-west-1": "926135532090",
    "us-west-2": "174368400705",
}


def image_uri(region: str = "us-east-1") -> str:
    account = REGISTRIES.get(region, REGISTRIES["us-east-1"])
    return f"{account}.dkr.ecr.{region}.amazonaws.com/{REPOSITORY}:2.x"


def final_step(flow: Flow) -> Node:
    """The step whose rows are the flow's result: its first destination, else the last transform
    that no other transform feeds on."""
    for node in flow.nodes:
        if node.type == DESTINATION:
            return node
    used = {one.node_id for node in flow.nodes if node.type == TRANSFORM for one in node.inputs}
    ends = [node for node in flow.nodes if node.type == TRANSFORM and node.id not in used]
    if not ends:
        raise FlowError("the flow has no step to run: add a transform")
    return ends[-1]


def result_uri(output_uri: str, name: str, node: Node) -> str:
    """Where the job ``name`` leaves a step's files below its output: AWS's own layout."""
    return f"{output_uri.rstrip('/')}/{name}/{node.id}/{node.outputs[0]}/"


def processing_job_request(
    flow: Flow,
    flow_uri: str,
    output_uri: str,
    name: str,
    role: str,
    *,
    node_id: str = "",
    content_type: str = "",
    region: str = "us-east-1",
    refit: bool = False,
    instance_type: str = "ml.m5.4xlarge",
) -> dict[str, Any]:
    """The request that runs ``flow``, which lies at ``flow_uri``, up to a step (the final one).

    Without a content type it is the destination's own, else CSV.

    The files come to ``result_uri(output_uri, name, step)``, the flow with what was fitted to
    ``<output_uri>/fitted-<name>.flow``.
    """
    node = flow[node_id] if node_id else final_step(flow)
    output_name = f"{node.id}.{node.outputs[0]}"
    config = {output_name: {"content_type": content_type} if content_type else {}}
    fitted = {"refit": refit, "output_flow": f"fitted-{name}.flow"}
    inputs = [_input("flow", flow_uri)]
    for data_set, uri in data_sets(flow, node).items():
        if data_set in _TAKEN or "/" in data_set:
            raise FlowError(f"a job has no place for a data set named '{data_set}': rename it")
        inputs.append(_input(data_set, uri))
    return {
        "ProcessingJobName": name,
        "RoleArn": role,
        "ProcessingInputs": inputs,
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": output_name,
                    "S3Output": {
                        "S3Uri": output_uri,
                        "LocalPath": f"{ROOT}/output",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": instance_type,
                "VolumeSizeInGB": 30,
            }
        },
        "AppSpecification": {
            "ImageUri": image_uri(region),
            "ContainerArguments": [
                f"--output-config '{json.dumps(config)}'",
                f"--refit-trained-params '{json.dumps(fitted)}'",
            ],
        },
    }


def data_sets(flow: Flow, *steps: Node) -> dict[str, str]:
    """The addresses of the S3 data sets that steps need, by name."""
    found: dict[str, str] = {}
    for one in flow.ancestors(*(step.id for step in steps)):
        name, uri = dataset.name(one), dataset.uri(one)
        if one.type != SOURCE or not uri:
            continue
        if found.setdefault(name, uri) != uri:
            raise FlowError(f"two data sets are named '{name}': rename one", node=one.id)
    return found


def _input(name: str, uri: str) -> dict[str, Any]:
    return {
        "InputName": name,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{ROOT}/{name}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
            "S3DataDistributionType": "FullyReplicated",
        },
    }
