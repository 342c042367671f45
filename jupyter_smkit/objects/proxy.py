"""The S3 wire in front of a real service: verified here, signed again, and passed on."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any
from urllib.parse import quote

from jupyter_smkit.api.caller import S3Caller
from jupyter_smkit.api.sigv4 import UNSIGNED
from jupyter_smkit.objects import checksums
from jupyter_smkit.objects.blobs import PIECE, Blob
from jupyter_smkit.objects.errors import IncompleteBody, MissingContentLength
from jupyter_smkit.objects.names import split_request
from jupyter_smkit.objects.payload import Payload, claimed_checksum, content_length
from jupyter_smkit.objects.remote import RemoteError, RemoteObjects
from jupyter_smkit.objects.request import Scope, read_headers

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
_THREADS = 32
_OURS = frozenset(
    {
        "authorization",
        "connection",
        "content-length",
        "expect",
        "host",
        "transfer-encoding",
        "x-amz-content-sha256",
        "x-amz-date",
        "x-amz-decoded-content-length",
        # S3 refuses it without the checksum, which is checked here where it trails the body.
        "x-amz-sdk-checksum-algorithm",
        "x-amz-security-token",
        "x-amz-trailer",
    }
)
"""Headers of the hop from the client to here."""
_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "date", "server"})


async def ask(remote: RemoteObjects, caller: S3Caller, scope: Scope, receive: Receive) -> Any:
    """The service's answer to the request, whose body is streamed to it."""
    loop = asyncio.get_running_loop()

    def arriving() -> Iterator[bytes]:
        while True:
            message = asyncio.run_coroutine_threadsafe(_received(receive), loop).result()
            if message["type"] == "http.disconnect":
                raise IncompleteBody
            yield message.get("body", b"")
            if not message.get("more_body", False):
                return

    return await loop.run_in_executor(_threads(), _ask, remote, caller, scope, arriving())


async def pass_back(response: Any, send: Send) -> None:
    """Streams the service's answer to the client."""
    loop = asyncio.get_running_loop()

    def run() -> None:
        try:
            for message in _messages(response):
                asyncio.run_coroutine_threadsafe(_sent(send, message), loop).result()
        finally:
            response.release_conn()

    await loop.run_in_executor(_threads(), run)


async def _received(receive: Receive) -> Message:
    return await receive()


async def _sent(send: Send, message: Message) -> None:
    await send(message)


def _messages(response: Any) -> Iterator[Message]:
    headers = [
        (name.lower().encode("latin-1"), value.encode("latin-1"))
        for name, value in response.headers.items()
        if name.lower() not in _HOP
    ]
    yield {"type": "http.response.start", "status": response.status, "headers": headers}
    for piece in response.stream(PIECE, decode_content=False):
        yield {"type": "http.response.body", "body": piece, "more_body": True}
    yield {"type": "http.response.body", "body": b""}


def _ask(remote: RemoteObjects, caller: S3Caller, scope: Scope, arriving: Iterator[bytes]) -> Any:
    headers = read_headers(scope)
    bucket, key = split_request(scope["raw_path"], headers.get("host", ""))
    path = quote(f"/{bucket}/{key}" if key else f"/{bucket}", safe="/-_.~")
    query = "&".join(
        pair
        for pair in scope["query_string"].decode("ascii").split("&")
        if pair and not pair.lower().startswith("x-amz-")
    )
    url = f"{remote.endpoint}{path}" + (f"?{query}" if query else "")
    length = content_length(headers)
    if length is None and "transfer-encoding" in headers:
        raise MissingContentLength
    passed = {name: value for name, value in headers.items() if name not in _OURS}
    encoding = [
        part for part in _parts(passed.pop("content-encoding", "")) if part != "aws-chunked"
    ]
    if encoding:
        passed["content-encoding"] = ",".join(encoding)
    payload = caller.signature.payload or UNSIGNED
    if payload.startswith("STREAMING-"):
        payload = UNSIGNED
    signed = _signed(remote, scope["method"], url, passed, payload)
    body = _verified(headers, caller, arriving) if length else None
    if length is not None:
        signed["content-length"] = str(length)
    import urllib3

    try:
        return _pool().urlopen(
            scope["method"],
            url,
            body=body,
            headers=signed,
            preload_content=False,
            redirect=False,
            retries=False,
        )
    except urllib3.exceptions.HTTPError as error:
        raise RemoteError("ServiceUnavailable", 503, f"{remote.endpoint}: {error}") from error


def _signed(
    remote: RemoteObjects, method: str, url: str, headers: Mapping[str, str], payload: str
) -> dict[str, str]:
    from botocore.auth import S3SigV4Auth
    from botocore.awsrequest import AWSRequest

    class Signer(S3SigV4Auth):  # type: ignore[misc]
        def payload(self, request: Any) -> str:
            return payload

    request = AWSRequest(method, url, headers=dict(headers))
    Signer(remote.credentials, "s3", remote.region).add_auth(request)
    return dict(request.headers.items())


def _verified(
    headers: Mapping[str, str], caller: S3Caller, arriving: Iterator[bytes]
) -> Iterator[bytes]:
    """The payload; its last piece comes only when the whole has proved right."""
    claimed = claimed_checksum(headers)
    passing = _Passing(claimed[0] if claimed else "")
    payload = Payload(headers, caller, passing)
    for data in arriving:
        payload.feed(data)
        if len(passing.held) > PIECE:
            yield bytes(passing.held[:-1])
            del passing.held[:-1]
    payload.finish()
    yield bytes(passing.held)


class _Passing:
    """A writer whose bytes go on to the service."""

    def __init__(self, algorithm: str) -> None:
        self.held = bytearray()
        self._size = 0
        self._algorithm = algorithm
        self._digest = checksums.new(algorithm) if algorithm else None

    @property
    def size(self) -> int:
        return self._size

    def write(self, data: bytes | memoryview) -> None:
        self._size += len(data)
        if self._digest is not None:
            self._digest.update(data)
        self.held += data

    def sums(self) -> Blob:
        found = {}
        if self._digest is not None:
            found[self._algorithm] = checksums.encoded(self._digest.digest())
        return Blob("", self._size, "", found)

    def finish(self) -> Blob:
        return self.sums()


def _parts(header: str) -> list[str]:
    return [part.strip() for part in header.split(",") if part.strip()]


@cache
def _pool() -> Any:
    import urllib3

    return urllib3.PoolManager(maxsize=_THREADS)


@cache
def _threads() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_THREADS, "s3-proxy")
