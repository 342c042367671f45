from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import boto3
import pytest

from jupyter_smkit.client import hook, switch
from jupyter_smkit.config import Home


@dataclass
class Server:
    """Answers every request with success and remembers what it was asked."""

    url: str
    heads: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    refusal: tuple[int, dict[str, str]] | None = None

    def last(self) -> tuple[str, str, dict[str, str]]:
        return self.heads[-1]

    def everything(self) -> str:
        return json.dumps(self.heads)


def _serve() -> tuple[ThreadingHTTPServer, Server]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            seen.bodies.append(self.body())
            seen.heads.append(
                (self.command, self.path, {k.lower(): v for k, v in self.headers.items()})
            )
            status, answer = seen.refusal or (200, {})
            self.send_response(status)
            text = json.dumps(answer).encode() if self.command == "POST" else b""
            self.send_header("content-length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def body(self) -> bytes:
            if self.headers.get("transfer-encoding") != "chunked":
                return self.rfile.read(int(self.headers.get("content-length") or 0))
            chunks = []
            while size := int(self.rfile.readline(), 16):
                chunks.append(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return b"".join(chunks)

        do_GET = do_POST = do_PUT = answer

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    seen = Server(f"http://127.0.0.1:{server.server_port}")
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    return server, seen


@pytest.fixture
def smkit() -> Iterator[Server]:
    server, seen = _serve()
    yield seen
    server.shutdown()
    server.server_close()


@pytest.fixture
def aws() -> Iterator[Server]:
    """The stand-in for AWS."""
    server, seen = _serve()
    yield seen
    server.shutdown()
    server.server_close()


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


@pytest.fixture
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """An environment without AWS variables, and the process on no side, before and after."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "SMKIT_", "SAGEMAKER_")):
            monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "config"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "credentials"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(boto3, "DEFAULT_SESSION", None)
    before = dict(os.environ)
    yield
    switch._kept.variables.clear()
    switch._kept.side = ""
    switch.leave()
    hook._switch.addresses = frozenset()
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture
def real_user(clean: None, aws: Server, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Server:
    """A user with keys in ~/.aws, whose configured endpoint is the stand-in for AWS."""
    (tmp_path / "credentials").write_text(
        "[default]\naws_access_key_id = AKIAREALKEY\naws_secret_access_key = real-secret\n"
        "[work]\naws_access_key_id = AKIAWORKKEY\naws_secret_access_key = work-secret\n"
    )
    (tmp_path / "config").write_text(
        f"[default]\nregion = eu-west-1\nendpoint_url = {aws.url}\n"
        f"[profile work]\nregion = eu-west-3\nendpoint_url = {aws.url}\n"
    )
    return aws
