from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

import httpx
import pytest

from jupyter_smkit.config import Home

if TYPE_CHECKING:
    from tests.server.conftest import FakeEdge


@pytest.fixture
def asleep(edge: FakeEdge) -> Iterator[Home]:
    """The home, with nothing listening at its port."""
    kept = edge.home.port_file.read_text()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        edge.home.port_file.write_text(str(taken.getsockname()[1]))
    yield edge.home
    edge.home.port_file.write_text(kept)


def test_an_operation_is_signed_and_forwarded(browser: httpx.Client) -> None:
    answer = browser.post("aws/sagemaker/ListModels", json={"MaxResults": 5})
    assert answer.status_code == 200
    assert answer.json() == {
        "path": "/_smkit/call/sagemaker/ListModels",
        "body": '{"MaxResults":5}',
    }


def test_an_operation_of_any_service_goes_the_same_way(browser: httpx.Client) -> None:
    answer = browser.post("aws/sagemaker-a2i-runtime/ListHumanLoops")
    assert answer.json() == {
        "path": "/_smkit/call/sagemaker-a2i-runtime/ListHumanLoops",
        "body": "{}",
    }


def test_invocations_keep_content_type_headers_and_status(browser: httpx.Client) -> None:
    answer = browser.post(
        "invoke/my-endpoint",
        content="a,b",
        headers={"Content-Type": "text/csv", "X-Amzn-SageMaker-Target-Variant": "AllTraffic"},
    )
    assert (answer.status_code, answer.text) == (200, "A,B")
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["x-amzn-invoked-production-variant"] == "AllTraffic"


def test_an_error_of_the_edge_arrives_unchanged(browser: httpx.Client) -> None:
    answer = browser.post("invoke/missing", content="1")
    assert answer.status_code == 400
    assert answer.json() == {"__type": "ValidationError", "message": "not found"}


def test_the_routes_of_the_flow_editor_and_the_status(browser: httpx.Client) -> None:
    asked = browser.post("wrangler/preview", json={"node": "n"}).json()
    assert (asked["path"], json.loads(asked["body"])) == ("/_smkit/wrangler/preview", {"node": "n"})
    assert browser.get("status").json()["path"] == "/_smkit/status"


def test_only_what_the_file_browser_shows_may_be_a_project(
    browser: httpx.Client, tmp_path_factory: pytest.TempPathFactory
) -> None:
    outside = tmp_path_factory.mktemp("outside")
    (outside / "smkit.toml").touch()
    assert browser.get(f"marker/%2e%2e/{outside.name}").json() == {"marker": None}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "aws/sagemaker/ListModels"),
        ("POST", "invoke/x"),
        ("POST", "wrangler/preview"),
        ("GET", "status"),
        ("PUT", "s3/bucket/key"),
        ("DELETE", "s3/bucket/key"),
    ],
)
def test_who_is_not_signed_in_gets_nowhere(jupyter: str, method: str, path: str) -> None:
    answer = httpx.request(method, f"{jupyter}/smkit/{path}")
    assert answer.status_code == 403


def test_a_cookie_alone_is_not_enough_to_write(jupyter: str) -> None:
    with httpx.Client(base_url=jupyter, follow_redirects=True) as client:
        client.get("/api/status", params={"token": "a-real-token"})
        client.get("/login", params={"token": "a-real-token"})
        forged = client.post("/smkit/aws/sagemaker/ListModels", json={})
        assert forged.status_code == 403
        assert "_xsrf" in forged.json()["message"]
        proof = {"X-XSRFToken": client.cookies["_xsrf"]}
        honest = client.post("/smkit/aws/sagemaker/ListModels", json={}, headers=proof)
        assert honest.status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "aws/sagemaker/ListModels"),
        ("POST", "wrangler/preview"),
        ("GET", "status"),
        ("GET", "s3/bucket/key"),
        ("GET", "contents/"),
    ],
)
def test_what_a_page_asks_by_itself_starts_nothing(
    browser: httpx.Client, asleep: Home, method: str, path: str
) -> None:
    answer = browser.request(method, path, headers={"X-Smkit-Start": "no"})
    assert answer.status_code == 503
    assert "smkit does not run" in answer.text
    assert not list(asleep.run.glob("*.starting"))
