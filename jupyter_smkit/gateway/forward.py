"""Everything but invocations: streamed to the api process and back."""

from __future__ import annotations

import asyncio
import contextlib
import json

from jupyter_smkit.http.server import Exchange
from jupyter_smkit.http.upstream import Lost, Pool, Response, Upstream

PATIENCE = 10.0
"""Seconds that a request waits for the api to come back."""
_HOP_BY_HOP = frozenset(
    (
        b"connection",
        b"keep-alive",
        b"proxy-connection",
        b"te",
        b"trailer",
        b"transfer-encoding",
        b"upgrade",
    )
)
_REPEATABLE = frozenset(("GET", "HEAD", "OPTIONS"))


async def forward(exchange: Exchange, pool: Pool, patience: float = PATIENCE) -> None:
    """Passes a request on to ``pool`` and its answer back.

    A request that the server cannot have acted on is sent again to one that comes back within
    ``patience`` seconds; otherwise the answer is ``ServiceUnavailable``.
    """
    until = asyncio.get_running_loop().time() + patience
    body = exchange.body.take() if exchange.body.complete else None
    while True:
        try:
            # A body still on its way can be sent once only: not on a connection that may be stale.
            upstream = await _connected(pool, until, fresh=body is None)
        except OSError:
            refuse(exchange)
            return
        try:
            if body is None:
                await _streamed(exchange, upstream)
            else:
                await _at_once(exchange, upstream, body)
            return
        except Lost as lost:
            if exchange.body.failed:
                exchange.answer(400, body=b"Bad Request")
                return
            again = lost.unread or exchange.method in _REPEATABLE
            if body is None or not again or asyncio.get_running_loop().time() > until:
                refuse(exchange)
                return
        finally:
            upstream.release()


async def _connected(pool: Pool, until: float, *, fresh: bool) -> Upstream:
    pause = 0.02
    while True:
        try:
            return await pool.connect(fresh=fresh)
        except OSError:
            if asyncio.get_running_loop().time() + pause > until:
                raise
        await asyncio.sleep(pause)
        pause = min(pause * 2, 0.25)


def _head(exchange: Exchange) -> bytes:
    lines = [f"{exchange.method} {exchange.target} HTTP/1.1\r\n".encode("latin-1")]
    for name, value in exchange.raw:
        if name.lower() not in _HOP_BY_HOP:
            lines += (name, b": ", value, b"\r\n")
    if _is_chunked(exchange):
        lines.append(b"transfer-encoding: chunked\r\n")
    lines.append(b"\r\n")
    return b"".join(lines)


def _is_chunked(exchange: Exchange) -> bool:
    return "transfer-encoding" in exchange.headers


async def _at_once(exchange: Exchange, upstream: Upstream, body: bytes) -> None:
    if _is_chunked(exchange):
        body = (b"%x\r\n%b\r\n" % (len(body), body) if body else b"") + b"0\r\n\r\n"
    answer = upstream.request(_head(exchange) + body, is_head=exchange.method == "HEAD")
    await _return(exchange, await answer)


async def _streamed(exchange: Exchange, upstream: Upstream) -> None:
    answer = upstream.request(_head(exchange), interim=exchange.proceed)
    upstream.spoiled = True
    upload = asyncio.create_task(_upload(exchange, upstream))
    try:
        await _return(exchange, await answer)
    finally:
        upload.cancel()
        with contextlib.suppress(asyncio.CancelledError, ConnectionError):
            await upload


async def _upload(exchange: Exchange, upstream: Upstream) -> None:
    chunked = _is_chunked(exchange)
    try:
        while data := await exchange.body.read():
            upstream.write(b"%x\r\n%b\r\n" % (len(data), data) if chunked else data)
            await upstream.drain()
    finally:
        if exchange.body.failed:
            upstream.transport.abort()
    if chunked:
        upstream.write(b"0\r\n\r\n")
    upstream.spoiled = False


async def _return(exchange: Exchange, response: Response) -> None:
    headers = [pair for pair in response.raw if pair[0].lower() not in _HOP_BY_HOP]
    exchange.start(response.status, headers, response.body.take())
    await exchange.drain()
    while data := await response.body.read():
        exchange.write(data)
        await exchange.drain()
    exchange.finish()


def refuse(exchange: Exchange) -> None:
    message = 'smkit\'s api process does not answer yet; try again. "smkit doctor" says why'
    body = {"__type": "ServiceUnavailable", "message": message}
    headers = (
        (b"content-type", b"application/x-amz-json-1.1"),
        (b"x-amzn-errortype", b"ServiceUnavailable"),
        (b"retry-after", b"1"),
    )
    exchange.answer(503, headers, json.dumps(body).encode())
