"""The S3 wire: an ASGI application over the store.

Who calls has been established by then (``scope["smkit.caller"]``); the body is verified here.
"""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache, partial
from typing import Any, ParamSpec, TypeVar

from jupyter_smkit.api.caller import S3Caller
from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.objects import proxy, xml
from jupyter_smkit.objects.blobs import PIECE
from jupyter_smkit.objects.content import Content
from jupyter_smkit.objects.errors import (
    AccessDenied,
    EntityTooLarge,
    IncompleteBody,
    NotModified,
    S3Error,
)
from jupyter_smkit.objects.payload import Payload, check_small
from jupyter_smkit.objects.remote import RemoteObjects
from jupyter_smkit.objects.request import (
    Answer,
    Handler,
    Receiver,
    S3Request,
    Scope,
    new_id,
    read_headers,
    read_request,
)
from jupyter_smkit.objects.routes import handler_for, receiver_for
from jupyter_smkit.objects.store import ObjectStore

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

P = ParamSpec("P")
T = TypeVar("T")

log = logging.getLogger("smkit.s3")
_LARGEST_DOCUMENT = 4 << 20
"""Bytes of a request's XML; 1,000 keys of 1,024 bytes, escaped, fit."""
_THREADS = 16


def s3_app(store: ObjectStore | RemoteObjects) -> Application:
    """Over the store of the home, or in front of a real service."""

    async def application(scope: Scope, receive: Receive, send: Send) -> None:
        request_id = new_id()
        answer, passed = None, None
        try:
            caller: S3Caller | None = scope.get("smkit.caller")
            if caller is None:
                raise AccessDenied
            if isinstance(store, ObjectStore):
                request = read_request(scope, caller, store)
                receiver = receiver_for(request)
                if receiver is not None:
                    answer = await _receive(receive, receiver, request)
                else:
                    answer = await _answer(receive, handler_for(request), request)
            else:
                passed = await proxy.ask(store, caller, scope, receive)
        except Exception as error:
            answer = error_answer(error, scope, request_id)
            if "expect" in read_headers(scope):
                # A client that was not told to go on sends no body: what comes next on this
                # connection would be taken for it.
                answer = replace(answer, headers={**answer.headers, "connection": "close"})
        if answer is not None:
            await _send(answer, request_id, scope["method"], receive, send)
        else:
            await proxy.pass_back(passed, send)

    return application


def error_answer(error: Exception, scope: Scope, request_id: str) -> Answer:
    if not isinstance(error, ApiError):
        log.error("%s %s failed", scope["method"], scope["path"], exc_info=error)
        full = isinstance(error, sqlite3.OperationalError | OSError)
        error = S3Error(f"The store could not do this: {error}" if full else "")
    if isinstance(error, NotModified):
        return Answer(304, headers=error.head)
    document = xml.error_document(error, scope["path"], request_id)
    return Answer(error.status, document, {"content-type": "application/xml"})


async def _answer(receive: Receive, handler: Handler, request: S3Request) -> Answer:
    body = bytearray()
    async for piece in _pieces(receive):
        body += piece
        if len(body) > _LARGEST_DOCUMENT:
            raise EntityTooLarge(MaxSizeAllowed=_LARGEST_DOCUMENT)
    return await _in_thread(_handle, handler, request, bytes(body))


def _handle(handler: Handler, request: S3Request, body: bytes) -> Answer:
    if body:
        # The checksum that completes an upload is the object's, not the body's.
        completes = request.method == "POST" and "uploadId" in request.query
        checked = check_small(request.headers, request.caller, body, summed=not completes)
        request = replace(request, body=checked)
    answer = handler(request)
    if isinstance(answer.body, bytes) or answer.body.length > PIECE:
        return answer
    with answer.body as content:
        return replace(answer, body=content.read())


async def _receive(receive: Receive, receiver: Receiver, request: S3Request) -> Answer:
    """Writes the body as it comes: while a thread works on one piece, the next one arrives."""
    reception = await _in_thread(receiver, request)
    writing: asyncio.Future[None] | None = None
    try:
        payload = Payload(request.headers, request.caller, reception.writer)
        held: list[bytes] = []
        size = 0
        async for data in _pieces(receive):
            held.append(data)
            size += len(data)
            if size >= PIECE:
                if writing is not None:
                    await asyncio.shield(writing)
                writing = _in_thread(_feed, payload, held)
                held, size = [], 0
        if writing is not None:
            await asyncio.shield(writing)

        def finish() -> Answer:
            _feed(payload, held)
            return reception.keep(payload.finish())

        return await _in_thread(finish)
    except BaseException:
        if writing is not None:
            await asyncio.wait([writing])
        reception.writer.abort()
        raise


def _feed(payload: Payload, held: list[bytes]) -> None:
    for data in held:
        payload.feed(data)


async def _pieces(receive: Receive) -> AsyncIterator[bytes]:
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise IncompleteBody
        if data := message.get("body", b""):
            yield data
        if not message.get("more_body", False):
            return


async def _send(answer: Answer, request_id: str, method: str, receive: Receive, send: Send) -> None:
    body = answer.body
    headers = {"x-amz-request-id": request_id, "x-amz-id-2": request_id, **answer.headers}
    if answer.status not in (204, 304):
        length = len(body) if isinstance(body, bytes) else body.length
        headers.setdefault("content-length", str(length))
    await send(
        {
            "type": "http.response.start",
            "status": answer.status,
            "headers": [(k.encode(), v.encode("latin-1", "replace")) for k, v in headers.items()],
        }
    )
    if not isinstance(body, bytes):
        await _send_content(body, receive, send)
    else:
        shown = b"" if method == "HEAD" else body
        await send({"type": "http.response.body", "body": shown})


async def _send_content(content: Content, receive: Receive, send: Send) -> None:
    """Reads a piece ahead of what is being sent, and stops when the client has gone."""
    gone = asyncio.ensure_future(receive())
    reading = _in_thread(content.read, PIECE)
    left = content.length
    try:
        while left and not gone.done():
            piece = await asyncio.shield(reading)
            left -= len(piece)
            reading = _in_thread(content.read, PIECE)
            await send({"type": "http.response.body", "body": piece, "more_body": left > 0})
    finally:
        gone.cancel()
        await asyncio.wait([reading])
        content.close()


def _in_thread(function: Callable[P, T], *given: P.args, **named: P.kwargs) -> asyncio.Future[T]:
    return asyncio.get_running_loop().run_in_executor(
        _threads(), partial(function, *given, **named)
    )


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, "s3")
