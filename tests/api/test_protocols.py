"""botocore's own client code on one side, ours on the other, for random operations and values."""

from __future__ import annotations

import gzip
import math
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import HeadersDict, create_request_object, prepare_request_dict
from botocore.parsers import create_parser
from botocore.serialize import create_serializer
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_smkit.api import models, protocols
from jupyter_smkit.api.errors import ApiError, ResourceNotFound, ValidationException
from jupyter_smkit.api.sigv4 import Request

WIRES = [
    ("sagemaker", "json"),
    ("logs", "json"),
    ("cloudwatch", "smithy-rpc-v2-cbor"),
    ("cloudwatch", "json"),
    ("cloudwatch", "query"),
    ("iam", "query"),
    ("sts", "query"),
    ("sagemaker-runtime", "rest-json"),
    ("sagemaker-featurestore-runtime", "rest-json"),
    ("sagemaker-metrics", "rest-json"),
    ("sagemaker-a2i-runtime", "rest-json"),
]
RELAXED = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=12)
IN_HEADERS = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), min_size=1, max_size=9)
WHEN = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=st.just(UTC)).map(
    lambda at: at.replace(microsecond=0)
)
SCALARS = {
    "string": TEXT,
    "integer": st.integers(-(2**31), 2**31 - 1),
    "long": st.integers(-(2**63), 2**63 - 1),
    "float": st.floats(allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "boolean": st.booleans(),
    "blob": st.binary(max_size=12),
    "timestamp": WHEN,
}


def values(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    """Values of a shape; what travels in headers or paths keeps to what those can carry."""
    if shape.type_name == "structure":
        return structures(shape, depth)
    if shape.type_name == "list":
        return st.lists(values(shape.member, depth + 1), max_size=2 if depth < 3 else 0)
    if shape.type_name == "map":
        members = values(shape.value, depth + 1)
        return st.dictionaries(TEXT, members, max_size=2 if depth < 3 else 0)
    if shape.type_name == "string" and "location" in shape.serialization:
        return IN_HEADERS.filter(lambda text: text not in (".", ".."))
    return SCALARS[shape.type_name]


@st.composite
def structures(draw: st.DrawFn, shape: Any, depth: int) -> dict[str, Any]:
    names = [
        name for name, each in shape.members.items() if not each.serialization.get("eventstream")
    ]
    if shape.is_tagged_union:
        chosen = [draw(st.sampled_from(names))]
    elif depth > 3:
        chosen = []
    else:
        chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=5)) if names else []
        in_path = [
            name for name in names if shape.members[name].serialization.get("location") == "uri"
        ]
        chosen = list(dict.fromkeys([*in_path, *chosen]))
    return {name: draw(values(shape.members[name], depth + 1)) for name in chosen}


def operations(service: str) -> st.SearchStrategy[Any]:
    model = models.service(service)
    names = [
        name
        for name in model.operation_names
        if not model.operation_model(name).has_event_stream_output
    ]
    return st.sampled_from(names).map(model.operation_model)


def sent(service: str, protocol: str, operation: Any, params: Any) -> tuple[Request, bytes]:
    """What botocore puts on the wire."""
    request = create_serializer(protocol, include_validation=False).serialize_to_request(
        params, operation
    )
    prepare_request_dict(request, "http://127.0.0.1:1")
    prepared = create_request_object(request).prepare()
    headers = {name.lower(): as_text(value) for name, value in prepared.headers.items()}
    body = prepared.body or b""
    target = prepared.url.removeprefix("http://127.0.0.1:1") or "/"
    return Request(prepared.method, target, headers), (
        body.encode() if isinstance(body, str) else bytes(body)
    )


def as_text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value


def received(protocol: str, response: protocols.Response, shape: Any) -> dict[str, Any]:
    """What botocore makes of our answer."""
    body: Any = response.body
    if shape is not None and (payload := shape.serialization.get("payload")):
        body = Unread(body) if shape.members[payload].type_name == "blob" else body
    parsed = create_parser(protocol).parse(
        {
            "status_code": response.status,
            "headers": HeadersDict(response.headers),
            "body": body,
        },
        shape,
    )
    return dict(parsed)


class Unread(bytes):
    """A body that botocore hands on as it is."""

    def decode(self, *_: Any) -> bytes:  # type: ignore[override]
        return bytes(self)


def equal(left: Any, right: Any) -> bool:
    """Equality, but for the last bits of a number that was written in decimal."""
    if isinstance(left, float) and isinstance(right, int | float):
        return math.isclose(left, right, rel_tol=1e-12)
    if isinstance(left, dict) and isinstance(right, dict):
        return left.keys() == right.keys() and all(equal(left[key], right[key]) for key in left)
    if isinstance(left, list) and isinstance(right, list):
        return len(left) == len(right) and all(map(equal, left, right))
    return bool(left == right)


@pytest.mark.parametrize(("service", "protocol"), WIRES)
@RELAXED
@given(data=st.data())
def test_a_request_of_botocore_is_read_back(service: str, protocol: str, data: Any) -> None:
    operation = data.draw(operations(service))
    params = data.draw(structures(operation.input_shape, 0)) if operation.input_shape else {}
    request, body = sent(service, protocol, operation, params)

    model = models.service(service)
    found, parsed = protocols.choose(request, model).parse(model, request, body)

    assert found.name == operation.name
    if protocol == "query" or protocol == "rest-json":
        params = without_empty(params)
        parsed = without_empty(parsed)
    assert equal(parsed, params), f"{operation.name}: {parsed} != {params}"


def without_empty(value: Any) -> Any:
    """Forms and headers do not tell an empty structure, map or list from none."""
    if isinstance(value, dict):
        cleaned = {key: without_empty(each) for key, each in value.items()}
        return {key: each for key, each in cleaned.items() if each not in ({}, [], None, b"", "")}
    if isinstance(value, list):
        return [each for each in map(without_empty, value) if each not in ({}, [], b"", "")]
    return value


@pytest.mark.parametrize(("service", "protocol"), WIRES)
@RELAXED
@given(data=st.data())
def test_an_answer_is_read_back_by_botocore(service: str, protocol: str, data: Any) -> None:
    operation = data.draw(operations(service))
    shape = operation.output_shape
    result = data.draw(structures(shape, 0)) if shape else {}

    response = WRITERS[protocol].serialise(operation, {**result, "NotOfTheShape": 1})
    parsed = received(protocol, response, shape)

    assert response.headers["x-amzn-RequestId"]
    parsed.pop("ResponseMetadata", None)
    if protocol in ("query", "rest-json"):
        result, parsed = without_empty(result), without_empty(parsed)
    parsed.pop("HTTPHeaders", None)
    assert equal(parsed, result), f"{operation.name}: {parsed} != {result}"


WRITERS: dict[str, protocols.WireProtocol] = {
    "json": protocols.json,
    "query": protocols.query,
    "rest-json": protocols.rest_json,
    "smithy-rpc-v2-cbor": protocols.cbor,
}


@pytest.mark.parametrize(("service", "protocol"), WIRES)
@RELAXED
@given(data=st.data())
def test_a_malformed_request_is_refused_with_4xx(service: str, protocol: str, data: Any) -> None:
    operation = data.draw(operations(service))
    params = data.draw(structures(operation.input_shape, 0)) if operation.input_shape else {}
    request, body = sent(service, protocol, operation, params)
    cut = data.draw(st.integers(0, len(body)))
    body = (
        body[:cut] + data.draw(st.binary(max_size=20)) + body[cut + data.draw(st.integers(0, 9)) :]
    )
    mangled = data.draw(st.sampled_from([body, b"[1]", b"null", b"{" * 4000, b"[" * 100_000]))

    model = models.service(service)
    try:
        protocols.choose(request, model).parse(model, request, mangled)
    except ApiError as refused:
        assert 400 <= refused.status < 500


@pytest.mark.parametrize(
    ("member", "value", "wording"),
    [
        ("MaxResults", '"1"', "STRING_VALUE can not be converted to an Integer"),
        ("MaxResults", "true", "TRUE_VALUE can not be converted to an Integer"),
        ("MaxResults", "[1]", "Start of list found where not expected"),
        ("NextToken", "7", "NUMBER_VALUE can not be converted to a String"),
        ("NextToken", "{}", "Start of structure or map found where not expected."),
    ],
)
def test_a_wrong_json_type_is_refused_in_aws_wording(member: str, value: str, wording: str) -> None:
    request = Request("POST", "/", {"x-amz-target": "SageMaker.ListModels"})
    body = f'{{"{member}": {value}}}'.encode()
    with pytest.raises(ApiError, match=wording) as refused:
        protocols.json.parse(models.service("sagemaker"), request, body)
    assert (refused.value.code, refused.value.status) == ("SerializationException", 400)


@pytest.mark.parametrize(("service", "protocol"), WIRES)
def test_botocore_reads_an_error(service: str, protocol: str) -> None:
    model = models.service(service)
    operation = model.operation_model(model.operation_names[0])
    response = WRITERS[protocol].error(ValidationException("a < b & ü"), operation)
    parsed = received(protocol, response, None)
    assert response.status == 400
    assert parsed["Error"]["Message"] == "a < b & ü"
    assert parsed["Error"]["Code"] in ("ValidationException", "ValidationError")


def test_a_modelled_error_keeps_the_code_that_clients_catch() -> None:
    operation = models.service("cloudwatch").operation_model("SetAlarmState")
    response = protocols.cbor.error(ResourceNotFound("gone"), operation)
    assert response.headers["x-amzn-query-error"] == "ResourceNotFound;Sender"


def test_unknown_operations_are_refused() -> None:
    model = models.service("sagemaker")
    request = Request("POST", "/", {"x-amz-target": "SageMaker.MakeCoffee"})
    with pytest.raises(ApiError) as refused:
        protocols.choose(request, model).parse(model, request, b"{}")
    assert refused.value.code == "UnknownOperationException"


def test_a_gzipped_body_is_read_and_a_bomb_refused() -> None:
    model = models.service("logs")
    headers = {"x-amz-target": "Logs_20140328.DescribeLogGroups", "content-encoding": "gzip"}
    request = Request("POST", "/", headers)
    body = gzip.compress(b'{"logGroupNamePrefix": "/aws"}')
    assert protocols.json.parse(model, request, body)[1] == {"logGroupNamePrefix": "/aws"}
    with pytest.raises(ApiError, match="64 MiB"):
        protocols.json.parse(model, request, gzip.compress(bytes(65 * 1024 * 1024)))
