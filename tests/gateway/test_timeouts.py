"""Models that let an invocation wait for too long."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from botocore.exceptions import ClientError

from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home
from jupyter_smkit.gateway.edge import application
from jupyter_smkit.gateway.invocations import Gateway
from jupyter_smkit.gateway.routes import Routes
from jupyter_smkit.http.upstream import Pool

from .conftest import House


async def sweep(gateway: Gateway) -> None:
    """What the edge does each second."""
    while True:
        gateway.sweep(asyncio.get_running_loop().time())
        await asyncio.sleep(0.02)


@pytest_asyncio.fixture
async def client(tmp_path: Path) -> AsyncIterator[Any]:
    """A client of an endpoint whose model sends nothing, or half of an answer when asked for it."""
    house = House(Home(tmp_path))
    house.home.prepare()
    _ = house.credential

    async def model(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if b"text/half" in head:
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\nhalf")
        await reader.read()
        writer.close()

    path = os.fspath(tmp_path / "model")
    answering = await asyncio.start_unix_server(model, path)
    house.route("late", {"name": "A", "weight": 1.0, "workers": [path]})
    routes = Routes(house.home.routes)
    routes.refresh()
    gateway = Gateway(routes, Credentials(house.home.credentials), model_timeout=0.2)
    server = application(gateway, Pool(os.fspath(house.home.api_socket)))
    loop = asyncio.get_running_loop()
    accepting = await loop.create_server(server.protocol, "127.0.0.1", 0)
    sweeping = asyncio.create_task(sweep(gateway))
    house.home.port_file.write_text(str(accepting.sockets[0].getsockname()[1]))
    yield house.client()
    sweeping.cancel()
    accepting.close()
    answering.close()
    await server.stop(0.0)


@pytest.mark.parametrize("content_type", ["text/none", "text/half"])
async def test_the_client_is_told_that_the_model_took_too_long(
    client: Any, content_type: str
) -> None:
    with pytest.raises(ClientError) as caught:
        await asyncio.to_thread(
            client.invoke_endpoint, EndpointName="late", Body=b"hi", ContentType=content_type
        )
    answer = caught.value.response
    assert answer["Error"]["Code"] == "ModelError"
    assert answer["OriginalStatusCode"] == 0
    assert "timed out while waiting" in json.dumps(answer)
