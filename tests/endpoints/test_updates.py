"""Endpoints while they change: nothing that was asked is lost, and nothing is left behind."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit.compute.local import LocalExecutor
from jupyter_smkit.control.processes import wait_until
from tests.endpoints.test_endpoints import (
    IMAGE,
    ROLE,
    archive,
    config,
    constant,
    deploy,
    invoke,
    model,
    settled,
)

SLOW = (
    "import os, time\n"
    "def model_fn(directory): return None\n"
    "def predict_fn(data, model):\n"
    "    print('asked', flush=True)\n"
    "    time.sleep(7)\n"
    "    return 'slow'\n"
    "def output_fn(answer, accept): return answer\n"
)


def workers(smkit: Any, name: str) -> list[str]:
    return list(smkit.launches("Worker", name))


def log_has(smkit: Any, name: str, word: str) -> bool:
    streams = smkit.home.logs.glob(f"*/*/aws/sagemaker/Endpoints/{name}/**/*.log")
    return any(word in file.read_text() for file in streams)


def test_an_update_lets_the_old_worker_answer_what_it_was_asked(smkit: Any) -> None:
    deploy(smkit, "patient", archive(**{"code/inference.py": SLOW.encode()}))
    model(smkit, "patient-next", constant(8))
    config(smkit, "patient-next", **{"patient-next": 1.0})
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(invoke(smkit, "patient")["text"]))
    asking.start()
    assert wait_until(lambda: log_has(smkit, "patient", "asked"), 10)
    client = smkit.client("sagemaker")
    client.update_endpoint(EndpointName="patient", EndpointConfigName="patient-next")
    assert settled(smkit, "patient")["EndpointConfigName"] == "patient-next"
    assert invoke(smkit, "patient")["text"] == "8"
    asking.join()
    assert answers == ["slow"]
    assert wait_until(lambda: len(workers(smkit, "patient")) == 1, 20)


def test_a_deleted_endpoint_answers_what_it_was_asked(smkit: Any) -> None:
    deploy(smkit, "leaving", archive(**{"code/inference.py": SLOW.encode()}))
    answers: list[str] = []
    asking = threading.Thread(target=lambda: answers.append(invoke(smkit, "leaving")["text"]))
    asking.start()
    assert wait_until(lambda: log_has(smkit, "leaving", "asked"), 10)
    client = smkit.client("sagemaker")
    client.delete_endpoint(EndpointName="leaving")
    assert client.describe_endpoint(EndpointName="leaving")["EndpointStatus"] == "Deleting"
    asking.join()
    assert answers == ["slow"]
    assert wait_until(lambda: not workers(smkit, "leaving"), 10)


def test_a_failed_update_may_be_tried_again(smkit: Any) -> None:
    deploy(smkit, "mended", constant(1))
    broken = archive(**{"code/inference.py": b"raise ValueError('no')\n"})
    model(smkit, "mended-next", broken)
    config(smkit, "mended-next", **{"mended-next": 1.0})
    client = smkit.client("sagemaker")
    client.update_endpoint(EndpointName="mended", EndpointConfigName="mended-next")
    assert "FailureReason" in settled(smkit, "mended")
    assert wait_until(lambda: len(workers(smkit, "mended")) == 1, 20)
    smkit.client("s3").put_object(Bucket="models", Key="mended-next/model.tar.gz", Body=constant(2))
    client.update_endpoint(EndpointName="mended", EndpointConfigName="mended-next")
    after = settled(smkit, "mended")
    assert after["EndpointConfigName"] == "mended-next", after.get("FailureReason")
    assert wait_until(lambda: invoke(smkit, "mended")["text"] == "2", 5)


def test_an_update_may_keep_the_weights(smkit: Any) -> None:
    for value in (1, 2):
        model(smkit, f"kept-{value}", constant(value))
    config(smkit, "kept", **{"kept-1": 1.0, "kept-2": 1.0})
    config(smkit, "kept-next", **{"kept-1": 1.0, "kept-2": 1.0})
    client = smkit.client("sagemaker")
    client.create_endpoint(EndpointName="kept", EndpointConfigName="kept")
    settled(smkit, "kept")
    client.update_endpoint_weights_and_capacities(
        EndpointName="kept",
        DesiredWeightsAndCapacities=[{"VariantName": "kept-1", "DesiredWeight": 0.25}],
    )
    settled(smkit, "kept")
    client.update_endpoint(
        EndpointName="kept", EndpointConfigName="kept-next", RetainAllVariantProperties=True
    )
    weights = [each["CurrentWeight"] for each in settled(smkit, "kept")["ProductionVariants"]]
    assert weights == [0.25, 1.0]
    client.update_endpoint(EndpointName="kept", EndpointConfigName="kept")
    weights = [each["CurrentWeight"] for each in settled(smkit, "kept")["ProductionVariants"]]
    assert weights == [1.0, 1.0]


def test_a_failed_update_leaves_the_weights(smkit: Any) -> None:
    for value in (1, 2):
        model(smkit, f"weighed-{value}", constant(value))
    config(smkit, "weighed", **{"weighed-1": 1.0, "weighed-2": 1.0})
    model(smkit, "weighed-next", archive(**{"code/inference.py": b"raise ValueError('no')\n"}))
    config(smkit, "weighed-next", **{"weighed-next": 1.0})
    client = smkit.client("sagemaker")
    client.create_endpoint(EndpointName="weighed", EndpointConfigName="weighed")
    settled(smkit, "weighed")

    def weigh(variant: str, weight: float) -> list[float]:
        client.update_endpoint_weights_and_capacities(
            EndpointName="weighed",
            DesiredWeightsAndCapacities=[{"VariantName": variant, "DesiredWeight": weight}],
        )
        return [each["CurrentWeight"] for each in settled(smkit, "weighed")["ProductionVariants"]]

    # The status and the weights are of one moment: never InService with the weights before.
    for weight in (0.75, 0.5, 0.25):
        assert weigh("weighed-1", weight) == [weight, 1.0]
    client.update_endpoint(EndpointName="weighed", EndpointConfigName="weighed-next")
    assert "FailureReason" in settled(smkit, "weighed")
    assert weigh("weighed-2", 0.5) == [0.25, 0.5]


def test_a_model_without_network_has_none(smkit: Any) -> None:
    code = (
        "def model_fn(directory): return None\n"
        "def predict_fn(data, model): return open('/proc/net/dev').read().count(':')\n"
        "def output_fn(answer, accept): return str(answer)\n"
    )
    s3, client = smkit.client("s3"), smkit.client("sagemaker")
    model(smkit, "connected", archive(**{"code/inference.py": code.encode()}))
    container = client.describe_model(ModelName="connected")["PrimaryContainer"]
    client.create_model(
        ModelName="alone",
        ExecutionRoleArn=client.describe_model(ModelName="connected")["ExecutionRoleArn"],
        PrimaryContainer={key: container[key] for key in ("Image", "ModelDataUrl")},
        EnableNetworkIsolation=True,
    )
    assert s3.head_object(Bucket="models", Key="connected/model.tar.gz")
    config(smkit, "alone", alone=1.0)
    client.create_endpoint(EndpointName="alone", EndpointConfigName="alone")
    assert settled(smkit, "alone")["EndpointStatus"] == "InService"
    assert int(invoke(smkit, "alone")["text"]) <= 1


def test_a_deleted_endpoints_killed_supervisor_is_no_hindrance(smkit: Any) -> None:
    deploy(smkit, "killed", constant(1))
    [name] = workers(smkit, "killed")
    smkit.end_supervisor(name)
    smkit.client("sagemaker").delete_endpoint(EndpointName="killed")
    assert wait_until(lambda: not workers(smkit, "killed"), 20)


_LINEAR = {
    "BlueGreenUpdatePolicy": {
        "TrafficRoutingConfiguration": {
            "Type": "LINEAR",
            "WaitIntervalInSeconds": 0,
            "LinearStepSize": {"Type": "CAPACITY_PERCENT", "Value": 20},
        }
    }
}


def test_a_deployment_that_would_be_ignored_is_refused(smkit: Any) -> None:
    client = smkit.client("sagemaker")
    model(smkit, "gradual", constant(1))
    config(smkit, "gradual", gradual=1.0)
    with pytest.raises(ClientError, match="deployment policies") as refused:
        client.create_endpoint(
            EndpointName="gradual", EndpointConfigName="gradual", DeploymentConfig=_LINEAR
        )
    assert refused.value.response["Error"]["Code"] == "ValidationException"


@pytest.fixture(scope="module")
def unserved(smkit: Any) -> None:
    model(smkit, "unserved", constant(1))
    smkit.client("sagemaker").create_model(
        ModelName="a-chain", ExecutionRoleArn=ROLE, Containers=[{"Image": IMAGE}, {"Image": IMAGE}]
    )


@pytest.mark.parametrize(
    ("variant", "more", "says"),
    [
        (
            {},
            {
                "DataCaptureConfig": {
                    "EnableCapture": True,
                    "InitialSamplingPercentage": 100,
                    "DestinationS3Uri": "s3://models/capture",
                    "CaptureOptions": [{"CaptureMode": "Input"}],
                }
            },
            "data capture",
        ),
        (
            {"ServerlessConfig": {"MemorySizeInMB": 1024, "MaxConcurrency": 1}},
            {},
            "serverless variants",
        ),
        (
            {},
            {"AsyncInferenceConfig": {"OutputConfig": {"S3OutputPath": "s3://models/out"}}},
            "asynchronous inference",
        ),
        ({"ModelName": "a-chain"}, {}, "models of several containers"),
        ({"ModelName": "nothing"}, {}, 'Could not find model "nothing"'),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_a_configuration_that_no_endpoint_could_serve_is_refused(
    smkit: Any, unserved: None, variant: dict[str, Any], more: dict[str, Any], says: str
) -> None:
    client = smkit.client("sagemaker")
    plain = {"VariantName": "one", "ModelName": "unserved", "InitialInstanceCount": 1}
    with pytest.raises(ClientError, match=says) as refused:
        client.create_endpoint_config(
            EndpointConfigName="unserved",
            ProductionVariants=[plain | {"InstanceType": "ml.m5.large"} | variant],
            **more,
        )
    assert refused.value.response["Error"]["Code"] == "ValidationException"
    with pytest.raises(ClientError, match="Could not find endpoint configuration"):
        client.describe_endpoint_config(EndpointConfigName="unserved")


def test_an_endpoint_does_not_need_its_model_again(smkit: Any) -> None:
    deploy(smkit, "alone-again", constant(4))
    client = smkit.client("sagemaker")
    client.delete_model(ModelName="alone-again")
    client.delete_endpoint_config(EndpointConfigName="alone-again")
    [name] = workers(smkit, "alone-again")
    smkit.end_supervisor(name)
    executor = LocalExecutor(smkit.home)
    assert wait_until(lambda: executor.poll(name).attempt == 2, 20)

    def answers() -> bool:
        try:
            return bool(invoke(smkit, "alone-again")["text"] == "4")
        except ClientError:
            return False

    assert wait_until(answers, 20)
