"""A store, and the S3 wire over it served by uvicorn behind a verifier of signatures."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
import uvicorn
import uvloop
from botocore.config import Config

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.caller import S3Caller
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

    def client(self, **config: Any) -> Any:
        return boto3.client(
            "s3",
            endpoint_url=self.endpoint,
            aws_access_key_id=self.access_key,
            aws_secret_access_key=self.secret,
            region_name=REGION,
            config=Config(**{"retries": {"total_max_attempts": 1}, **config}),
        )

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
def chunked() -> Callable[..., bytes]:
    return signed_chunks


@pytest.fixture
def serve() -> Any:
    return serving


@pytest.fixture
def verify() -> Any:
    return verified


@pytest.fixture
def files(store: ObjectStore) -> Callable[[], list[Path]]:
    """The blobs that are on the disk now."""
    return lambda: [path for path in (store.root / "blobs").rglob("*") if path.is_file()]


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
    return service.client()


@pytest.fixture
def bucket(s3: Any, request: pytest.FixtureRequest) -> str:
    name = f"b-{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:20]}"
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
        scope["smkit.caller"] = S3Caller(
            key.account, found.region, found.access_key, key.secret, found
        )
        await application(scope, receive, send)

    return wrapper


@contextmanager
def serving(application: Any) -> Iterator[str]:
    """Runs an ASGI application on a free port of 127.0.0.1; gives its address."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(
            application, loop="uvloop", http="httptools", lifespan="off", log_level="warning"
        )
    )

    def run() -> None:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(server.serve(sockets=[listening]))

    thread = threading.Thread(target=run)
    thread.start()
    # Connections queue in the socket's backlog until the server takes them.
    yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    server.should_exit = True
    thread.join(10)


def signed_chunks(
    key: bytes, seed: sigv4.Signature, chunks: list[bytes], trailers: dict[str, str]
) -> bytes:
    """A body in aws-chunked encoding, after AWS's description."""
    previous, scope = seed.signature, f"{seed.timestamp}\n{seed.scope}"

    def sign(kind: str, rest: str) -> str:
        text = f"AWS4-HMAC-SHA256-{kind}\n{scope}\n{previous}\n{rest}"
        return hmac.digest(key, text.encode(), "sha256").hex()

    body = b""
    for chunk in [*chunks, b""]:
        previous = sign("PAYLOAD", f"{sigv4.EMPTY_SHA256}\n{hashlib.sha256(chunk).hexdigest()}")
        body += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk
        body += b"\r\n" if chunk else b""
    if trailers:
        lines = "".join(f"{name}:{value}\n" for name, value in trailers.items())
        previous = sign("TRAILER", hashlib.sha256(lines.encode()).hexdigest())
        body += lines.replace("\n", "\r\n").encode()
        body += f"x-amz-trailer-signature:{previous}\r\n".encode()
    return body + b"\r\n"
