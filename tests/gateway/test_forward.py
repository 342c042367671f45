"""What is no invocation reaches the api, and its answer the client, byte for byte."""

from __future__ import annotations

import asyncio
import hashlib
import itertools
import os
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
import uvicorn
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.gateway.edge import application
from jupyter_smkit.gateway.forward import forward
from jupyter_smkit.gateway.invocations import Gateway
from jupyter_smkit.gateway.routes import Routes
from jupyter_smkit.http.server import Server
from jupyter_smkit.http.upstream import Pool

Send = Callable[[dict[str, Any]], Awaitable[None]]


class Api:
    """A uvicorn with an application that says what it got; it can be stopped and started."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.gone: asyncio.Event = asyncio.Event()
        self.received = 0
        self._server: uvicorn.Server | None = None

    async def start(self) -> None:
        Path(self.path).unlink(missing_ok=True)
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(self.path)
        config = uvicorn.Config(self.answer, lifespan="off", log_level="error", interface="asgi3")
        self._server = uvicorn.Server(config)
        self._task = asyncio.create_task(self._server.serve([listening]))
        while not self._server.started:
            await asyncio.sleep(0.01)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.should_exit = True
            await self._task
            self._server = None

    async def answer(self, scope: Any, receive: Any, send: Send) -> None:
        if scope["path"] == "/events":
            await self._events(receive, send)
            return
        digest, size = hashlib.sha256(), 0
        if scope["path"] != "/refuse":
            more = True
            while more:
                message = await receive()
                more = message.get("more_body", False)
                digest.update(message.get("body", b""))
                size += len(message.get("body", b""))
                self.received = size
                if scope["path"] == "/slow":
                    await self.resume.wait()
        text = f"{scope['method']} {scope['path']} {size} {digest.hexdigest()}".encode()
        status = 204 if scope["path"] == "/nothing" else 200
        headers = [] if status == 204 else [(b"content-length", b"%d" % len(text))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if status == 204 else text})

    resume: asyncio.Event

    async def _events(self, receive: Any, send: Send) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b'{"seq": 1}\n', "more_body": True})
        while (await receive())["type"] != "http.disconnect":
            pass
        self.gone.set()


@pytest_asyncio.fixture
async def api(tmp_path: Path) -> AsyncIterator[Api]:
    made = Api(os.fspath(tmp_path / "api.sock"))
    made.resume = asyncio.Event()
    await made.start()
    yield made
    made.resume.set()
    await made.stop()


@pytest_asyncio.fixture
async def port(api: Api, tmp_path: Path) -> AsyncIterator[int]:
    gateway = Gateway(Routes(tmp_path / "routes.json"), Credentials(tmp_path / "credentials.json"))
    pool = Pool(api.path)
    server = application(gateway, pool)
    accepting = await asyncio.get_running_loop().create_server(server.protocol, "127.0.0.1", 0)
    yield accepting.sockets[0].getsockname()[1]
    accepting.close()
    await server.stop(0.0)
    pool.close()


async def talk(port: int, data: bytes, *, end: bytes | None = None) -> bytes:
    """What comes back for ``data``, up to the connection's end, or to ``end``."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(data)
    try:
        async with asyncio.timeout(10):
            return await (reader.read() if end is None else reader.readuntil(end))
    finally:
        writer.close()


def expected(method: str, path: str, body: bytes) -> bytes:
    return f"{method} {path} {len(body)} {hashlib.sha256(body).hexdigest()}".encode()


async def test_a_small_request(port: int) -> None:
    answer = await talk(port, b"POST /a?b=c HTTP/1.0\r\ncontent-length: 3\r\n\r\nabc")
    assert answer.startswith(b"HTTP/1.1 200 OK\r\n")
    assert answer.endswith(expected("POST", "/a", b"abc"))


async def test_a_chunked_request(port: int) -> None:
    answer = await talk(
        port,
        b"PUT /a HTTP/1.1\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n"
        b"3\r\nabc\r\n4\r\ndefg\r\n0\r\nx-trailer: 1\r\n\r\n",
    )
    assert answer.endswith(expected("PUT", "/a", b"abcdefg"))


async def test_requests_in_one_go_are_answered_in_order(port: int) -> None:
    paths = [f"/{number}" for number in range(50)]
    requests = "".join(f"GET {path} HTTP/1.1\r\n\r\n" for path in paths[:-1])
    answer = await talk(
        port, f"{requests}GET {paths[-1]} HTTP/1.1\r\nconnection: close\r\n\r\n".encode()
    )
    assert [part.split()[0].decode() for part in answer.split(b"GET ")[1:]] == paths


async def test_answers_without_a_body_keep_the_connection(port: int) -> None:
    answer = await talk(
        port,
        b"HEAD /a HTTP/1.1\r\n\r\nDELETE /nothing HTTP/1.1\r\n\r\n"
        b"GET /b HTTP/1.1\r\nconnection: close\r\n\r\n",
    )
    assert answer.count(b"HTTP/1.1 ") == 3
    assert b"HTTP/1.1 204 No Content" in answer
    assert answer.endswith(expected("GET", "/b", b""))


async def test_a_body_is_asked_for_by_the_api_alone(port: int) -> None:
    head = b"PUT /%b HTTP/1.1\r\ncontent-length: 3\r\nexpect: 100-continue\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head % b"a")
    assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 100 Continue\r\n\r\n"
    writer.write(b"abc")
    assert (await reader.readuntil(expected("PUT", "/a", b"abc"))).startswith(b"HTTP/1.1 200")
    writer.close()

    refused = await talk(port, head % b"refuse")
    assert refused.startswith(b"HTTP/1.1 200")
    assert b"connection: close" in refused


async def test_a_slow_api_holds_the_client_back(port: int, api: Api) -> None:
    size = 64 * 1024 * 1024
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.transport.set_write_buffer_limits(high=0)
    writer.write(b"PUT /slow HTTP/1.1\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % size)
    part, sent = bytes(1024 * 1024), 0
    while sent < size:
        writer.write(part)
        sent += len(part)
        try:
            await asyncio.wait_for(writer.drain(), 0.3)
        except TimeoutError:
            break
    assert sent < size / 2, "nothing held the client back"
    api.resume.set()
    while sent < size:
        writer.write(part)
        await writer.drain()
        sent += len(part)
    assert (await reader.read()).endswith(expected("PUT", "/slow", bytes(size)))


async def test_a_held_stream_flows_and_ends_with_its_client(port: int, api: Api) -> None:
    answer = await talk(port, b"GET /events HTTP/1.1\r\n\r\n", end=b'{"seq": 1}\n')
    assert b"transfer-encoding: chunked" in answer
    await asyncio.wait_for(api.gone.wait(), 5)


async def test_a_request_waits_for_an_api_that_restarts(port: int, api: Api) -> None:
    request = b"POST /a HTTP/1.1\r\nconnection: close\r\ncontent-length: 3\r\n\r\nabc"
    assert (await talk(port, request)).endswith(expected("POST", "/a", b"abc"))
    await api.stop()
    waiting = asyncio.create_task(talk(port, request))
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request[:-3])
    await writer.drain()
    assert not waiting.done()
    await api.start()
    assert (await waiting).endswith(expected("POST", "/a", b"abc"))
    writer.write(b"abc")
    assert (await reader.read()).endswith(expected("POST", "/a", b"abc"))
    writer.close()


async def test_an_api_that_stays_away(tmp_path: Path) -> None:
    pool = Pool(os.fspath(tmp_path / "nobody.sock"))
    server = Server(lambda exchange: forward(exchange, pool, patience=0.1))
    accepting = await asyncio.get_running_loop().create_server(server.protocol, "127.0.0.1", 0)
    port = accepting.sockets[0].getsockname()[1]
    answer = await talk(port, b"GET / HTTP/1.1\r\nconnection: close\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 503 Service Unavailable\r\n")
    assert b'"__type": "ServiceUnavailable"' in answer
    accepting.close()


async def test_an_api_killed_under_requests_loses_none_that_it_has_not_begun(
    tmp_path: Path,
) -> None:
    """The server reads nothing, and closes: what it never read is sent to the next one."""
    path = os.fspath(tmp_path / "api.sock")
    seen = asyncio.Event()

    async def deaf(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.set()
        writer.transport.abort()

    first = await asyncio.start_unix_server(deaf, path, limit=1)
    pool = Pool(path)
    server = Server(lambda exchange: forward(exchange, pool, patience=5))
    accepting = await asyncio.get_running_loop().create_server(server.protocol, "127.0.0.1", 0)
    port = accepting.sockets[0].getsockname()[1]
    asked = asyncio.create_task(talk(port, b"GET /a HTTP/1.1\r\nconnection: close\r\n\r\n"))
    await seen.wait()
    first.close()
    api = Api(path)
    api.resume = asyncio.Event()
    await api.start()
    assert (await asked).endswith(expected("GET", "/a", b""))
    await api.stop()
    accepting.close()
    pool.close()


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\ncontent-length: x\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\ncontent-length: 1\r\ntransfer-encoding: chunked\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET / HTTP/1.1\r\n" + b"x-long: %b\r\n\r\n" % (b"y" * 70_000), 431),
        (b"GET /" + b"y" * 400_000, 431),
    ],
)
async def test_what_is_not_http_is_refused(port: int, data: bytes, status: int) -> None:
    answer = await talk(port, data)
    assert answer.startswith(b"HTTP/1.1 %d " % status)
    assert b"connection: close" in answer


@pytest.mark.parametrize(
    "head", [b"GET /", b"PUT /refuse HTTP/1.1\r\ncontent-length: 1000000000\r\n\r\n"]
)
async def test_who_sends_on_still_sees_the_answer(
    port: int, head: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_smkit.http.server.MAX_DISCARD", 1_000_000)
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head)
    for _ in range(200):
        writer.write(b"y" * 65_536)
        await writer.drain()
    async with asyncio.timeout(10):
        answer = await reader.read()
    assert answer.startswith((b"HTTP/1.1 431 ", b"HTTP/1.1 200 "))
    assert not writer.is_closing()
    writer.close()


async def test_who_sends_on_for_too_long_is_cut_off(
    port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jupyter_smkit.http.server.LINGER_TIMEOUT", 0.2)
    _, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(b"nonsense\r\n\r\n")
    with pytest.raises(ConnectionError):
        async with asyncio.timeout(10):
            while True:
                writer.write(b"y" * 1024)
                await writer.drain()
                await asyncio.sleep(0.01)


async def test_an_upgrade_is_ignored(port: int) -> None:
    answer = await talk(
        port,
        b"GET /a HTTP/1.1\r\nconnection: upgrade\r\nupgrade: h2c\r\n\r\n"
        b"GET /b HTTP/1.1\r\nconnection: close\r\n\r\n",
    )
    assert expected("GET", "/a", b"") in answer
    assert answer.endswith(expected("GET", "/b", b""))


async def test_a_slow_head_is_timed_out(port: int, api: Api) -> None:
    pool = Pool(api.path)
    server = Server(lambda exchange: forward(exchange, pool))
    accepting = await asyncio.get_running_loop().create_server(server.protocol, "127.0.0.1", 0)
    asked = asyncio.create_task(
        talk(accepting.sockets[0].getsockname()[1], b"GET /a HTTP/1.1\r\nx-s")
    )
    while not any(connection.reads_head for connection in server.connections):
        await asyncio.sleep(0.01)
    server.sweep(asyncio.get_running_loop().time() + 59)
    assert not asked.done()
    server.sweep(asyncio.get_running_loop().time() + 61)
    assert (await asked).startswith(b"HTTP/1.1 408 ")
    accepting.close()


@settings(
    max_examples=40,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(body=st.binary(max_size=4000), cuts=st.lists(st.integers(0, 5000), max_size=6))
async def test_however_a_request_is_cut_up(port: int, body: bytes, cuts: list[int]) -> None:
    head = b"POST /a HTTP/1.1\r\nconnection: close\r\ncontent-length: %d\r\n\r\n" % len(body)
    request = head + body
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    edges = sorted({0, len(request), *(cut for cut in cuts if cut < len(request))})
    for start, stop in itertools.pairwise(edges):
        writer.write(request[start:stop])
        await writer.drain()
        await asyncio.sleep(0)
    assert (await reader.read()).endswith(expected("POST", "/a", body))
    writer.close()
