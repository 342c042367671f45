"""The stream of events, asked for as the edge asks for it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.api.dispatch import Dispatcher, registry_of
from jupyter_smkit.api.events import Feed
from jupyter_smkit.api.registry import Services
from jupyter_smkit.api.server import Api
from jupyter_smkit.config import Home
from jupyter_smkit.objects import open_store
from jupyter_smkit.state.engine import connect, url_of
from jupyter_smkit.state.migrate import upgrade
from jupyter_smkit.state.records import State


@pytest.fixture
def services(tmp_path: Path) -> Iterator[Services]:
    home = Home(tmp_path / "home")
    home.prepare()
    state = State(connect(url_of(home)), time.time)
    upgrade(state.engine)
    yield Services(home, state, open_store(home), time.time)
    state.engine.dispose()


def test_a_stream_ends_when_its_client_is_gone(services: Services) -> None:
    credentials = Credentials(services.home.credentials)
    feed = Feed(services.home, services.state)
    registry = registry_of(())
    registry.routes["events"] = lambda _: feed
    api = Api(Dispatcher(registry, services), credentials, _never)

    async def run() -> None:
        heard: asyncio.Queue[Any] = asyncio.Queue()
        gone = asyncio.Event()
        asked = iter([{"type": "http.request", "body": b"", "more_body": False}])

        async def receive() -> Any:
            if message := next(asked, None):
                return message
            await gone.wait()
            return {"type": "http.disconnect"}

        stream = asyncio.ensure_future(api(_scope(credentials), receive, heard.put))
        assert (await heard.get())["status"] == 200
        gone.set()
        await asyncio.wait_for(stream, 5)

    asyncio.run(run())


async def _never(scope: Any, receive: Any, send: Any) -> None:
    raise AssertionError("this is no request for S3")


def _scope(credentials: Credentials) -> dict[str, Any]:
    key = credentials.default()
    headers = {"host": "smkit"}
    headers |= sigv4.sign(
        sigv4.Request("GET", "/_smkit/events", headers),
        access_key=key.access_key,
        secret=key.secret,
        region="us-east-1",
        service="smkit",
        now=time.time(),
    )
    return {
        "type": "http",
        "method": "GET",
        "path": "/_smkit/events",
        "raw_path": b"/_smkit/events",
        "query_string": b"",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
