"""Kept connections to the servers behind the edge, each on a unix socket."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import httptools

from jupyter_smkit.http.streams import HIGH_WATER, Body, Stream

MAX_IDLE = 64
IDLE_SECONDS = 30.0


class Lost(ConnectionError):
    """The server closed the connection before it began its answer.

    ``unread``: it had not read the request to its end, so that it cannot have acted on it.
    """

    def __init__(self, unread: bool) -> None:
        super().__init__("the connection was closed before an answer")
        self.unread = unread


class Response:
    """The head of an answer, and its body as it arrives."""

    def __init__(
        self, status: int, raw: list[tuple[bytes, bytes]], body: Body, keep_alive: bool
    ) -> None:
        self.status = status
        self.raw = raw
        self.body = body
        self.keep_alive = keep_alive

    @property
    def sized(self) -> bool:
        """Whether the body's end is told by other means than the connection's end."""
        return self.status in (204, 304) or any(
            name.lower() in (b"content-length", b"transfer-encoding") for name, _ in self.raw
        )

    def header(self, name: bytes) -> bytes:
        """A header's value by its lower-case name; empty where there is none."""
        for found, value in self.raw:
            if found.lower() == name:
                return value
        return b""


class Upstream(Stream):
    """One connection to a server; one request at a time."""

    def __init__(self, loop: asyncio.AbstractEventLoop, pool: Pool) -> None:
        super().__init__(loop)
        self.idle_since = 0.0
        self.spoiled = False
        """Whether half a request stands on it, so that it can carry no other."""
        self._pool = pool
        self._parser = httptools.HttpResponseParser(self)
        self._raw: list[tuple[bytes, bytes]] = []
        self._is_head = False
        self._interim: Callable[[], None] | None = None
        self._response: Response | None = None
        self._waiter: asyncio.Future[Response] | None = None

    def request(
        self, head: bytes, *, is_head: bool = False, interim: Callable[[], None] | None = None
    ) -> asyncio.Future[Response]:
        """Sends a request's head, or all of it; the answer's head comes in the future.

        The future raises Lost. ``interim`` is called when the server asks for the body.
        """
        self._is_head = is_head
        self._interim = interim
        self._response = None
        self._waiter = self.loop.create_future()
        if self.closed:
            self._waiter.set_exception(Lost(unread=True))
        self.write(head)
        return self._waiter

    def release(self) -> None:
        """Gives the connection back; it is kept where its last answer ended as it should."""
        response, self._response, self._waiter = self._response, None, None
        whole = response is not None and response.body.complete and response.keep_alive
        if whole and not self.closed and not self.spoiled:
            if self._is_head:
                # The parser waits for a body that an answer to HEAD does not have.
                self._parser = httptools.HttpResponseParser(self)
            self.take_in(True)
            self._pool.give_back(self)
        else:
            self.abandon()

    def expire(self) -> None:
        """Lets whoever waits for the answer have a TimeoutError."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())
        elif self._response is not None:
            self._response.body.fail(TimeoutError())

    def abandon(self) -> None:
        self._pool.forget(self)
        if not self.closed:
            self.transport.abort()

    # transport

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._pool.lost(self)
        if self._waiter is not None and not self._waiter.done():
            # A unix socket resets where the peer closed with bytes unread.
            unread = isinstance(exc, (BrokenPipeError, ConnectionResetError))
            self._waiter.set_exception(Lost(unread))
        if self._response is not None:
            if self._response.sized or exc is not None:
                self._response.body.fail(ConnectionResetError("the answer broke off"))
            else:
                self._response.body.end()

    def data_received(self, data: bytes) -> None:
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            self.transport.abort()
        self._regulate()

    def _regulate(self) -> None:
        response = self._response
        self.take_in(response is None or response.body.buffered < HIGH_WATER)

    # parser

    def on_message_begin(self) -> None:
        self._raw = []

    def on_header(self, name: bytes, value: bytes) -> None:
        self._raw.append((name, value))

    def on_headers_complete(self) -> None:
        status = self._parser.get_status_code()
        if status < 200:
            if status == 100 and self._interim is not None:
                self._interim()
            return
        keep_alive = self._is_head or self._parser.should_keep_alive()
        response = Response(status, self._raw, Body(self.loop, self._regulate), keep_alive)
        self._response = response
        if self._is_head:
            response.body.end()
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(response)

    def on_body(self, data: bytes) -> None:
        if self._response is not None:
            self._response.body.feed(data)

    def on_message_complete(self) -> None:
        if self._response is not None:
            self._response.body.end()


class Pool:
    """The connections to one unix socket, the last used one first."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.busy = 0
        """Requests under way."""
        self._idle: list[Upstream] = []
        self._closed = False

    async def connect(self, *, fresh: bool = False) -> Upstream:
        """A connection to be released or abandoned; raises OSError where nobody listens."""
        self.busy += 1
        while self._idle and not fresh:
            kept = self._idle.pop()
            if not kept.closed:
                return kept
        loop = asyncio.get_running_loop()
        try:
            _, made = await loop.create_unix_connection(lambda: Upstream(loop, self), self.path)
        except BaseException:
            self.busy -= 1
            raise
        return made

    def give_back(self, connection: Upstream) -> None:
        self.busy -= 1
        if self._closed or len(self._idle) >= MAX_IDLE:
            connection.transport.close()
        else:
            connection.idle_since = connection.loop.time()
            self._idle.append(connection)

    def forget(self, connection: Upstream) -> None:
        self.busy -= 1

    def lost(self, connection: Upstream) -> None:
        if connection in self._idle:
            self._idle.remove(connection)

    def sweep(self, now: float) -> None:
        """Closes connections that nobody has used for a while."""
        while self._idle and now - self._idle[0].idle_since > IDLE_SECONDS:
            self._idle.pop(0).transport.close()

    def close(self) -> None:
        """Closes idle connections now, and each of the others when it is given back."""
        self._closed = True
        for connection in self._idle:
            connection.transport.close()
        self._idle.clear()
