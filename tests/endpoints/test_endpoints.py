"""Models and endpoints as a user of boto3 meets them."""

from __future__ import annotations

import io
import json
import tarfile
from typing import Any

import joblib
import pytest
from botocore.exceptions import ClientError
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from jupyter_smkit.compute.local import LocalExecutor
from jupyter_smkit.control.processes import wait_until

ROLE = "arn:aws:iam::123456789012:role/SmkitExecutionRole"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1"
ROW = "5.1,3.5,1.4,0.2\n"


def archive(**files: bytes) -> bytes:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as opened:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            opened.addfile(member, io.BytesIO(content))
    return packed.getvalue()


@pytest.fixture(scope="session")
def iris() -> bytes:
    features, labels = load_iris(return_X_y=True)
    fitted = io.BytesIO()
    joblib.dump(LogisticRegression(max_iter=500).fit(features, labels), fitted)
    return archive(**{"model.joblib": fitted.getvalue()})


def constant(value: int) -> bytes:
    """A model in script mode that always answers ``value``."""
    code = (
        "def model_fn(directory): return None\n"
        f"def predict_fn(data, model): return {value}\n"
        "def output_fn(answer, accept): return str(answer)\n"
    )
    return archive(**{"code/inference.py": code.encode()})


def model(smkit: Any, name: str, packed: bytes, models: str = "s3://models") -> None:
    """``models``: how its address names the bucket."""
    s3 = smkit.client("s3")
    s3.create_bucket(Bucket="models")
    s3.put_object(Bucket="models", Key=f"{name}/model.tar.gz", Body=packed)
    smkit.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"{models}/{name}/model.tar.gz"},
    )


def config(smkit: Any, name: str, **weights: float) -> None:
    """Variants named after their models."""
    smkit.client("sagemaker").create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {
                "VariantName": variant,
                "ModelName": variant,
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "InitialVariantWeight": weight,
            }
            for variant, weight in weights.items()
        ],
    )


def settled(smkit: Any, name: str) -> dict[str, Any]:
    client = smkit.client("sagemaker")
    return smkit.settled(lambda: client.describe_endpoint(EndpointName=name), "EndpointStatus")


def deploy(smkit: Any, name: str, packed: bytes, models: str = "s3://models") -> dict[str, Any]:
    model(smkit, name, packed, models)
    config(smkit, name, **{name: 1.0})
    smkit.client("sagemaker").create_endpoint(EndpointName=name, EndpointConfigName=name)
    return settled(smkit, name)


def invoke(smkit: Any, name: str, body: str = ROW, **more: Any) -> dict[str, Any]:
    answer = smkit.client("sagemaker-runtime").invoke_endpoint(
        EndpointName=name, ContentType="text/csv", Body=body, **more
    )
    return {**answer, "text": answer["Body"].read().decode().strip()}


def test_a_model_answers(smkit: Any, iris: bytes) -> None:
    described = deploy(smkit, "iris", iris)
    assert described["EndpointStatus"] == "InService"
    assert described["ProductionVariants"][0]["CurrentWeight"] == 1.0
    answer = invoke(smkit, "iris", ROW + "6.7,3.0,5.2,2.3\n")
    assert answer["text"].split() == ["0", "2"]
    assert answer["InvokedProductionVariant"] == "iris"
    with pytest.raises(ClientError, match="Expected 4 columns, got 2") as refused:
        invoke(smkit, "iris", "1,2\n")
    assert refused.value.response["Error"]["Code"] == "ModelError"
    assert refused.value.response["OriginalStatusCode"] == 400


def test_traffic_follows_the_weights(smkit: Any) -> None:
    for value in (1, 2):
        model(smkit, f"always-{value}", constant(value))
    config(smkit, "split", **{"always-1": 1.0, "always-2": 0.0})
    client = smkit.client("sagemaker")
    client.create_endpoint(EndpointName="split", EndpointConfigName="split")
    assert settled(smkit, "split")["EndpointStatus"] == "InService"
    assert {invoke(smkit, "split")["text"] for _ in range(5)} == {"1"}
    assert invoke(smkit, "split", TargetVariant="always-2")["text"] == "2"
    client.update_endpoint_weights_and_capacities(
        EndpointName="split",
        DesiredWeightsAndCapacities=[
            {"VariantName": "always-1", "DesiredWeight": 0},
            {"VariantName": "always-2", "DesiredWeight": 1},
        ],
    )
    settled(smkit, "split")
    assert wait_until(lambda: invoke(smkit, "split")["text"] == "2", 5)


def test_an_update_moves_the_traffic_and_a_failed_one_does_not(smkit: Any) -> None:
    deploy(smkit, "moving", constant(7))
    model(smkit, "next", constant(8))
    config(smkit, "next", next=1.0)
    client = smkit.client("sagemaker")
    client.update_endpoint(EndpointName="moving", EndpointConfigName="next")
    assert settled(smkit, "moving")["EndpointConfigName"] == "next"
    assert wait_until(lambda: invoke(smkit, "moving")["text"] == "8", 5)

    model(smkit, "broken", archive(**{"code/inference.py": b"raise ValueError('no')\n"}))
    config(smkit, "broken", broken=1.0)
    client.update_endpoint(EndpointName="moving", EndpointConfigName="broken")
    after = settled(smkit, "moving")
    assert after["EndpointStatus"] == "InService"
    assert after["EndpointConfigName"] == "next"
    assert "ping health check" in after["FailureReason"]
    assert invoke(smkit, "moving")["text"] == "8"


def test_a_killed_worker_comes_back(smkit: Any) -> None:
    deploy(smkit, "immortal", constant(3))
    [worker] = smkit.launches("Worker", "immortal")
    smkit.end_supervisor(worker)
    executor = LocalExecutor(smkit.home)
    assert wait_until(lambda: executor.poll(worker).attempt == 2, 30)

    def answers() -> bool:
        try:
            return invoke(smkit, "immortal")["text"] == "3"
        except ClientError:
            return False

    assert wait_until(answers, 30)


def test_a_deleted_endpoint_is_gone(smkit: Any) -> None:
    deploy(smkit, "brief", constant(1))
    client = smkit.client("sagemaker")
    client.delete_endpoint(EndpointName="brief")

    def gone() -> bool:
        try:
            client.describe_endpoint(EndpointName="brief")
        except ClientError:
            return True
        return False

    assert wait_until(gone, 20)
    with pytest.raises(ClientError, match="not found") as refused:
        invoke(smkit, "brief")
    assert refused.value.response["Error"]["Code"] == "ValidationError"
    assert not smkit.launches("Worker", "brief")


def test_an_archive_that_leaves_its_folder_is_refused(smkit: Any) -> None:
    described = deploy(smkit, "escape", archive(**{"../../outside.txt": b"x"}))
    assert described["EndpointStatus"] == "Failed"
    assert "is refused" in described["FailureReason"]
    assert not smkit.jobs_hold("outside.txt")


def test_a_web_address_brings_the_model_and_a_large_body_is_refused(smkit: Any) -> None:
    # Its model's address is a web address of S3's, as SageMaker takes it too.
    deploy(smkit, "small", constant(1), "https://models.s3.us-east-1.amazonaws.com")
    assert invoke(smkit, "small")["text"] == "1"
    with pytest.raises(ClientError) as refused:
        invoke(smkit, "small", "1" * (6 * 1024 * 1024 + 1))
    assert refused.value.response["Error"]["Code"] == "ValidationError"


@pytest.mark.parametrize("more", [{}, {"InferenceExecutionConfig": {"Mode": "Serial"}}])
def test_a_model_needs_a_container(smkit: Any, more: dict[str, Any]) -> None:
    with pytest.raises(ClientError, match="needs a PrimaryContainer or Containers"):
        smkit.client("sagemaker").create_model(ModelName="none", ExecutionRoleArn=ROLE, **more)


def test_missing_references_are_named(smkit: Any) -> None:
    client = smkit.client("sagemaker")
    with pytest.raises(ClientError, match=r'Could not find model "nothing"'):
        config(smkit, "dangling", nothing=1.0)
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        client.create_endpoint(EndpointName="dangling", EndpointConfigName="dangling")
    with pytest.raises(ClientError, match="Could not find model data at s3://models/none"):
        client.create_model(
            ModelName="nodata",
            ExecutionRoleArn=ROLE,
            PrimaryContainer={"Image": IMAGE, "ModelDataUrl": "s3://models/none.tar.gz"},
        )


def test_a_script_may_lie_beside_the_archive(smkit: Any, iris: bytes) -> None:
    """As the SageMaker SDK's framework models leave it: SAGEMAKER_SUBMIT_DIRECTORY in s3://."""
    code = (
        "def predict_fn(data, model): return ['label', int(model.predict(data.reshape(1, -1))[0])]"
    )
    s3, client = smkit.client("s3"), smkit.client("sagemaker")
    s3.create_bucket(Bucket="models")
    s3.put_object(Bucket="models", Key="beside/model.tar.gz", Body=iris)
    s3.put_object(
        Bucket="models", Key="beside/code.tar.gz", Body=archive(**{"serve.py": code.encode()})
    )
    client.create_model(
        ModelName="beside",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={
            "Image": IMAGE,
            "ModelDataUrl": "s3://models/beside/model.tar.gz",
            "Environment": {
                "SAGEMAKER_PROGRAM": "serve.py",
                "SAGEMAKER_SUBMIT_DIRECTORY": "s3://models/beside/code.tar.gz",
            },
        },
    )
    config(smkit, "beside", beside=1.0)
    client.create_endpoint(EndpointName="beside", EndpointConfigName="beside")
    assert settled(smkit, "beside")["EndpointStatus"] == "InService"
    answer = smkit.client("sagemaker-runtime").invoke_endpoint(
        EndpointName="beside", ContentType="text/csv", Body=ROW
    )
    assert json.loads(answer["Body"].read()) == ["label", 0]
    client.delete_endpoint(EndpointName="beside")
