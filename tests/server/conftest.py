"""A Jupyter server as a user starts it, in front of an edge that answers from memory."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease

TOKEN = "a-real-token"


@dataclass
class Seen:
    """A request that reached the edge with a good signature."""

    service: str
    method: str
    target: str
    headers: dict[str, str]
    body: bytes


@dataclass
class FakeEdge:
    """Verifies signatures like the real edge; answers operations with what it was asked."""

    home: Home
    seen: queue.Queue[Seen] = field(default_factory=queue.Queue)
    objects: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    streams: list[queue.Queue[bytes | None]] = field(default_factory=list)
    stream_targets: queue.Queue[str] = field(default_factory=queue.Queue)
    closed_streams: queue.Queue[str] = field(default_factory=queue.Queue)

    def emit(self, **event: Any) -> None:
        for stream in tuple(self.streams):
            stream.put(json.dumps(event).encode() + b"\n")

    def break_streams(self) -> None:
        for stream in tuple(self.streams):
            stream.put(None)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    edge: FakeEdge

    def log_message(self, *args: object) -> None:
        pass

    def _serve(self) -> None:
        headers = {name.lower(): value for name, value in self.headers.items()}
        body = self.rfile.read(int(headers.get("content-length", 0)))
        request = sigv4.Request(self.command, self.path, headers)
        found = sigv4.parse(request)
        key = Credentials(self.edge.home.credentials).get(found.access_key, time.time())
        sigv4.verify(request, found, key.secret, headers["x-amz-content-sha256"], time.time())
        self.edge.seen.put(Seen(found.service, self.command, self.path, headers, body))
        path = urlsplit(self.path).path
        if path == "/_smkit/events":
            self._stream()
        elif found.service == "s3":
            self._object(path, body)
        elif path.startswith("/endpoints/missing/"):
            self._answer(400, b'{"__type":"ValidationError","message":"not found"}')
        elif path.startswith("/endpoints/"):
            variant = {"x-amzn-invoked-production-variant": "AllTraffic"}
            self._answer(200, body.upper(), "text/csv", variant)
        else:
            asked = {"path": path, "body": body.decode()}
            self._answer(200, json.dumps(asked).encode())

    do_GET = do_PUT = do_POST = do_DELETE = do_HEAD = _serve

    def _object(self, path: str, body: bytes) -> None:
        if self.command == "PUT":
            self.edge.objects[path] = (self.headers["Content-Type"], body)
            self._answer(200, b"", "application/xml", {"ETag": '"e"'})
        elif self.command == "DELETE":
            self.edge.objects.pop(path, None)
            self._answer(204, b"")
        elif path in self.edge.objects:
            kind, content = self.edge.objects[path]
            self._answer(200, content, kind, {"ETag": '"e"', "x-amz-meta-colour": "red"})
        else:
            self._answer(404, b"<Error><Code>NoSuchKey</Code></Error>", "application/xml")

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        mine: queue.Queue[bytes | None] = queue.Queue()
        self.edge.streams.append(mine)
        self.edge.stream_targets.put(self.path)
        try:
            while (line := mine.get()) is not None:
                # In two pieces, as a network may cut it.
                for piece in (line[:5], line[5:]):
                    self.wfile.write(b"%x\r\n%s\r\n" % (len(piece), piece))
                    self.wfile.flush()
        except OSError:
            self.edge.closed_streams.put(self.path)
        finally:
            self.edge.streams.remove(mine)
            self.close_connection = True

    def _answer(
        self, status: int, body: bytes, kind: str = "application/json", more: Any = None
    ) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": kind, **(more or {})}.items():
            self.send_header(name, value)
        if status != 204:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD" and status != 204:
            self.wfile.write(body)


@pytest.fixture(scope="module")
def edge(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FakeEdge]:
    home = Home(tmp_path_factory.mktemp("home"))
    home.prepare()
    fake = FakeEdge(home)
    handler = type("Handler", (_Handler,), {"edge": fake})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    home.port_file.write_text(str(server.server_address[1]))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    held = lease.hold(home.locks, "edge")
    yield fake
    os.close(held)
    fake.break_streams()
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def jupyter(edge: FakeEdge, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The base URL of a running Jupyter server."""
    root: Path = tmp_path_factory.mktemp("jupyter")
    options = {
        "ServerApp.port": 0,
        "ServerApp.port_retries": 0,
        "ServerApp.open_browser": False,
        "ServerApp.root_dir": root,
        "ServerApp.base_url": "/user/me",
        "ServerApp.jpserver_extensions": '{"jupyter_smkit": True}',
        "IdentityProvider.token": TOKEN,
    }
    environment = os.environ | {
        "SMKIT_HOME": str(edge.home.path),
        "JUPYTER_RUNTIME_DIR": str(root / "runtime"),
        "JUPYTER_CONFIG_DIR": str(root / "config"),
        "JUPYTER_NO_CONFIG": "1",
    }
    command = [sys.executable, "-m", "jupyter_server", "--allow-root"]
    command += [f"--{name}={value}" for name, value in options.items()]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    try:
        yield address_of(process)
    finally:
        process.terminate()
        process.wait(10)


def address_of(process: subprocess.Popen[str]) -> str:
    assert process.stderr is not None
    said = []
    for line in process.stderr:
        said.append(line)
        if "http://127.0.0.1:" in line:
            # Read on, so that the server never blocks on a full pipe.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            address = line[line.index("http://") :].partition("?")[0].strip().rstrip("/")
            # It is logged before the server listens.
            with httpx.Client(transport=httpx.HTTPTransport(retries=8)) as client:
                client.get(address + "/api")
            return address
    raise AssertionError("".join(said))


@pytest.fixture
def token() -> str:
    return TOKEN


@pytest.fixture
def browser(jupyter: str) -> Iterator[httpx.Client]:
    """Authenticated by token, as a script is."""
    headers = {"Authorization": f"token {TOKEN}"}
    with httpx.Client(base_url=jupyter + "/smkit/", headers=headers, timeout=20) as client:
        yield client
