"""Any operation of any service in plain JSON, whatever the service speaks on AWS."""

from __future__ import annotations

import base64
import json
import time
from typing import Any

import pytest

from jupyter_smkit.api import models
from jupyter_smkit.api.protocols import plain
from jupyter_smkit.api.services import SERVICES
from jupyter_smkit.api.sigv4 import Request
from tests.api.conftest import Api


def call(api: Api, service: str, operation: str, **params: Any) -> tuple[int, Any]:
    target = f"/_smkit/call/{service}/{operation}"
    status, body = api.send("smkit", "POST", target, {}, json.dumps(params).encode())
    return status, json.loads(body)


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_table_agrees_with_botocore(service: Any) -> None:
    metadata = models.service(service.name).metadata
    assert service.id == metadata["serviceId"]
    assert service.signing_name == metadata.get("signingName", metadata["endpointPrefix"])


def test_sagemaker_answers_instants_as_seconds(api: Api) -> None:
    assert call(api, "sagemaker", "CreateExperiment", ExperimentName="plain")[0] == 200
    status, found = call(api, "sagemaker", "DescribeExperiment", ExperimentName="plain")
    assert status == 200
    assert abs(found["CreationTime"] - time.time()) < 60


def test_a_service_of_the_query_protocol(api: Api) -> None:
    trust = json.dumps({"Version": "2012-10-17", "Statement": []})
    status, made = call(
        api,
        "iam",
        "CreateRole",
        RoleName="plain",
        AssumeRolePolicyDocument=trust,
        Tags=[{"Key": "team", "Value": "blue"}],
    )
    assert status == 200, made
    assert made["Role"]["Tags"] == [{"Key": "team", "Value": "blue"}]
    assert isinstance(made["Role"]["CreateDate"], float)
    assert call(api, "iam", "GetRole", RoleName="none") == (
        404,
        {"__type": "NoSuchEntity", "message": "The role with name none cannot be found."},
    )
    assert call(api, "sts", "GetCallerIdentity")[1]["Account"] == "123456789012"


def test_a_service_of_the_cbor_protocol(api: Api) -> None:
    datum = {"MetricName": "m", "Timestamp": time.time(), "Value": 2.5}
    assert call(api, "cloudwatch", "PutMetricData", Namespace="n", MetricData=[datum])[0] == 200
    _, found = call(api, "cloudwatch", "ListMetrics", Namespace="n")
    assert [metric["MetricName"] for metric in found["Metrics"]] == ["m"]


def test_blobs_are_base64_and_places_in_the_request_do_not_matter() -> None:
    service = models.service("sagemaker-runtime")
    given = {"EndpointName": "e", "Body": base64.b64encode(b"1,2").decode(), "ContentType": "c"}
    request = Request("POST", f"{plain.PATH}sagemaker-runtime/InvokeEndpoint", {})
    operation, params = plain.parse(service, request, json.dumps(given).encode())
    assert params == {"EndpointName": "e", "Body": b"1,2", "ContentType": "c"}
    answer = plain.serialise(operation, {"Body": b"3", "InvokedProductionVariant": "v"})
    assert json.loads(answer.body) == {
        "Body": base64.b64encode(b"3").decode(),
        "InvokedProductionVariant": "v",
    }


@pytest.mark.parametrize(
    ("service", "operation", "body", "code", "words"),
    [
        ("nosuch", "List", b"{}", "UnknownOperationException", "has no service 'nosuch'"),
        ("s3", "ListBuckets", b"{}", "UnknownOperationException", "has no service 's3'"),
        ("logs", "Nothing", b"{}", "UnknownOperationException", "logs has no operation"),
        ("logs", "GetLogEvents", b"[1", "SerializationException", "not valid JSON"),
        ("iam", "GetRole", b"{}", "ValidationError", "RoleName|roleName"),
        ("sagemaker", "DescribeModel", b"{}", "ValidationException", "ModelName|modelName"),
    ],
)
def test_a_refusal_says_what_is_wrong(
    api: Api, service: str, operation: str, body: bytes, code: str, words: str
) -> None:
    status, answer = api.send("smkit", "POST", f"/_smkit/call/{service}/{operation}", {}, body)
    refusal = json.loads(answer)
    assert (status, refusal["__type"]) == (400, code)
    assert any(word in refusal["message"] for word in words.split("|")), refusal
