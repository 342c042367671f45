"""The api process: an ASGI application on ``run/api.sock``, behind the edge."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from jupyter_smkit.api import models, protocols, sigv4
from jupyter_smkit.api.caller import PARENT, Caller, S3Caller
from jupyter_smkit.api.credentials import Credential, Credentials
from jupyter_smkit.api.dispatch import Dispatcher
from jupyter_smkit.api.errors import ApiError, AuthError
from jupyter_smkit.api.events import Feed
from jupyter_smkit.api.protocols import Response, plain
from jupyter_smkit.api.registry import Services
from jupyter_smkit.config import Home

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

log = logging.getLogger("smkit.api")
_LARGEST = 16 * 1024 * 1024
"""Bytes of a request's body, S3 apart."""
_THREADS = 8
_WATCH = 2.0
"""Seconds between looks at whether the process is still wanted."""


class Api:
    """Verifies who asks, then hands the request to S3, to a route of ours, or to an operation."""

    def __init__(self, dispatcher: Dispatcher, credentials: Credentials, s3: Application) -> None:
        self.dispatcher = dispatcher
        self.credentials = credentials
        self.s3 = s3
        services = dispatcher.services
        self.routes: dict[str, Any] = {
            name: make(services) for name, make in dispatcher.registry.routes.items()
        }
        self._threads = ThreadPoolExecutor(_THREADS, "operation")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        request = _request(scope)
        try:
            found = sigv4.parse(request)
            now = self.dispatcher.services.clock()
            credential = self.credentials.get(found.access_key, now, found.token)
            if found.service == "s3":
                sigv4.verify(request, found, credential.secret, found.payload or "", now)
                scope["smkit.caller"] = S3Caller(
                    credential.account, found.region, found.access_key, credential.secret, found
                )
                await self.s3(scope, receive, send)
                return
            body = await _body(receive)
            payload = hashlib.sha256(body).hexdigest()
            sigv4.verify(request, found, credential.secret, payload, now)
            parent = self._parent(request, found, credential)
            caller = Caller(credential.account, found.region, found.access_key, parent=parent)
            service = _service(request, found)
        except ApiError as error:
            await _refuse(request, error, send)
            return
        if service:
            answer = partial(self.dispatcher.answer, service, request, body, caller)
            await _send(
                await asyncio.get_running_loop().run_in_executor(self._threads, answer), send
            )
        else:
            scope["smkit.caller"] = caller
            await self._route(scope, body, receive, send)

    def _parent(
        self, request: sigv4.Request, found: sigv4.Signature, credential: Credential
    ) -> str:
        """For which record smkit itself asks; raises AuthError where somebody else says so."""
        parent = request.headers.get(PARENT, "")
        own = self.credentials.of(credential.account)
        if parent and (PARENT not in found.signed_headers or own != credential):
            raise AuthError(f"The header {PARENT} is smkit's own: leave it out")
        return parent

    async def _route(self, scope: Scope, body: bytes, receive: Receive, send: Send) -> None:
        name = scope["path"].removeprefix("/_smkit/").partition("/")[0]
        route = self.routes.get(name)
        if route is None:
            response = Response(
                404, {"content-type": "application/json"}, b'{"message":"no route"}'
            )
            await _send(response, send)
            return
        read: list[MutableMapping[str, Any]]
        read = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> MutableMapping[str, Any]:
            """The body that was read already, then what follows: that the client is gone."""
            return read.pop() if read else await receive()

        await route(scope, again, send)


def _service(request: sigv4.Request, found: sigv4.Signature) -> str:
    """Whose operation is asked for; none where it is a route of our own. Raises ApiError."""
    if found.service != "smkit":
        return str(models.for_signing_name(found.service, request).service_name)
    return plain.service_of(request) if request.path.startswith(plain.PATH) else ""


def _request(scope: Scope) -> sigv4.Request:
    target = scope["raw_path"].decode("ascii", "surrogateescape")
    if query := scope["query_string"]:
        target += "?" + query.decode("ascii", "surrogateescape")
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        text = value.decode("latin-1")
        key = name.decode("latin-1")
        headers[key] = f"{headers[key]},{text}" if key in headers else text
    return sigv4.Request(scope["method"], target, headers)


async def _body(receive: Receive) -> bytes:
    parts, size = [], 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ApiError("The connection closed early", code="RequestTimeout", status=400)
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > _LARGEST:
            raise ApiError(
                f"The request is larger than {_LARGEST} bytes",
                code="RequestEntityTooLargeException",
                status=413,
            )
        if not message.get("more_body"):
            return b"".join(parts)


async def _refuse(request: sigv4.Request, error: ApiError, send: Send) -> None:
    """An error for a request whose service could not be told, or was not reached."""
    try:
        scope = sigv4.parse(request).service
    except ApiError:
        scope = "" if "x-amz-target" in request.headers else "s3"
    if scope == "s3":
        from jupyter_smkit.objects import xml

        document = xml.error_document(error, request.path, str(uuid.uuid4()))
        await _send(Response(error.status, {"content-type": "application/xml"}, document), send)
    else:
        await _send(protocols.choose(request, None).error(error, None), send)


async def _send(response: Response, send: Send) -> None:
    headers = {**response.headers, "content-length": str(len(response.body))}
    await send(
        {
            "type": "http.response.start",
            "status": response.status,
            "headers": [(k.lower().encode(), v.encode("latin-1")) for k, v in headers.items()],
        }
    )
    await send({"type": "http.response.body", "body": response.body})


def serve(
    home: Home, make: Callable[[Services, Feed], Application], wanted: Callable[[], bool]
) -> None:
    """Runs until SIGTERM, or until ``wanted`` says no. ``make`` composes the application."""
    import uvicorn
    import uvloop

    from jupyter_smkit.objects import open_store
    from jupyter_smkit.state import wake
    from jupyter_smkit.state.engine import connect, url_of
    from jupyter_smkit.state.records import State

    state = State(connect(url_of(home)), time.time, {}, lambda: wake.ring(home.run / "wake"))
    services = Services(home, state, open_store(home), time.time)
    feed = Feed(home, state)
    application = make(services, feed)
    home.api_socket.unlink(missing_ok=True)
    config = uvicorn.Config(
        application,
        uds=str(home.api_socket),
        http="httptools",
        lifespan="off",
        access_log=False,
        server_header=False,
        log_level="warning",
        timeout_keep_alive=60,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)

    async def watch() -> None:
        while wanted():
            await asyncio.sleep(_WATCH)
        server.should_exit = True

    async def main() -> None:
        watching = asyncio.ensure_future(watch())
        with feed.listening(), contextlib.suppress(asyncio.CancelledError):
            await server.serve()
        watching.cancel()

    # uvicorn serves on the loop that runs; streams cost uvloop a third less CPU than asyncio.
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(main())
