from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

from jupyter_smkit.api.caller import Caller
from jupyter_smkit.config import Home
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.wrangler import edit
from jupyter_smkit.wrangler.flow import Flow, Node
from jupyter_smkit.wrangler.routes import app


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    made = Home(tmp_path_factory.mktemp("home"))
    made.prepare()
    return made


@pytest.fixture(scope="module")
def store(home: Home) -> ObjectStore:
    made = ObjectStore(home.objects)
    made.ensure_bucket("bucket", "123456789012", "us-east-1")
    return made


@pytest.fixture(scope="module")
def client(home: Home, store: ObjectStore) -> Iterator[TestClient]:
    services: Any = SimpleNamespace(home=home, state=None, objects=store, clock=time.time)
    application = app(services)
    caller = Caller("210987654321", "eu-west-1", "KEY")

    async def asked(scope: Any, receive: Any, send: Any) -> None:
        await application({**scope, "smkit.caller": caller}, receive, send)

    with TestClient(asked) as made:
        yield made
        assert made.portal is not None
        made.portal.call(application.state.workers.close)


@pytest.fixture
def stored(store: ObjectStore, passengers: Path) -> None:
    store.put("bucket", "passengers.csv", passengers)


def post(client: TestClient, verb: str, **body: Any) -> Any:
    return client.post(f"/_smkit/wrangler/{verb}", json=body)


def test_the_catalogue_holds_forms(client: TestClient) -> None:
    found = {(one["id"], one["choice"]): one for one in post(client, "operators").json()}
    drop = found["sagemaker.spark.manage_columns_0.1", "Drop column"]
    assert drop["block"] == "drop_column_parameters"
    assert drop["schema"]["properties"]["column_to_drop"]["x-column"] == "any"


def test_a_preview_reads_the_store(
    client: TestClient, stored: None, flow: Flow, types: Node, store: ObjectStore
) -> None:
    found = post(client, "preview", flow=flow.to_dict(), node=types.id, session="f")
    assert found.status_code == 200
    assert found.json()["rows"] == 5
    store.put("bucket", "passengers.csv", b"id\n1\n2\n")
    again = post(client, "preview", flow=flow.to_dict(), node=types.id, session="f")
    assert again.json()["rows"] == 2
    columns = post(client, "schema", flow=flow.to_dict(), node=types.id, session="f")
    assert columns.json() == [{"name": "id", "type": "long"}]


def test_a_prefix_is_a_table(client: TestClient, store: ObjectStore) -> None:
    for name in ("1.csv", "2.csv", "deep/3.csv"):
        store.put("bucket", f"table/{name}", b"a\n1\n")
    store.put("bucket", "table-other.csv", b"b\n1\n")
    flow = edit.new("s3://bucket/table/")
    found = post(client, "preview", flow=flow.to_dict(), node=flow.nodes[0].id)
    assert found.json()["rows"] == 2
    # Without the slash it is a prefix, in a job too.
    flow = edit.new("s3://bucket/table")
    refused = post(client, "preview", flow=flow.to_dict(), node=flow.nodes[0].id)
    assert "table-other.csv has other columns than 1.csv" in refused.json()["message"]


def test_what_is_wrong_is_said_with_its_step(client: TestClient, flow: Flow, types: Node) -> None:
    flow, step = edit.add_step(flow, types.id, "sagemaker.spark.magic_0.1", {})
    listed = post(client, "validate", flow=flow.to_dict()).json()
    assert [one["node"] for one in listed["problems"]] == [step.id]
    assert listed["titles"][types.id] == "Data types"
    missing = edit.new("s3://nobody/here.csv")
    refused = post(client, "preview", flow=missing.to_dict(), node=missing.nodes[1].id)
    assert refused.status_code == 400
    assert refused.json()["node"] == missing.nodes[0].id
    assert "s3://nobody/here.csv" in refused.json()["message"]


@pytest.mark.parametrize(
    ("verb", "body", "status", "message"),
    [
        ("dance", {}, 404, "no such verb: dance"),
        ("preview", {}, 400, "flow: Field required"),
        ("preview", {"flow": {}, "node": "a"}, 400, "'nodes' is missing"),
        ("preview", {"flow": {"nodes": []}, "node": "a"}, 400, "the flow has no step a"),
        ("script", {"flow": {"nodes": []}, "nodes": 1}, 400, "nodes: Extra inputs"),
    ],
)
def test_bad_requests(
    client: TestClient, verb: str, body: dict[str, Any], status: int, message: str
) -> None:
    answer = post(client, verb, **body)
    assert answer.status_code == status
    assert answer.json()["message"].startswith(message)


def test_the_job_is_its_callers_and_the_script(client: TestClient, flow: Flow, types: Node) -> None:
    job = post(client, "job", flow=flow.to_dict(), name="prepare").json()
    bucket = "s3://sagemaker-eu-west-1-210987654321"
    assert job["request"]["RoleArn"].startswith("arn:aws:iam::210987654321:role/")
    assert job["flow_uri"] == f"{bucket}/flows/prepare/prepare.flow"
    assert job["result_uri"] == f"{bucket}/flows/output/prepare/{types.id}/default/"
    request = job["request"]
    assert [one["InputName"] for one in request["ProcessingInputs"]] == ["flow", "passengers.csv"]
    assert request["ProcessingOutputConfig"]["Outputs"][0]["OutputName"] == f"{types.id}.default"
    text = post(client, "script", flow=flow.to_dict()).json()
    assert "def main(" in text
