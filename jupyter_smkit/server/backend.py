"""Requests to the edge, signed with smkit's own key; smkit is started where it does not run."""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from importlib import import_module
from threading import Thread
from typing import Any, TypeVar, cast

from tornado.http1connection import HTTP1Connection, HTTP1ConnectionParameters
from tornado.httpclient import HTTPClientError, HTTPRequest, HTTPResponse
from tornado.httputil import HTTPHeaders, HTTPMessageDelegate, RequestStartLine
from tornado.iostream import StreamClosedError
from tornado.simple_httpclient import SimpleAsyncHTTPClient
from tornado.tcpclient import TCPClient

from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.api.sigv4 import Request, sign
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, starting

log = logging.getLogger(__name__)

_UNBOUNDED = 1 << 50
_ADVICE = 'Run "smkit doctor" to see what is wrong'
_ASLEEP = "smkit does not run; it starts when it is first used"
Write = Callable[[bytes], Awaitable[None]]
Produce = Callable[[Write], Awaitable[None]]
Result = TypeVar("Result")


class BackendUnavailable(Exception):
    """smkit does not answer and could not be started; the message says what to do."""


class NotRunning(BackendUnavailable):
    """smkit does not run, and what was asked for does not start it."""


@dataclass(frozen=True)
class Outgoing:
    """A request to make: ``service`` names the signature's scope, ``target`` is path and query."""

    service: str
    method: str
    target: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None
    payload: str = ""
    """What stands for the body's hash where the body is streamed: ``UNSIGNED-PAYLOAD``."""
    starts: bool = True
    """Whether it starts smkit where it does not run; what nobody asked for just now does not."""


class Backend:
    """The door to smkit of one home."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self._credentials = Credentials(home.credentials)
        self._client = SimpleAsyncHTTPClient(
            force_instance=True, max_clients=64, max_body_size=_UNBOUNDED
        )
        self._starting: asyncio.Future[str] | None = None
        self.stirred = asyncio.Event()
        """Set when smkit is being started from here, and when it is; who waits for it clears it."""

    async def send(
        self,
        outgoing: Outgoing,
        *,
        produce: Produce | None = None,
        on_head: Callable[[str], None] | None = None,
        on_chunk: Callable[[bytes], Awaitable[None] | None] | None = None,
    ) -> HTTPResponse:
        """Any answer of the edge, errors too; raises BackendUnavailable, or NotRunning where smkit
        does not run and the request does not start it.

        ``produce`` writes a streamed body, ``on_head`` and ``on_chunk`` take a streamed answer
        (its head line by line, as tornado's ``header_callback``).
        """
        request = partial(
            HTTPRequest,
            method=outgoing.method,
            body=outgoing.body,
            body_producer=cast("Any", produce),
            header_callback=on_head,
            streaming_callback=on_chunk,
            request_timeout=0,
            follow_redirects=False,
            decompress_response=False,
            allow_nonstandard_methods=True,
        )

        async def fetch(address: str) -> HTTPResponse:
            headers = self.signed(outgoing, address)
            return await self._client.fetch(
                request(address + outgoing.target, headers=headers), raise_error=False
            )

        return await self._running(fetch, starts=outgoing.starts)

    async def follow(self, outgoing: Outgoing, delegate: HTTPMessageDelegate) -> None:
        """Hands an endless answer to ``delegate``; cancelling closes the connection.

        Starts nothing; raises BackendUnavailable, or NotRunning where there is nobody to answer.
        """

        async def read(address: str) -> None:
            host, _, port = address.partition("://")[2].partition(":")
            stream = await TCPClient().connect(host, int(port))
            try:
                limits = HTTP1ConnectionParameters(no_keep_alive=True, max_body_size=_UNBOUNDED)
                connection = HTTP1Connection(stream, is_client=True, params=limits)
                start = RequestStartLine(outgoing.method, outgoing.target, "HTTP/1.1")
                headers = HTTPHeaders(self.signed(outgoing, address))
                await connection.write_headers(start, headers)
                connection.finish()
                await connection.read_response(delegate)
            finally:
                stream.close()

        if (kept := self._listening()) is None:
            raise self._absent()
        try:
            await read(kept)
        except OSError as error:
            raise self._unanswered(error) from error

    def _listening(self) -> str | None:
        """The kept address while the edge of this home listens there, and no other program."""
        runs = lease.holder(self.home.locks, "edge") is not None
        return self.home.base_url if runs else None

    async def _running(
        self, attempt: Callable[[str], Awaitable[Result]], *, starts: bool
    ) -> Result:
        """Tries the kept port; starts smkit and tries once more where its edge is not there.

        What starts nothing waits for a start that is under way.
        """
        kept = self._listening()
        refused: OSError | None = None
        try:
            try:
                if kept is not None:
                    return await attempt(kept)
            except (ConnectionRefusedError, StreamClosedError) as error:
                if not _is_refused(error):
                    raise
                refused = error
            if starts or self.is_starting:
                return await attempt(await self.address())
            raise refused or self._absent()
        except (OSError, HTTPClientError) as error:
            raise self._unanswered(error) from error

    def _absent(self) -> BackendUnavailable:
        failure = starting.failure(self.home.locks)
        why = f"smkit did not start: {failure}. {_ADVICE}" if failure else ""
        if lease.holder(self.home.locks, "daemon") is None:
            return NotRunning(why or _ASLEEP)
        return BackendUnavailable(why or f"smkit does not answer: its edge is down. {_ADVICE}")

    def _unanswered(self, error: Exception) -> BackendUnavailable:
        if _is_refused(error) and lease.holder(self.home.locks, "daemon") is None:
            return NotRunning(_ASLEEP)
        return BackendUnavailable(f"smkit does not answer: {error}. {_ADVICE}")

    def signed(self, outgoing: Outgoing, address: str) -> dict[str, str]:
        """The headers of a request, complete and signed for the edge at ``address``; raises
        BackendUnavailable."""
        try:
            settings = self.home.settings
        except ValueError as error:
            raise BackendUnavailable(f"smkit's config.toml cannot be read: {error}") from error
        key = self._credentials.default(settings.account)
        headers = {name.lower(): value for name, value in outgoing.headers.items()}
        headers["host"] = address.partition("://")[2]
        request = Request(outgoing.method, outgoing.target, headers)
        return headers | sign(
            request,
            access_key=key.access_key,
            secret=key.secret,
            region=settings.region,
            service=outgoing.service,
            body=outgoing.body or b"",
            payload=outgoing.payload,
            now=time.time(),
        )

    async def address(self) -> str:
        """``http://127.0.0.1:PORT``, with smkit started; raises BackendUnavailable."""
        try:
            return await asyncio.shield(self.begin())
        except Exception as error:
            raise BackendUnavailable(f"smkit did not start: {error}. {_ADVICE}") from error

    @property
    def is_starting(self) -> bool:
        return self._starting is not None and not self._starting.done()

    def begin(self) -> asyncio.Future[str]:
        """Starts smkit where it does not run; a failure is logged if nobody waits for it."""
        if self._starting is None or self._starting.done():
            # Said before this returns: a kernel that is born now waits for smkit by it.
            said = _begin(self.home)
            self._starting = _apart(partial(_ensure_running, self.home))
            self._starting.add_done_callback(lambda _: said())
            self._starting.add_done_callback(self._begun)
            self.stirred.set()
        return self._starting

    def _begun(self, starting: asyncio.Future[str]) -> None:
        if starting.cancelled():
            return
        if error := starting.exception():
            log.warning("smkit did not start: %s", error)
        self.stirred.set()


def _is_refused(error: Exception) -> bool:
    return isinstance(getattr(error, "real_error", None) or error, ConnectionRefusedError)


def _begin(home: Home) -> Callable[[], None]:
    """Says to others that smkit is being started, until the result is called."""
    try:
        return partial(os.close, starting.begin(home.locks))
    except OSError:
        return lambda: None  # A home that is not there yet, or cannot be: the start will say so.


def _ensure_running(home: Home) -> str:
    # Imported on first use: the Jupyter server starts without it.
    address: str = import_module("jupyter_smkit.serve").ensure_running(home)
    return address.rstrip("/")


def _apart(call: Callable[[], str]) -> asyncio.Future[str]:
    """The result of a call in a thread that the server's exit does not wait for."""
    loop = asyncio.get_running_loop()
    future = loop.create_future()

    def settle(result: str, error: Exception | None) -> None:
        if future.done():
            return
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def run() -> None:
        result, failed = "", None
        try:
            result = call()
        except Exception as error:
            failed = error
        with suppress(RuntimeError):  # The loop has been closed.
            loop.call_soon_threadsafe(settle, result, failed)

    Thread(target=run, daemon=True).start()
    return future
