"""boto3 without the SDK: from a model to invocations, and what is refused."""

from __future__ import annotations

import io
import tarfile
from typing import Any

import boto3
from botocore.exceptions import WaiterError
from given import INSTANCE, image, model_data, role, scratch, session, unique
from outcome import refused, waited
from scenario import scenario


def serve(name: str, **model: Any) -> None:
    """Model, configuration and endpoint under one name."""
    sm_client = boto3.client("sagemaker")
    sm_client.create_model(ModelName=name, ExecutionRoleArn=role(), **model)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InitialInstanceCount": 1,
        "InstanceType": INSTANCE,
    }
    sm_client.create_endpoint_config(EndpointConfigName=name, ProductionVariants=[variant])
    sm_client.create_endpoint(EndpointName=name, EndpointConfigName=name)


@scenario
def boto3_model_to_invocation() -> None:
    """create_model, endpoint config, endpoint, waiter, invoke, update, delete: boto3 alone."""
    sm_client = boto3.Session().client("sagemaker")
    name = unique("boto3")
    serve(name, PrimaryContainer={"Image": image(), "ModelDataUrl": model_data()})
    waited(sm_client, "endpoint_in_service", EndpointName=name)
    runtime = boto3.client("sagemaker-runtime")
    response = runtime.invoke_endpoint(
        EndpointName=name, ContentType="text/csv", Body="5.1,3.5,1.4,0.2"
    )
    assert response["InvokedProductionVariant"] == "AllTraffic"
    assert response["Body"].read().decode().strip() in ("0", "0.0")
    refused(
        lambda: runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body="1,2"),
        "ModelError",
    )
    sm_client.delete_endpoint(EndpointName=name)
    waited(sm_client, "endpoint_deleted", EndpointName=name)
    refused(
        lambda: runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body="1"),
        "ValidationError",
    )
    sm_client.delete_endpoint_config(EndpointConfigName=name)
    sm_client.delete_model(ModelName=name)


@scenario
def boto3_direct_containers() -> None:
    """The multi-container model of the document is recorded; deploying it is refused in words."""
    sm_client = boto3.Session().client("sagemaker")
    name = unique("direct")
    sm_client.create_model(
        ModelName=name,
        InferenceExecutionConfig={"Mode": "Direct"},
        ExecutionRoleArn=role(),
        Containers=[
            {"Image": image(), "ContainerHostname": "firstContainer"},
            {"Image": image(), "ContainerHostname": "secondContainer"},
        ],
    )
    found = sm_client.describe_model(ModelName=name)
    assert [each["ContainerHostname"] for each in found["Containers"]] == [
        "firstContainer",
        "secondContainer",
    ]
    assert found["InferenceExecutionConfig"] == {"Mode": "Direct"}
    variant = {"VariantName": "A", "InitialInstanceCount": 1, "InstanceType": INSTANCE}
    sm_client.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[{**variant, "ModelName": name}]
    )
    refused(
        lambda: sm_client.create_endpoint(EndpointName=name, EndpointConfigName=name),
        "ValidationException",
        "not supported by smkit yet",
    )


@scenario
def failing_endpoint_ends_the_waiter() -> None:
    sm_client = boto3.client("sagemaker")
    name = unique("broken")
    archive = scratch() / "broken.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.addfile(tarfile.TarInfo("model.joblib"), io.BytesIO())
    data = session().upload_data(str(archive), key_prefix="acceptance/broken")
    serve(name, PrimaryContainer={"Image": image(), "ModelDataUrl": data})
    try:
        waited(sm_client, "endpoint_in_service", EndpointName=name)
    except WaiterError as error:
        assert error.last_response["EndpointStatus"] == "Failed", error
        assert "ping health check" in error.last_response["FailureReason"]
    else:
        raise AssertionError("an endpoint of a broken model came into service")
    sm_client.delete_endpoint(EndpointName=name)


@scenario
def error_codes() -> None:
    sm_client, s3 = boto3.client("sagemaker"), boto3.client("s3")
    refused(
        lambda: sm_client.describe_model(ModelName="nowhere"),
        "ValidationException",
        "Could not find model",
    )
    refused(
        lambda: sm_client.describe_endpoint(EndpointName="nowhere"),
        "ValidationException",
        "Could not find endpoint",
    )
    refused(
        lambda: sm_client.describe_processing_job(ProcessingJobName="nowhere"),
        "ValidationException",
    )
    refused(
        lambda: sm_client.describe_training_job(TrainingJobName="nowhere"), "ValidationException"
    )
    refused(lambda: sm_client.describe_auto_ml_job_v2(AutoMLJobName="nowhere"), "ResourceNotFound")
    refused(
        lambda: sm_client.create_model(ModelName="bad_name!", ExecutionRoleArn=role()),
        "ValidationException",
        "1 validation error detected",
    )
    refused(lambda: s3.get_object(Bucket=session().default_bucket(), Key="nowhere"), "NoSuchKey")
    refused(lambda: s3.head_object(Bucket=session().default_bucket(), Key="nowhere"), "404")
    refused(lambda: s3.list_objects_v2(Bucket="no-such-bucket-here"), "NoSuchBucket")
    refused(lambda: boto3.client("iam").get_role(RoleName="Nobody"), "NoSuchEntity")
    refused(
        lambda: boto3.client("logs").get_log_events(logGroupName="/none", logStreamName="none"),
        "ResourceNotFoundException",
    )
    bad = boto3.Session(aws_access_key_id="SMKITNOTMINE", aws_secret_access_key="x")
    refused(bad.client("s3").list_buckets, "InvalidAccessKeyId")
    refused(bad.client("sagemaker").list_models, "UnrecognizedClientException")


@scenario
def other_services_stay_away_from_aws() -> None:
    try:
        boto3.client("dynamodb").list_tables()
    except Exception as error:
        assert "smkit does not implement the service dynamodb" in str(error), error
    else:
        raise AssertionError("dynamodb answered")
