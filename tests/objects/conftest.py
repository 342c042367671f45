"""A store, and the S3 wire over it served by uvicorn behind a verifier of signatures."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import uvicorn
from botocore.config import Config

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.caller import Caller
from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.objects.wire import error_answer, s3_app

REGION = "us-east-1"


@dataclass(frozen=True)
class Service:
    """A running S3."""

    endpoint: str
    access_key: str
    secret: str
    store: ObjectStore

    @property
    def options(self) -> dict[str, str]:
        """As polars and obstore name them."""
        return {
            "aws_access_key_id": self.access_key,
            "aws_secret_access_key": self.secret,
            "aws_region": REGION,
            "aws_endpoint_url": self.endpoint,
            "aws_allow_http": "true",
        }


@pytest.fixture
def store(tmp_path: Path) -> Iterator[ObjectStore]:
    made = ObjectStore(tmp_path / "objects")
    made.buckets.create("bucket", "123456789012", REGION)
    yield made
    made.close()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("s3")
    credentials = Credentials(home / "credentials.json")
    store = ObjectStore(home / "objects")
    with serving(verified(s3_app(store), credentials)) as endpoint:
        key = credentials.default()
        yield Service(endpoint, key.access_key, key.secret, store)
    store.close()


@pytest.fixture(scope="session")
def s3(service: Service) -> Any:
    return client(service)


def client(service: Service, **config: Any) -> Any:
    return boto3.client(
        "s3",
        endpoint_url=service.endpoint,
        aws_access_key_id=service.access_key,
        aws_secret_access_key=service.secret,
        region_name=REGION,
        config=Config(**{"retries": {"max_attempts": 1}, **config}),
    )


@pytest.fixture
def bucket(s3: Any, request: pytest.FixtureRequest) -> str:
    name = f"b-{abs(hash(request.node.nodeid)):x}"
    s3.create_bucket(Bucket=name)
    return name


def verified(application: Any, credentials: Credentials) -> Any:
    async def wrapper(scope: Any, receive: Any, send: Any) -> None:
        target = scope["raw_path"].decode()
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode()
        headers = {name.decode(): value.decode("latin-1") for name, value in scope["headers"]}
        request = sigv4.Request(scope["method"], target, headers)
        try:
            found = sigv4.parse(request)
            now = time.time()
            key = credentials.get(found.access_key, now, found.token)
            sigv4.verify(request, found, key.secret, found.payload or "", now)
        except ApiError as error:
            answer = error_answer(error, scope, "0")
            assert isinstance(answer.body, bytes)
            await send({"type": "http.response.start", "status": answer.status, "headers": []})
            await send({"type": "http.response.body", "body": answer.body})
            return
        scope["smkit.caller"] = Caller(
            key.account, found.region, found.access_key, key.secret, found
        )
        await application(scope, receive, send)

    return wrapper


class serving:
    """Runs an ASGI application on a free port of 127.0.0.1."""

    def __init__(self, application: Callable[..., Any]) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._server = uvicorn.Server(
            uvicorn.Config(
                application, loop="uvloop", http="httptools", lifespan="off", log_level="warning"
            )
        )
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> str:
        self._thread.start()
        assert self._ready.wait(10)
        return f"http://127.0.0.1:{self._socket.getsockname()[1]}"

    def __exit__(self, *exception: object) -> None:
        self._server.should_exit = True
        self._thread.join(10)

    def _run(self) -> None:
        import uvloop

        async def main() -> None:
            # Connections queue in the socket's backlog from here on.
            self._ready.set()
            await self._server.serve(sockets=[self._socket])

        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(main())
