"""Live events: one stream from the edge, handed to every browser that listens."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jupyter_server.auth.decorator import ws_authenticated
from jupyter_server.base.handlers import JupyterHandler
from jupyter_server.base.websocket import WebSocketMixin
from jupyter_server.utils import ensure_async
from tornado.httputil import (
    HTTPHeaders,
    HTTPInputError,
    HTTPMessageDelegate,
    RequestStartLine,
    ResponseStartLine,
)
from tornado.web import HTTPError
from tornado.websocket import WebSocketClosedError, WebSocketHandler

from jupyter_smkit.server.backend import Backend, BackendUnavailable, NotRunning, Outgoing

Event = dict[str, Any]
REMEMBERED = 1000
"""Events kept for browsers that come back; who missed more is told so by a ``gap``."""
_BEHIND = 1000
_RETRY_SECONDS = (0.2, 1.0, 2.0, 5.0)


class Events:
    """The one stream of this server, open only while a browser listens.

    Besides events, listeners get ``{"type": "online"}``, ``{"type": "offline", "message"}``,
    ``{"type": "asleep", "message"}`` (smkit does not run; the stream waits, and starts nothing),
    ``{"type": "connecting"}`` (it was just asked for) and ``{"type": "gap"}`` (more was missed than
    is remembered: look at everything again).
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._listeners: set[Listener] = set()
        self._recent: deque[Event] = deque(maxlen=REMEMBERED)
        self._seq: int | None = None
        self._state: Event | None = None
        self._task: asyncio.Task[None] | None = None

    def listen(self, listener: Listener, after: int | None) -> None:
        if self._state is not None:
            listener.put(self._state)
        if self._task is None:
            self._seq = after
            self._task = asyncio.create_task(self._follow())
        elif after is not None:
            for event in self._since(after):
                listener.put(event)
        self._listeners.add(listener)

    def leave(self, listener: Listener) -> None:
        self._listeners.discard(listener)
        if not self._listeners and self._task is not None:
            self._task.cancel()
            self._task = self._state = None
            self._recent.clear()

    def _since(self, after: int) -> list[Event]:
        if self._seq is None:  # Since the stream began nothing has come; before, something may.
            return [{"type": "gap"}]
        if after >= self._seq:
            return []
        if self._recent and self._recent[0]["seq"] <= after + 1:
            return [event for event in self._recent if event["seq"] > after]
        return [{"type": "gap"}]

    async def _follow(self) -> None:
        failures = 0
        while True:
            lines = _Lines(self._opened, self._take)
            target = "/_smkit/events" + ("" if self._seq is None else f"?after={self._seq}")
            try:
                await self._backend.follow(Outgoing("smkit", "GET", target), lines)
                failures = 0 if lines.is_open else failures
                state = _offline(lines.refusal or "The stream of events ended")
            except NotRunning as error:
                state = {"type": "asleep", "message": str(error)}
            except (BackendUnavailable, HTTPInputError) as error:
                state = _offline(str(error))
            if self._backend.is_starting:
                state = {"type": "connecting"}
            self._tell_state(state)
            with suppress(TimeoutError):
                pause = _RETRY_SECONDS[min(failures, len(_RETRY_SECONDS) - 1)]
                await asyncio.wait_for(self._backend.stirred.wait(), pause)
                self._backend.stirred.clear()
            failures += 1

    def _opened(self) -> None:
        self._tell_state({"type": "online"})

    def _take(self, event: Event) -> None:
        self._seq = event["seq"]
        if event["type"] == "gap":
            self._recent.clear()
        else:
            self._recent.append(event)
        self._tell(event)

    def _tell_state(self, state: Event) -> None:
        if state != self._state:
            self._state = state
            self._tell(state)

    def _tell(self, event: Event) -> None:
        for listener in tuple(self._listeners):
            listener.put(event)


def _offline(message: str) -> Event:
    return {"type": "offline", "message": message}


class _Lines(HTTPMessageDelegate):
    """Takes newline-delimited JSON out of a response, however its chunks are cut."""

    def __init__(self, opened: Callable[[], None], take: Callable[[Event], None]) -> None:
        self._opened = opened
        self._take = take
        self._rest = b""
        self.is_open = False
        self.refusal = ""

    def headers_received(
        self, start_line: RequestStartLine | ResponseStartLine, headers: HTTPHeaders
    ) -> None:
        self.is_open = isinstance(start_line, ResponseStartLine) and start_line.code == 200
        if self.is_open:
            self._opened()

    def data_received(self, chunk: bytes) -> None:
        if not self.is_open:
            self.refusal += chunk.decode(errors="replace")
            return
        *lines, self._rest = (self._rest + chunk).split(b"\n")
        for line in lines:
            if line.strip():
                self._take(json.loads(line))


class Listener:
    """One browser's socket; one that falls far behind is closed and may come back."""

    def __init__(self, send: Callable[[str], Any], close: Callable[[], None]) -> None:
        self._send = send
        self._close = close
        self._waiting: asyncio.Queue[Event] = asyncio.Queue(_BEHIND)
        self._task = asyncio.create_task(self._pump())

    def put(self, event: Event) -> None:
        try:
            self._waiting.put_nowait(event)
        except asyncio.QueueFull:
            self._close()

    def stop(self) -> None:
        self._task.cancel()

    async def _pump(self) -> None:
        while True:
            event = await self._waiting.get()
            try:
                await self._send(json.dumps(event))
            except WebSocketClosedError:
                return


class EventsHandler(WebSocketMixin, WebSocketHandler, JupyterHandler):
    auth_resource = "smkit"

    _listener: Listener | None = None

    @property
    def events(self) -> Events:
        events: Events = self.settings["smkit_events"]
        return events

    @ws_authenticated
    async def get(self, *args: str, **kwargs: str) -> None:
        user = self.current_user
        if not await ensure_async(
            self.authorizer.is_authorized(self, user, "read", self.auth_resource)
        ):
            raise HTTPError(403)
        await super().get(*args, **kwargs)

    def on_message(self, message: str | bytes) -> None:
        """``{"after": seq}`` or ``{}``: where to go on; the first message alone counts."""
        if self._listener is not None:
            return
        try:
            after = json.loads(message).get("after")
        except (ValueError, AttributeError):
            self.close(1003, 'Send {} or {"after": seq}')
            return
        self._listener = Listener(self.write_message, self.close)
        self.events.listen(self._listener, after if isinstance(after, int) else None)

    def on_close(self) -> None:
        if self._listener is not None:
            self.events.leave(self._listener)
            self._listener.stop()
            self._listener = None
