"""Models that are made of a version in the model registry."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.endpoints.test_endpoints import IMAGE, ROLE, archive, config, invoke, settled

CODE = (
    "import os\n"
    "def model_fn(directory): return None\n"
    "def predict_fn(data, model): return os.environ['WHO'] + ' in ' + os.environ['PLACE']\n"
    "def output_fn(answer, accept): return answer\n"
)


def specification(uri: str, **environment: str) -> dict[str, Any]:
    return {
        "Containers": [{"Image": IMAGE, "ModelDataUrl": uri, "Environment": environment}],
        "SupportedContentTypes": ["text/csv"],
        "SupportedResponseMIMETypes": ["text/csv"],
    }


def test_an_approved_version_is_served(smkit: Any) -> None:
    sagemaker, s3 = smkit.client("sagemaker"), smkit.client("s3")
    s3.create_bucket(Bucket="models")
    packed = archive(**{"code/inference.py": CODE.encode()})
    s3.put_object(Bucket="models", Key="versioned.tar.gz", Body=packed)
    uri = "s3://models/versioned.tar.gz"
    sagemaker.create_model_package_group(ModelPackageGroupName="served")
    package = sagemaker.create_model_package(
        ModelPackageGroupName="served",
        InferenceSpecification=specification(uri, WHO="package", PLACE="registry"),
        AdditionalInferenceSpecifications=[
            {"Name": "lost", "Containers": [{"Image": IMAGE, "ModelDataUrl": "s3://models/no"}]}
        ],
    )["ModelPackageArn"]

    def create(name: str, **more: Any) -> None:
        container = {"ModelPackageName": package, **more}
        sagemaker.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)

    for status in ("PendingManualApproval", "Rejected"):
        sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus=status)
        with pytest.raises(ClientError, match=f"served/1 is {status}: only an Approved one") as no:
            create("versioned")
        assert no.value.response["Error"]["Code"] == "ValidationException"
    sagemaker.update_model_package(ModelPackageArn=package, ModelApprovalStatus="Approved")
    for named, reason in (("lost", "Could not find model data"), ("none", 'specification "none"')):
        with pytest.raises(ClientError, match=reason):
            create("versioned", InferenceSpecificationName=named)

    create("versioned", Environment={"WHO": "model"})
    described = sagemaker.describe_model(ModelName="versioned")["PrimaryContainer"]
    assert described == {"ModelPackageName": package, "Environment": {"WHO": "model"}}
    # What is served by then does not hang on the registry any more.
    sagemaker.delete_model_package(ModelPackageName=package)
    config(smkit, "versioned", versioned=1.0)
    sagemaker.create_endpoint(EndpointName="versioned", EndpointConfigName="versioned")
    assert settled(smkit, "versioned")["EndpointStatus"] == "InService"
    assert invoke(smkit, "versioned")["text"] == "model in registry"


def test_a_model_names_a_package_that_is_there_and_says_what_to_run(smkit: Any) -> None:
    sagemaker = smkit.client("sagemaker")
    sagemaker.create_model_package(ModelPackageName="empty")
    for name, reason in (("empty", "has no InferenceSpecification"), ("absent", "does not exist")):
        with pytest.raises(ClientError, match=reason):
            sagemaker.create_model(
                ModelName="refused", ExecutionRoleArn=ROLE, Containers=[{"ModelPackageName": name}]
            )
    assert sagemaker.list_models(NameContains="refused")["Models"] == []
