"""InvokeEndpoint through the edge, by boto3, to real workers."""

from __future__ import annotations

import json
import socket
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st

from jupyter_smkit.gateway import demand
from jupyter_smkit.gateway.routes import Variant, choose

from .conftest import ACCOUNT, REGION, House, until


@pytest.fixture(scope="module")
def echo(house: House, script: Path) -> Any:
    """A client, and the endpoint ``echo`` with the variants A (weight 1) and B (weight 0)."""
    for name in ("a", "b"):
        house.worker(name, script)
    house.route(
        "echo",
        {
            "name": "A",
            "weight": 1.0,
            "workers": [house.socket("a")],
            "log": "/aws/sagemaker/Endpoints/echo/A/i-1",
        },
        {"name": "B", "weight": 0.0, "workers": [house.socket("b")]},
    )
    house.edge()
    return house.client()


def invoke(client: Any, text: str | bytes, endpoint: str = "echo", **more: Any) -> Any:
    arguments = {"ContentType": "text/plain", **more}
    return client.invoke_endpoint(EndpointName=endpoint, Body=text, **arguments)


def refusal(client: Any, text: str | bytes = "hi", **more: Any) -> tuple[int, str, str]:
    with pytest.raises(ClientError) as caught:
        invoke(client, text, **more)
    answer = caught.value.response
    error = answer["Error"]
    return answer["ResponseMetadata"]["HTTPStatusCode"], error["Code"], error["Message"]


def test_the_models_answer_comes_with_its_variant(echo: Any) -> None:
    answer = invoke(echo, "hello", CustomAttributes="trace=7", InferenceId="i-7")
    assert answer["Body"].read().endswith(b" hello")
    assert answer["InvokedProductionVariant"] == "A"
    assert answer["ContentType"] == "text/plain"
    assert answer["CustomAttributes"] == "trace=7"


def test_a_variant_may_be_named(echo: Any) -> None:
    assert invoke(echo, "hi", TargetVariant="B")["InvokedProductionVariant"] == "B"
    status, code, message = refusal(echo, TargetVariant="C")
    assert (status, code) == (400, "ValidationError")
    assert "there are: A, B" in message


@pytest.mark.parametrize(
    "asked",
    [
        {},
        {"ContentType": "application/x-nothing"},
        {"InferenceId": "x" * 65},
        {"TargetModel": "a.tar.gz"},
        {"TargetVariant": "no_underscores"},
        {"InferenceComponentName": "one"},
        {"text": b"x" * 6_291_457},
    ],
    ids=lambda asked: next(iter(asked), "plain"),
)
def test_an_unknown_endpoint_whatever_it_is_asked(echo: Any, asked: dict[str, Any]) -> None:
    assert refusal(echo, endpoint="nobody", **asked) == (
        400,
        "ValidationError",
        f"Endpoint nobody of account {ACCOUNT} not found.",
    )


def test_an_unknown_endpoint_whatever_the_operation(echo: Any) -> None:
    with pytest.raises(ClientError, match=f"Endpoint nobody of account {ACCOUNT} not found"):
        echo.invoke_endpoint_with_response_stream(EndpointName="nobody", Body=b"hi")


@pytest.mark.parametrize(
    ("header", "part"),
    [
        ({"TargetModel": "a.tar.gz"}, "multi-model"),
        ({"TargetContainerHostname": "one"}, "direct invocation"),
        ({"SessionId": "NEW_SESSION"}, "stateful"),
        ({"EnableExplanations": "`true`"}, "ExplainerConfig"),
        ({"InferenceComponentName": "one"}, "inference components"),
        ({"CustomAttributes": "x" * 1025}, "'customAttributes' failed to satisfy constraint"),
        ({"InferenceId": "x" * 65}, "'inferenceId' failed to satisfy constraint"),
        ({"TargetVariant": "no_underscores"}, "regular expression pattern"),
    ],
)
def test_headers_that_no_endpoint_of_ours_takes(
    echo: Any, header: dict[str, str], part: str
) -> None:
    status, code, message = refusal(echo, **header)
    assert (status, code) == (400, "ValidationError")
    assert part in message


def test_the_models_error_is_a_model_error(echo: Any) -> None:
    with pytest.raises(echo.exceptions.ModelError) as caught:
        invoke(echo, "hi", ContentType="text/csv")
    answer = caught.value.response
    assert answer["OriginalStatusCode"] == 500
    assert answer["OriginalMessage"] == "ValueError: no text/csv here"
    assert answer["LogStreamArn"].endswith(
        ":log-group:/aws/sagemaker/Endpoints/echo:log-stream:A/i-1"
    )
    assert 'error (500) from primary with message "ValueError: no' in answer["Error"]["Message"]


def test_the_largest_body_and_one_byte_more(echo: Any) -> None:
    assert invoke(echo, b"x" * 6_291_456)["Body"].read() == b"6291456 characters"
    status, code, message = refusal(echo, b"x" * 6_291_457)
    assert (status, code) == (400, "ValidationError")
    assert "less than or equal to 6291456" in message


def test_a_models_answer_that_is_too_long(echo: Any) -> None:
    status, code, message = refusal(echo, "long 6291457")
    assert (status, code) == (424, "ModelError")
    assert "longer than 6291456 bytes" in message


def test_signatures_are_verified(house: House, echo: Any) -> None:
    stranger = house.client()
    stranger._request_signer._credentials.access_key = "AKIANOBODY"
    assert refusal(stranger)[:2] == (403, "UnrecognizedClientException")
    forger = house.client()
    forger._request_signer._credentials.secret_key = "guessed"
    assert refusal(forger)[:2] == (403, "InvalidSignatureException")


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("invoke_endpoint_async", {"InputLocation": "s3://bucket/key"}),
        ("invoke_endpoint_with_response_stream", {"Body": b"hi"}),
    ],
)
def test_what_is_not_there_yet_says_so(
    echo: Any, operation: str, arguments: dict[str, Any]
) -> None:
    with pytest.raises(ClientError, match="not supported by smkit yet"):
        getattr(echo, operation)(EndpointName="echo", **arguments)


def test_a_changed_route_counts_with_the_datagram(house: House, echo: Any) -> None:
    variant = {"name": "Late", "weight": 1.0, "workers": [house.socket("a")]}
    house.route("late", variant)
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as commit:
        commit.sendto(b"1", str(house.home.run / "wake" / "edge.sock"))
    assert until(lambda: _variant(echo, "late"), 0.9) == "Late"


def _variant(client: Any, endpoint: str) -> str | None:
    try:
        return str(invoke(client, "hi", endpoint)["InvokedProductionVariant"])
    except ClientError:
        return None


def test_a_worker_that_is_killed_under_a_request_is_retried_on_another(
    house: House, echo: Any, script: Path, tmp_path: Path
) -> None:
    workers = [house.worker(name, script) for name in ("twin-1", "twin-2")]
    sockets = [house.socket("twin-1"), house.socket("twin-2")]
    house.route("twins", {"name": "A", "weight": 1.0, "workers": sockets})
    until(lambda: _variant(echo, "twins"))

    answer = invoke(echo, f"die {tmp_path / 'died'}", "twins")["Body"].read()

    until(lambda: any(worker.poll() is not None for worker in workers))
    [survivor] = [worker for worker in workers if worker.poll() is None]
    assert answer.startswith(f"{survivor.pid} ".encode())
    for _ in range(4):
        assert _variant(echo, "twins") == "A"


def test_the_only_worker_is_killed_under_a_request(
    house: House, echo: Any, script: Path, tmp_path: Path
) -> None:
    def told() -> demand.Use:
        return demand.read(house.home.demand).get((ACCOUNT, REGION, "lone", "A"), demand.Use())

    worker = house.worker("lone", script)
    variant = {"name": "A", "weight": 1.0, "workers": [house.socket("lone")]}
    house.route("lone", variant)
    until(lambda: _variant(echo, "lone"))

    status, code, message = refusal(echo, f"die {tmp_path / 'died'}", endpoint="lone")
    assert (status, code) == (424, "ModelError")
    assert "process ended" in message
    worker.wait(5)
    # What is asked while there is none waits for the next one.
    with ThreadPoolExecutor(1) as apart:
        waits = apart.submit(_variant, house.client(), "lone")
        until(lambda: told().queued == 1)
        house.worker("lone", script)
        assert waits.result(20) == "A"
    until(lambda: told().queued == 0)
    assert time.time() - told().used < 60


def test_a_slow_request_does_not_hold_up_another_variant(
    house: House, echo: Any, tmp_path: Path
) -> None:
    answers: list[bytes] = []
    gate = tmp_path / "gate"
    slow = threading.Thread(
        target=lambda: answers.append(invoke(echo, f"hang {gate}")["Body"].read())
    )
    slow.start()
    begun = time.monotonic()
    assert invoke(house.client(), "hi", TargetVariant="B")["InvokedProductionVariant"] == "B"
    assert time.monotonic() - begun < 5
    assert not answers
    gate.touch()
    slow.join(10)
    assert len(answers) == 1


def test_metrics_are_written_when_the_edge_stops(house: House, script: Path) -> None:
    """The last test of this module: it ends the edge that the others share."""
    edge = next(p for p in house.processes if p.args[-1] == "jupyter_smkit.gateway.edge")
    edge.terminate()
    assert edge.wait(10) == 0
    data = [
        datum
        for file in (house.home.run / "metrics").glob("*.json")
        for datum in json.loads(file.read_text())
    ]
    on_a = {"EndpointName": "echo", "VariantName": "A"}
    sums: Counter[str] = Counter()
    for datum in data:
        if datum["dimensions"] == on_a:
            sums[datum["name"]] += datum["sum"]
            assert datum["namespace"] == "AWS/SageMaker"
            assert sum(datum["counts"]) == datum["count"]
            assert datum["min"] * datum["count"] <= datum["sum"] * (1 + 1e-9)
    assert sums["Invocations"] >= 5
    assert sums["Invocation5XXErrors"] >= 2
    assert sums["ModelLatency"] > sums["OverheadLatency"] > 0


@given(
    st.lists(st.floats(0, 1e6, allow_subnormal=False), min_size=1, max_size=10),
    st.floats(0, 1, exclude_max=True),
)
def test_traffic_splits_by_weight(weights: list[float], draw: float) -> None:
    variants = tuple(Variant(str(n), weight, ()) for n, weight in enumerate(weights))
    chosen = choose(variants, draw)
    if not any(weights):
        assert chosen is None
        return
    assert chosen is not None
    assert chosen.weight > 0
    before = sum(weights[: int(chosen.name)])
    slack = sum(weights) * 1e-9
    assert before - slack <= draw * sum(weights) <= before + chosen.weight + slack


@given(st.lists(st.integers(0, 20), min_size=1, max_size=6).filter(any))
def test_each_variant_gets_its_share(weights: list[int]) -> None:
    variants = tuple(Variant(str(n), float(weight), ()) for n, weight in enumerate(weights))
    draws = sum(weights) * 10
    shares = Counter(choose(variants, (n + 0.5) / draws) for n in range(draws))
    assert [shares[variant] for variant in variants] == [weight * 10 for weight in weights]
