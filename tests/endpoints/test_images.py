"""Images of models that smkit does not know, or not in the version that they name."""

from __future__ import annotations

import io
from importlib import metadata
from typing import Any

import joblib
from sklearn.linear_model import LinearRegression

from tests.endpoints.test_endpoints import ROLE, archive, config, constant, invoke, settled

UNKNOWN = "123456789012.dkr.ecr.us-east-1.amazonaws.com/our-own-server:3"


def deployed(smkit: Any, name: str, packed: bytes, image: str = UNKNOWN) -> dict[str, Any]:
    s3, client = smkit.client("s3"), smkit.client("sagemaker")
    s3.put_object(Bucket=smkit.bucket("models"), Key=f"{name}/model.tar.gz", Body=packed)
    container = {"Image": image, "ModelDataUrl": f"s3://models/{name}/model.tar.gz"}
    client.create_model(ModelName=name, ExecutionRoleArn=ROLE, PrimaryContainer=container)
    config(smkit, name, **{name: 1.0})
    client.create_endpoint(EndpointName=name, EndpointConfigName=name)
    return settled(smkit, name)


def test_an_endpoint_of_an_unknown_image_fails_and_names_it(smkit: Any) -> None:
    fitted = io.BytesIO()
    joblib.dump(LinearRegression().fit([[0.0], [1.0]], [0.0, 1.0]), fitted)
    packed = archive(**{"model.joblib": fitted.getvalue()})
    found = deployed(smkit, "unknown-server", packed)
    assert found["EndpointStatus"] == "Failed"
    assert UNKNOWN in found["FailureReason"]


def test_a_script_is_served_whatever_the_image(smkit: Any) -> None:
    assert deployed(smkit, "unknown-scripted", constant(7))["EndpointStatus"] == "InService"
    assert invoke(smkit, "unknown-scripted")["text"] == "7"
    smkit.client("sagemaker").delete_endpoint(EndpointName="unknown-scripted")


def test_an_endpoint_shows_the_version_that_it_has(smkit: Any) -> None:
    repository = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn"
    found = deployed(smkit, "later-server", constant(1), f"{repository}:99.0-1-cpu-py3")
    [image] = found["ProductionVariants"][0]["DeployedImages"]
    assert image["SpecifiedImage"] == f"{repository}:99.0-1-cpu-py3"
    assert image["ResolvedImage"] == f"{repository}:{metadata.version('scikit-learn')}"
    smkit.client("sagemaker").delete_endpoint(EndpointName="later-server")


def test_a_script_for_the_scikit_learn_container_is_served(smkit: Any) -> None:
    code = (
        "from sagemaker_containers.beta.framework import (\n"
        "    content_types, encoders, env, modules, transformer, worker)\n"
        "def model_fn(directory): return 2\n"
        "def input_fn(body, kind): return encoders.decode(body, kind)\n"
        "def predict_fn(rows, model): return rows * model\n"
        "def output_fn(answer, accept):\n"
        "    return worker.Response(encoders.encode(answer, accept), accept, mimetype=accept)\n"
    )
    packed = archive(**{"code/inference.py": code.encode()})
    found = deployed(smkit, "for-sklearn", packed, "sagemaker-scikit-learn")
    assert found["EndpointStatus"] == "InService", found.get("FailureReason")
    answer = invoke(smkit, "for-sklearn", "1,2\n", Accept="application/json")
    assert (answer["text"], answer["ContentType"]) == ("[2, 4]", "application/json")
    smkit.client("sagemaker").delete_endpoint(EndpointName="for-sklearn")
