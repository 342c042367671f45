"""HTTP/1.1 on asyncio and httptools: the server side that the edge and the model workers share."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from functools import lru_cache
from http import HTTPStatus
from itertools import chain

import httptools

from jupyter_smkit.http.streams import HIGH_WATER, Body, BodyTooLarge, Stream

log = logging.getLogger(__name__)

MAX_HEAD = 64 * 1024
MAX_DISCARD = 64 * 1024 * 1024
"""Bytes of an unwanted body that are read so that its sender sees the answer."""
HEAD_TIMEOUT = 60.0
IDLE_TIMEOUT = 120.0
LINGER_TIMEOUT = 5.0
"""Seconds for which a client may still send what nobody wants, behind the last answer."""
STALL_TIMEOUT = 120.0
"""Seconds that a body, or a reader of ours, may stand still."""

RawHeaders = Iterable[tuple[bytes, bytes]]
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_STATUS_LINES = {
    status.value: f"HTTP/1.1 {status.value} {status.phrase}\r\n".encode() for status in HTTPStatus
}


def fold(raw: RawHeaders) -> dict[str, str]:
    """Headers by lower-case name, as signatures take them: repeated ones are joined by a comma, and
    a value has one character for each of its bytes."""
    headers: dict[str, str] = {}
    for name, value in raw:
        key, text = _lower(name), value.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return headers


@lru_cache(maxsize=512)
def _lower(name: bytes) -> str:
    return name.decode("latin-1").lower()


class Exchange:
    """One request on a connection, and the way to answer it."""

    def __init__(self, connection: Connection, method: str, target: str) -> None:
        self.method = method
        self.target = target
        self.raw: list[tuple[bytes, bytes]] = connection.headers
        self.headers = fold(self.raw)
        self.keep_alive = connection.parser.should_keep_alive()
        self.is_old = connection.parser.get_http_version() == "1.0"
        self.body = Body(connection.loop, connection.regulate)
        self.expects = self.headers.get("expect", "").lower() == "100-continue"
        """Whether the client still holds its body back until it is asked for it."""
        self.started = False
        self.finished = False
        self._connection = connection
        self._chunked = False

    def proceed(self) -> None:
        """Asks for a body that the client holds back."""
        if self.expects:
            self.expects = False
            self._connection.write(CONTINUE)

    async def whole(self, limit: int) -> bytes:
        """The request's body; raises BodyTooLarge, before it was sent where its length is told."""
        if not self.body.complete:
            told = self.headers.get("content-length", "0")
            if told.isdigit() and int(told) > limit:
                raise BodyTooLarge
            self.proceed()
        return await self.body.whole(limit)

    def answer(self, status: int, headers: RawHeaders = (), body: bytes = b"") -> None:
        self.start(status, (*headers, (b"content-length", b"%d" % len(body))), body)
        self.finish()

    def start(self, status: int, headers: RawHeaders, data: bytes = b"") -> None:
        """Sends the head, with ``data`` behind it. Without a content length among ``headers`` the
        body goes in chunks (to an HTTP/1.0 client: up to the connection's end)."""
        self.started = True
        lines = [_STATUS_LINES.get(status) or b"HTTP/1.1 %d Unknown\r\n" % status]
        sized = False
        for name, value in headers:
            sized = sized or name.lower() == b"content-length"
            lines += (name, b": ", value, b"\r\n")
        if not sized and status not in (204, 304) and self.method != "HEAD":
            if self.is_old:
                self.keep_alive = False
            else:
                self._chunked = True
                lines.append(b"transfer-encoding: chunked\r\n")
        if self.body.failed or (self.expects and not self.body.complete):
            self.keep_alive = False
        if not self.keep_alive:
            lines.append(b"connection: close\r\n")
        elif self.is_old:
            lines.append(b"connection: keep-alive\r\n")
        lines.append(b"\r\n")
        if not self._chunked and self.method != "HEAD":
            lines.append(data)
            data = b""
        self._connection.write(b"".join(lines))
        self.write(data)

    def write(self, data: bytes) -> None:
        if data and self.method != "HEAD":
            self._connection.write(b"%x\r\n%b\r\n" % (len(data), data) if self._chunked else data)

    async def drain(self) -> None:
        await self._connection.drain()

    def finish(self) -> None:
        if self._chunked:
            self._connection.write(b"0\r\n\r\n")
        self.finished = True


Handler = Callable[[Exchange], Awaitable[None]]


class Connection(Stream):
    """A client's connection: its requests are answered one by one, in their order."""

    def __init__(self, loop: asyncio.AbstractEventLoop, server: Server) -> None:
        super().__init__(loop)
        self.parser = httptools.HttpRequestParser(self)
        self.headers: list[tuple[bytes, bytes]] = []
        self.heard = loop.time()
        self.current: Exchange | None = None
        self._server = server
        self._target = b""
        self._arriving: Exchange | None = None
        self._queue: deque[Exchange] = deque()
        self._head_since: float | None = None
        self._head_size = 0
        self._refusal = 0
        self._lingers: asyncio.TimerHandle | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._task: asyncio.Task[None] | None = None

    # transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._server.connections.add(self)
        self._task = self.loop.create_task(self._serve())

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._server.connections.discard(self)
        if self._task is not None:
            self._task.cancel()
        if self._lingers is not None:
            self._lingers.cancel()

    def data_received(self, data: bytes) -> None:
        self.heard = self.loop.time()
        if self._refusal or self._lingers:
            return
        unfinished = self._head_since
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            # Nothing here is upgraded: what follows is the next request.
            self.parser = httptools.HttpRequestParser(self)
            if rest := data[upgrade.args[0] :]:
                self.data_received(rest)
        except httptools.HttpParserError:
            self._refuse(self._refusal or 400)
        if unfinished is not None and unfinished is self._head_since:
            self._grow_head(len(data))
        self.regulate()

    def _grow_head(self, size: int) -> None:
        self._head_size += size
        if self._head_size > 2 * MAX_HEAD:
            self._refuse(431)

    def _refuse(self, status: int) -> None:
        """What arrives cannot be read: answers so behind the requests before it, and closes."""
        self._refusal = status
        self._head_since = None
        if self._arriving is not None:
            self._arriving.body.fail(ConnectionResetError("the body cannot be read"))
        self._wake()

    def regulate(self) -> None:
        """Reads on while nothing that has arrived waits for long."""
        behind = len(self._queue) > (0 if self.current else 1)
        arriving = self._arriving
        self.take_in(not behind and (arriving is None or arriving.body.buffered < HIGH_WATER))

    # parser

    def on_message_begin(self) -> None:
        self.headers = []
        self._target = b""
        self._head_since = self.heard
        self._head_size = 0

    def on_url(self, url: bytes) -> None:
        self._target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        if self._arriving is None:  # else: a trailer
            self.headers.append((name, value))

    def on_headers_complete(self) -> None:
        self._head_since = None
        if len(self._target) + sum(map(len, chain.from_iterable(self.headers))) > MAX_HEAD:
            self._refusal = 431
            raise ValueError("the head is too large")
        method = self.parser.get_method().decode("latin-1")
        exchange = Exchange(self, method, self._target.decode("latin-1"))
        self._arriving = exchange
        self._queue.append(exchange)
        self._wake()

    def on_body(self, data: bytes) -> None:
        if self._arriving is not None:
            self._arriving.expects = False
            self._arriving.body.feed(data)

    def on_message_complete(self) -> None:
        if self._arriving is not None:
            self._arriving.body.end()
            self._arriving = None

    # serving

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _next(self) -> Exchange | None:
        while not self._queue:
            if self._refusal or self._server.stopping:
                return None
            self._waiter = self.loop.create_future()
            await self._waiter
        self.current = self._queue.popleft()
        self.regulate()
        return self.current

    async def _serve(self) -> None:
        while (exchange := await self._next()) is not None:
            try:
                await self._server.handler(exchange)
            except ConnectionError as error:
                log.info("%s %s: %s", exchange.method, exchange.target.partition("?")[0], error)
            except Exception:
                log.exception("%s %s failed", exchange.method, exchange.target.partition("?")[0])
                if not exchange.started:
                    exchange.answer(500, body=b"Internal Server Error")
            if not exchange.finished:
                if not exchange.started:
                    exchange.keep_alive = False
                    exchange.answer(400, body=b"Bad Request")
                else:
                    self.transport.abort()
                    return
            if not exchange.body.complete and not exchange.expects:
                exchange.keep_alive &= await _discarded(exchange.body)
            self.current = None
            self.heard = self.loop.time()
            if not exchange.keep_alive:
                break
        if self._refusal and (exchange is None or exchange.keep_alive):
            phrase = HTTPStatus(self._refusal).phrase.encode()
            head = b"content-type: text/plain\r\nconnection: close\r\ncontent-length: %d\r\n\r\n"
            self.write(_STATUS_LINES[self._refusal] + head % len(phrase) + phrase)
        if self._refusal or (exchange is not None and not exchange.body.complete):
            self._linger()
        else:
            self.transport.close()

    def _linger(self) -> None:
        """Closes behind the answer, and reads on until the client closes too: a socket closed with
        bytes unread resets the connection, and the client may never see its answer."""
        if self.closed or self.transport.is_closing():
            return
        self._lingers = self.loop.call_later(LINGER_TIMEOUT, self.transport.abort)
        self.take_in(True)
        self.transport.write_eof()

    @property
    def reads_head(self) -> bool:
        """Whether a request's head has begun, and not ended."""
        return self._head_since is not None

    def close_if_idle(self) -> None:
        if self.current is None and not self._queue:
            self.transport.close()

    def close_if_overdue(self, now: float) -> None:
        if self._head_since is not None:
            if now - self._head_since > HEAD_TIMEOUT:
                self._refuse(408)
        elif self.held_since is not None:
            if now - self.held_since > STALL_TIMEOUT:
                self.transport.abort()
        elif self.current is None:
            if now - self.heard > IDLE_TIMEOUT:
                self.transport.close()
        elif self.current.body.waiting and now - self.heard > STALL_TIMEOUT:
            self.transport.abort()


async def _discarded(body: Body) -> bool:
    try:
        await body.whole(MAX_DISCARD)
    except (BodyTooLarge, ConnectionError):
        return False
    return True


class Server:
    """The connections of one listening socket."""

    def __init__(self, handler: Handler) -> None:
        self.handler = handler
        self.connections: set[Connection] = set()
        self.stopping = False

    def protocol(self) -> Connection:
        return Connection(asyncio.get_running_loop(), self)

    def sweep(self, now: float) -> None:
        """Closes what stands still for too long; ``now`` is the loop's time."""
        for connection in tuple(self.connections):
            connection.close_if_overdue(now)

    async def stop(self, grace: float) -> None:
        """Lets requests under way end, for ``grace`` seconds, then cuts them off."""
        self.stopping = True
        for connection in tuple(self.connections):
            connection.close_if_idle()
        until = asyncio.get_running_loop().time() + grace
        while self.connections and asyncio.get_running_loop().time() < until:
            await asyncio.sleep(0.02)
        for connection in tuple(self.connections):
            connection.transport.abort()
