"""The stream of events: ``GET /_smkit/events?after=SEQ``, newline-delimited JSON, held open.

``{"type": "gap", "seq"}`` stands for what is kept no longer; what is kept follows.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any
from urllib.parse import parse_qs

from jupyter_smkit.api.numbers import whole
from jupyter_smkit.config import Home
from jupyter_smkit.state import shared, wake
from jupyter_smkit.state.records import State

_HEARTBEAT = 20.0
"""Seconds of silence after which an empty line says that the stream lives."""


class Feed:
    """Wakes every open stream when something was committed."""

    def __init__(self, home: Home, state: State) -> None:
        self.home = home
        self.state = state
        self._changed = asyncio.Event()

    @contextlib.contextmanager
    def listening(self) -> Iterator[None]:
        bell = wake.listen(self.home.run / "wake", "api")
        loop = asyncio.get_running_loop()

        def changed() -> None:
            self._changed.set()
            self._changed = asyncio.Event()

        def rung() -> None:
            wake.drain(bell)
            changed()

        loop.add_reader(bell, rung)
        shared.listen(self.state.engine, lambda: loop.call_soon_threadsafe(changed))
        try:
            yield
        finally:
            loop.remove_reader(bell)
            bell.close()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        asked = parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])
        given = whole(asked[-1])
        after = (await asyncio.to_thread(self.state.kept_events))[1] if given is None else given
        await send(
            {
                "type": "http.response.start",
                "status": 200,
                "headers": [(b"content-type", b"application/x-ndjson")],
            }
        )
        gone = asyncio.ensure_future(_disconnected(receive))
        try:
            while not gone.done():
                changed = self._changed
                found = await asyncio.to_thread(self._following, after)
                if found:
                    after = found[-1]["seq"]
                    await _write(send, "".join(json.dumps(each) + "\n" for each in found))
                    continue
                waiting = asyncio.ensure_future(changed.wait())
                await asyncio.wait(
                    {gone, waiting}, timeout=_HEARTBEAT, return_when=asyncio.FIRST_COMPLETED
                )
                if not waiting.done():
                    waiting.cancel()
                    await _write(send, "\n")
        finally:
            gone.cancel()

    def _following(self, after: int) -> list[dict[str, Any]]:
        """What came behind ``after``; a gap where part of that is kept no longer."""
        first, last = self.state.kept_events()
        if not first - 1 <= after <= last:
            return [{"type": "gap", "seq": min(first - 1, last)}]
        return [asdict(event) for event in self.state.events(after)]


async def _write(send: Any, text: str) -> None:
    await send({"type": "http.response.body", "body": text.encode(), "more_body": True})


async def _disconnected(receive: Any) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
