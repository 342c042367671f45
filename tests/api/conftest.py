"""An api process by itself: no daemon, so that nothing which a test asks for is started."""

from __future__ import annotations

import http.client
import socket
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field

import pytest

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.credentials import Credential, Credentials
from jupyter_smkit.config import Home
from jupyter_smkit.control import processes
from jupyter_smkit.state.engine import connect, url_of
from jupyter_smkit.state.migrate import upgrade


class UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str) -> None:
        super().__init__("smkit", timeout=60)
        self.path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.connect(self.path)


@dataclass
class Api:
    home: Home
    credential: Credential
    connection: UnixConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = UnixConnection(str(self.home.api_socket))

    def send(
        self,
        service: str,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
        payload: str = "",
    ) -> tuple[int, bytes]:
        """Status and body of the answer to a request with a good signature."""
        signed = self.signed(service, method, target, headers, body, payload)
        return self.exchange(method, target, signed, body)

    def exchange(
        self, method: str, target: str, headers: dict[str, str], body: bytes
    ) -> tuple[int, bytes]:
        answer = self.begin(self.connection, method, target, headers, body)
        return answer.status, answer.read()

    def open(self, service: str, target: str) -> int:
        """The status of an answer that does not end."""
        connection = UnixConnection(str(self.home.api_socket))
        headers = self.signed(service, "GET", target, {}, b"")
        status = self.begin(connection, "GET", target, headers, b"").status
        connection.close()
        return status

    def signed(
        self,
        service: str,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
        payload: str = "",
    ) -> dict[str, str]:
        headers = {name.lower(): value for name, value in headers.items()} | {"host": "smkit"}
        return headers | sigv4.sign(
            sigv4.Request(method, target, headers),
            access_key=self.credential.access_key,
            secret=self.credential.secret,
            region="us-east-1",
            service=service,
            body=body,
            payload=payload,
            now=time.time(),
        )

    def begin(
        self,
        connection: UnixConnection,
        method: str,
        target: str,
        headers: dict[str, str],
        body: bytes,
    ) -> http.client.HTTPResponse:
        connection.putrequest(method, target, skip_host=True, skip_accept_encoding=True)
        for name, value in {**headers, "content-length": str(len(body))}.items():
            connection.putheader(name, value.encode("latin-1"))
        # A refusal may come, and the connection end, before all of the body has gone.
        with suppress(BrokenPipeError):
            connection.endheaders(body)
        try:
            return connection.getresponse()
        except BaseException:
            connection.close()
            raise

    def last_words(self) -> str:
        return (self.home.run / "api.log").read_text()[-4000:]


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    home = Home(tmp_path_factory.mktemp("api") / "home")
    home.prepare()
    engine = connect(url_of(home))
    upgrade(engine)
    engine.dispose()
    processes.start(home, "api")
    assert processes.wait_until(home.api_socket.exists, 20)
    running = Api(home, Credentials(home.credentials).default())
    yield running
    running.connection.close()
    processes.stop(home, "api")
