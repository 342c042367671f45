"""Invocations of a variant whose workers are away for a moment."""

from __future__ import annotations

import asyncio
import json
import os
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from botocore.exceptions import ClientError

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home
from jupyter_smkit.gateway import waiting
from jupyter_smkit.gateway.demand import Demand, Key, Use, read
from jupyter_smkit.gateway.edge import application
from jupyter_smkit.gateway.invocations import Gateway
from jupyter_smkit.gateway.routes import Routes
from jupyter_smkit.gateway.waiting import LineFull, Waiting
from jupyter_smkit.http.upstream import Pool

from .conftest import ACCOUNT, REGION, House

AWAY = (ACCOUNT, REGION, "away", "A")


@dataclass
class Edge:
    """A gateway in this process, whose only worker listens when a test says so."""

    house: House
    gateway: Gateway
    worker: Path
    asked: list[Key]
    bodies: list[str] = field(default_factory=list)

    async def invoke(self, body: str = "hi") -> str:
        client = self.house.client()
        answer = await asyncio.to_thread(client.invoke_endpoint, EndpointName="away", Body=body)
        return str(answer["Body"].read().decode())

    async def until(self, queued: int) -> None:
        async with asyncio.timeout(20):
            while self.gateway.demand.of(AWAY).queued != queued:
                await asyncio.sleep(0.005)

    async def begin(self) -> asyncio.Server:
        """The worker listens, and answers a request with its own body."""

        async def model(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            while head := await reader.readuntil(b"\r\n\r\n"):
                size = int(head.split(b"content-length: ")[1].split(b"\r\n")[0])
                body = await reader.readexactly(size)
                self.bodies.append(body.decode())
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n%b" % (size, body))

        def forgiving(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Any:
            async def run() -> None:
                try:
                    await model(reader, writer)
                except (asyncio.IncompleteReadError, ConnectionError):
                    writer.close()

            return run()

        return await asyncio.start_unix_server(forgiving, os.fspath(self.worker))


@pytest_asyncio.fixture
async def edge(tmp_path: Path) -> AsyncIterator[Edge]:
    house = House(Home(tmp_path))
    house.home.prepare()
    _ = house.credential
    worker, asked = tmp_path / "worker", []
    variant = {"name": "A", "weight": 1.0, "workers": [os.fspath(worker)], "log": "/its/log"}
    house.route("away", variant)
    routes = Routes(house.home.routes)
    routes.refresh()
    gateway = Gateway(
        routes,
        Credentials(house.home.credentials),
        demand=Demand(house.home.demand),
        ask=lambda key: asked.append(key) is None,
    )
    server = application(gateway, Pool(os.fspath(house.home.api_socket)))
    loop = asyncio.get_running_loop()
    accepting = await loop.create_server(server.protocol, "127.0.0.1", 0)
    house.home.port_file.write_text(str(accepting.sockets[0].getsockname()[1]))
    yield Edge(house, gateway, worker, asked)
    accepting.close()
    await server.stop(0.0)


async def test_they_go_on_in_their_order_when_a_worker_listens(edge: Edge) -> None:
    waiting = []
    for number in range(5):
        waiting.append(asyncio.create_task(edge.invoke(f"n{number}")))
        await edge.until(number + 1)
    assert edge.asked == [AWAY]
    edge.gateway.demand.tell()
    assert read(edge.house.home.demand)[AWAY].queued == 5

    async with await edge.begin():
        answers = await asyncio.gather(*waiting)
        assert answers == edge.bodies == ["n0", "n1", "n2", "n3", "n4"]
        assert await edge.invoke("afterwards") == "afterwards"
    edge.gateway.demand.tell()
    use = read(edge.house.home.demand)[AWAY]
    assert (use.in_flight, use.queued) == (0, 0)
    # An edge that comes after this one knows when the variant was used.
    assert Demand(edge.house.home.demand).of(AWAY).used == use.used > 0


async def test_who_waits_in_vain_is_told_in_time(edge: Edge) -> None:
    edge.gateway.model_timeout = 0.5
    with pytest.raises(ClientError) as caught:
        await edge.invoke()
    error = caught.value.response["Error"]
    assert error["Code"] == "ServiceUnavailable"
    assert caught.value.response["ResponseMetadata"]["HTTPStatusCode"] == 503
    assert error["Message"].endswith("Try again, or see its log: /its/log")


async def test_no_more_than_so_many_wait(edge: Edge, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "LONGEST_LINE", 1)
    first = asyncio.create_task(edge.invoke())
    await edge.until(1)
    with pytest.raises(ClientError, match="1 invocations wait already for a worker") as caught:
        await edge.invoke()
    assert caught.value.response["Error"]["Code"] == "ServiceUnavailable"
    async with await edge.begin():
        assert await first == "hi"


async def test_nor_do_their_bodies_fill_the_memory() -> None:
    async def never(key: Key) -> bool:
        return False

    line, use, soon = Waiting(lambda key: True, never), Use(), asyncio.get_running_loop().time()
    first = asyncio.create_task(line.wait(AWAY, use, waiting.MOST_BYTES, soon + 0.2))
    while not use.queued:
        await asyncio.sleep(0)
    with pytest.raises(LineFull):
        await line.wait(AWAY, use, 1, soon)
    with pytest.raises(TimeoutError):
        await first
    assert use.queued == 0


async def test_a_client_that_goes_away_frees_its_place(edge: Edge) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", edge.house.port)
    writer.write(_signed(edge.house))
    await edge.until(1)
    writer.close()
    await edge.until(0)


def _signed(house: House) -> bytes:
    headers = {"host": f"127.0.0.1:{house.port}"}
    request = sigv4.Request("POST", "/endpoints/away/invocations", headers)
    headers |= sigv4.sign(
        request,
        access_key=house.credential.access_key,
        secret=house.credential.secret,
        region=REGION,
        service="sagemaker",
        body=b"hi",
        now=time.time(),
    )
    lines = [f"{name}: {value}" for name, value in headers.items()]
    head = "\r\n".join([f"POST {request.target} HTTP/1.1", *lines, "content-length: 2"])
    return f"{head}\r\n\r\nhi".encode()


async def test_those_of_an_endpoint_that_is_deleted_are_told(edge: Edge) -> None:
    task = asyncio.create_task(edge.invoke())
    await edge.until(1)
    edge.house.home.routes.write_text(json.dumps({"endpoints": {}}))
    edge.gateway.routes.refresh()
    with pytest.raises(ClientError, match=r"Endpoint away of account .* not found"):
        await task


async def test_one_that_dies_at_once_is_not_asked_for_in_a_loop(edge: Edge) -> None:
    edge.gateway.model_timeout = 0.05
    for _ in range(5):
        with pytest.raises(ClientError):
            await edge.invoke()
    assert edge.asked == [AWAY]
