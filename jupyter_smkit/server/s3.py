"""``GET/PUT/DELETE s3/<bucket>/<key>``: objects, streamed both ways."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Awaitable
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web
from tornado.httputil import HTTPHeaders, parse_response_start_line

from jupyter_smkit.api.sigv4 import UNSIGNED
from jupyter_smkit.server.backend import Backend, BackendUnavailable, Outgoing, Produce, Write
from jupyter_smkit.server.handlers import starts_smkit

_LARGEST_PUT = 5 * 1024**3
_ASKED = ("range", "content-type", "content-length", "content-md5", "accept")
_ANSWERED = ("content-", "etag", "last-modified", "accept-ranges", "x-amz-")


@web.stream_request_body
class ObjectHandler(JupyterHandler):
    auth_resource = "smkit"

    _chunks: asyncio.Queue[bytes | None]
    _upload: asyncio.Task[None] | None = None

    @property
    def content_security_policy(self) -> str:
        # A stored HTML page must not act with the rights of the Jupyter page.
        policy: str = super().content_security_policy
        return f"{policy}; sandbox allow-scripts"

    async def prepare(self, **options: Any) -> None:
        await super().prepare(**options)
        if self._finished or self.request.method != "PUT":
            return
        user = self.current_user
        allowed = user and self.authorizer.is_authorized(self, user, "write", self.auth_resource)
        if not (await allowed if inspect.isawaitable(allowed) else allowed):
            raise web.HTTPError(403)
        if "Content-Length" not in self.request.headers:
            raise web.HTTPError(411, "An upload needs a Content-Length")
        connection: Any = self.request.connection
        connection.set_max_body_size(_LARGEST_PUT)
        self._chunks = asyncio.Queue(1)
        self._upload = asyncio.create_task(self._forward(self._produce))

    async def data_received(self, chunk: bytes) -> None:
        if self._upload is None or self._upload.done():
            return
        handing = asyncio.ensure_future(self._chunks.put(chunk))
        await asyncio.wait({handing, self._upload}, return_when=asyncio.FIRST_COMPLETED)
        handing.cancel()

    def on_connection_close(self) -> None:
        if self._upload is not None:
            self._upload.cancel()

    @web.authenticated
    @authorized
    async def get(self, path: str) -> None:
        # Like Jupyter's own files: only pages of this server may embed what is stored.
        self.check_xsrf_cookie()
        if self.get_query_argument("download", ""):
            self.set_attachment_header(path.rstrip("/").rpartition("/")[2])
        await self._forward()

    head = get

    @web.authenticated
    @authorized
    async def delete(self, path: str) -> None:
        await self._forward()

    @web.authenticated
    async def put(self, path: str) -> None:
        assert self._upload is not None
        end = asyncio.ensure_future(self._chunks.put(None))
        await asyncio.wait({end, self._upload}, return_when=asyncio.FIRST_COMPLETED)
        await self._upload
        end.cancel()

    async def _produce(self, write: Write) -> None:
        while (chunk := await self._chunks.get()) is not None:
            await write(chunk)

    async def _forward(self, produce: Produce | None = None) -> None:
        backend: Backend = self.settings["smkit_backend"]
        outgoing = Outgoing(
            "s3",
            self.request.method or "GET",
            self._target(),
            self._asked(),
            payload=UNSIGNED if produce else "",
            starts=starts_smkit(self.request),
        )
        try:
            await backend.send(
                outgoing,
                produce=produce,
                on_head=self._head_line,
                on_chunk=self._chunk,
            )
        except BackendUnavailable as error:
            if self._headers_written:
                raise
            raise web.HTTPError(503, str(error)) from error
        await self.flush()
        self.finish()

    def compute_etag(self) -> None:
        """The store's own ETag is passed on."""

    def _asked(self) -> dict[str, str]:
        return {
            name: value
            for name, value in self.request.headers.get_all()
            if name.lower() in _ASKED or name.lower().startswith(("if-", "x-amz-meta-"))
        }

    def _target(self) -> str:
        key = unquote(self.request.path.partition("/smkit/s3")[2], errors="surrogateescape")
        path = quote(key or "/", safe="/-_.~", errors="surrogateescape")
        query = [
            pair
            for pair in parse_qsl(self.request.query, keep_blank_values=True)
            if pair[0] not in ("download", "token", "_xsrf")
        ]
        return f"{path}?{urlencode(query, quote_via=quote)}" if query else path

    def _head_line(self, line: str) -> None:
        if line.startswith("HTTP/"):
            self.set_status(parse_response_start_line(line.strip()).code)
        elif line.strip():
            for name, value in HTTPHeaders.parse(line).get_all():
                if name.lower().startswith(_ANSWERED):
                    self.set_header(name, value)
                    if name == "Content-Type":
                        self.set_header("X-Content-Type-Options", "nosniff")

    def _chunk(self, chunk: bytes) -> Awaitable[None]:
        self.write(chunk)
        return self.flush()
