"""Requests that no client would send: whatever comes, the answer is no 500."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import quote, urlencode

import cbor2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_smkit.api import models, patterns
from jupyter_smkit.api.registry import Registry
from jupyter_smkit.services.operations import register

SERVICES = {
    "sagemaker": "sagemaker",
    "logs": "logs",
    "cloudwatch": "monitoring",
    "iam": "iam",
    "sts": "sts",
    "sagemaker-runtime": "sagemaker",
    "sagemaker-featurestore-runtime": "sagemaker",
    "sagemaker-metrics": "sagemaker",
    "sagemaker-a2i-runtime": "sagemaker",
}
OWN = Registry()
register(OWN)
SHARED = "/n" * 10
"""A name that many requests use, so that they meet what others made."""
HOSTILE = settings(
    max_examples=80,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)
JUNK: st.SearchStrategy[Any] = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["", "\x00", "../..", "a" * 5000, "arn:aws:", "\ud800", "9" * 400, "s3://"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=5,
)


@st.composite
def nearly_valid(draw: st.DrawFn, shape: Any, depth: int = 0) -> Any:
    """A value that mostly keeps the constraints of its shape, so that it gets far."""
    if draw(st.integers(0, 39)) == 0:
        return draw(JUNK)
    match shape.type_name:
        case "structure":
            required = shape.required_members
            others = [name for name in shape.members if name not in required]
            more = (
                draw(st.lists(st.sampled_from(others), max_size=2)) if others and depth < 4 else []
            )
            if shape.is_tagged_union:
                required, more = [draw(st.sampled_from(others))], []
            return {
                name: draw(nearly_valid(shape.members[name], depth + 1))
                for name in dict.fromkeys([*required, *more])
            }
        case "list":
            least = min(shape.metadata.get("min", 0), 3)
            size = draw(st.integers(least, max(least, 2 if depth < 4 else 0)))
            return [draw(nearly_valid(shape.member, depth + 1)) for _ in range(size)]
        case "map":
            return {draw(text(shape.key)): draw(nearly_valid(shape.value, depth + 1))}
        case "integer" | "long":
            low = shape.metadata.get("min", 0)
            return draw(st.integers(low, max(low, shape.metadata.get("max", 2**31 - 1))))
        case "float" | "double":
            return draw(st.floats(allow_nan=False, allow_infinity=False, width=32))
        case "boolean":
            return draw(st.booleans())
        case "timestamp":
            return draw(st.integers(0, 4_000_000_000))
        case "blob":
            return "aGVsbG8="
    return draw(text(shape))


def text(shape: Any) -> st.SearchStrategy[str]:
    if shape.metadata.get("enum"):
        return st.sampled_from(shape.metadata["enum"])
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 40)
    pattern = shape.metadata.get("pattern")
    for shared in (SHARED, SHARED.replace("/", "")):
        if pattern and least <= len(shared) <= most and patterns.matches(pattern, shared):
            return st.just(shared) | st.text(max_size=30)
    fallback = st.just("arn:aws:iam::123456789012:role/" + "r" * least)
    if pattern is None or r"\u" in pattern:
        return st.text(min_size=min(least, 60), max_size=max(least, min(most, 60)))
    compiled = patterns._compiled(pattern, True)
    if compiled is None or re.search(r"\{\d{3,}", pattern):
        return fallback
    matching = st.from_regex(compiled, fullmatch=True, alphabet=st.characters(codec="ascii"))
    return matching.map(lambda found: found[:most]) | fallback


@st.composite
def requests(draw: st.DrawFn, service: str) -> tuple[str, str, dict[str, str], bytes]:
    """Method, target, headers and body in the protocol of the service."""
    model = models.service(service)
    names = [name for at, name in OWN.operations if at == service] or model.operation_names
    operation = model.operation_model(draw(st.sampled_from(names)))
    shape = operation.input_shape
    params = draw(nearly_valid(shape)) if shape is not None else {}
    protocol = model.metadata["protocol"]
    if protocol == "json":
        target = f"{model.metadata['targetPrefix']}.{operation.name}"
        headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
        return "POST", "/", headers, draw(damaged(json.dumps(params).encode()))
    if protocol == "query":
        form = {"Action": operation.name, "Version": model.api_version, **_flat(params)}
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        return "POST", "/", headers, draw(damaged(urlencode(form, errors="replace").encode()))
    if protocol == "rest-json":
        return draw(rest(operation, params))
    headers = {"smithy-protocol": "rpc-v2-cbor", "Content-Type": "application/cbor"}
    path = f"/service/{model.metadata['targetPrefix']}/operation/{operation.name}"
    return "POST", path, headers, draw(damaged(_cbor(params)))


@st.composite
def rest(draw: st.DrawFn, operation: Any, params: Any) -> tuple[str, str, dict[str, str], bytes]:
    known = params if isinstance(params, dict) else {}
    path = operation.http["requestUri"]
    labels = {found: str(known.get(found, "x")) or "x" for found in re.findall(r"{(\w+)\+?}", path)}
    for name, value in labels.items():
        path = re.sub(
            rf"{{{name}\+?}}", lambda _, v=value: quote(v, safe="", errors="replace"), path
        )
    query = urlencode({key: str(value) for key, value in known.items()}, errors="replace")
    target = path + draw(st.sampled_from(["", "?" + query[:2000], "?%ff", "/"]))
    headers = {"Content-Type": draw(st.sampled_from(["application/json", "text/csv"]))}
    body = draw(damaged(json.dumps(params).encode()))
    return operation.http["method"], target, headers, body


def damaged(body: bytes) -> st.SearchStrategy[bytes]:
    cut = st.integers(0, len(body)).map(lambda at: body[:at])
    return st.one_of(*[st.just(body)] * 8, cut, st.binary(max_size=50))


def _flat(params: Any, prefix: str = "") -> dict[str, str]:
    if isinstance(params, dict):
        items = params.items()
    elif isinstance(params, list):
        items = {f"member.{number}": each for number, each in enumerate(params, 1)}.items()
    else:
        return {prefix: str(params)}
    found: dict[str, str] = {}
    for name, value in items:
        found |= _flat(value, f"{prefix}.{name}" if prefix else str(name))
    return found


def _cbor(params: Any) -> bytes:
    try:
        return cbor2.dumps(params)
    except UnicodeEncodeError:
        return b"\xa0"


@pytest.mark.parametrize("service", SERVICES)
@HOSTILE
@given(data=st.data())
def test_nothing_that_is_sent_gives_a_500(api: Any, service: str, data: Any) -> None:
    method, target, headers, body = data.draw(requests(service))
    status, answer = api.send(SERVICES[service], method, target, headers, body)
    assert status < 500, f"{answer!r}\n{api.last_words()}"


@HOSTILE
@given(
    signed_for=st.sampled_from(["sagemaker", "sts", "logs", "monitoring", "s3", "smkit", "ec2"]),
    method=st.sampled_from(["GET", "POST", "PUT", "DELETE", "HEAD"]),
    path=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30),
    name=st.sampled_from(["x-amz-target", "smithy-protocol", "content-type", "content-encoding"]),
    value=st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30),
    body=st.binary(max_size=60),
)
def test_no_head_gives_a_500(
    api: Any, signed_for: str, method: str, path: str, name: str, value: str, body: bytes
) -> None:
    if path.startswith("_smkit/events"):
        return
    target = "/" + quote(path, safe="/?&=%+~:@")
    status, answer = api.send(signed_for, method, target, {name: value}, body)
    assert status < 500, f"{answer!r}\n{api.last_words()}"
