"""Connections with flow control, and message bodies as they arrive."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

HIGH_WATER = 256 * 1024
"""Bytes of a body that wait for their reader before the sender is held back."""


class BodyTooLarge(Exception):
    """A body is longer than its reader takes."""


class Stream(asyncio.Protocol):
    """A connection's transport and its flow control, both ways."""

    transport: asyncio.Transport

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.closed = False
        self.held_since: float | None = None
        """Since when the peer does not take what we write."""
        self._writable: asyncio.Future[None] | None = None
        self._reading = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport  # type: ignore[assignment]

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed = True
        self.resume_writing()

    def pause_writing(self) -> None:
        self.held_since = self.loop.time()

    def resume_writing(self) -> None:
        self.held_since = None
        if self._writable is not None and not self._writable.done():
            self._writable.set_result(None)

    def write(self, data: bytes) -> None:
        if not self.closed:
            self.transport.write(data)

    async def drain(self) -> None:
        """Waits until the peer has taken enough; raises ConnectionResetError if it is gone."""
        if self.held_since is not None:
            self._writable = self.loop.create_future()
            await self._writable
        if self.closed:
            raise ConnectionResetError("the peer is gone")

    def take_in(self, wanted: bool) -> None:
        if wanted is not self._reading and not self.closed:
            self._reading = wanted
            if wanted:
                self.transport.resume_reading()
            else:
                self.transport.pause_reading()


class Body:
    """The bytes of a message as they arrive."""

    def __init__(self, loop: asyncio.AbstractEventLoop, regulate: Callable[[], None]) -> None:
        self.complete = False
        self.buffered = 0
        self._loop = loop
        self._regulate = regulate
        self._chunks: list[bytes] = []
        self._error: Exception | None = None
        self._waiter: asyncio.Future[None] | None = None

    @property
    def waiting(self) -> bool:
        """Whether somebody waits for bytes."""
        return self._waiter is not None

    @property
    def failed(self) -> bool:
        """Whether it broke off before its end."""
        return self._error is not None

    def feed(self, data: bytes) -> None:
        self._chunks.append(data)
        self.buffered += len(data)
        self._wake()

    def end(self) -> None:
        self.complete = True
        self._wake()

    def fail(self, error: Exception) -> None:
        if not self.complete:
            self._error = error
            self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    def take(self) -> bytes:
        """What is here now; its sender, if it was held back, goes on."""
        data = self._chunks[0] if len(self._chunks) == 1 else b"".join(self._chunks)
        self._chunks.clear()
        self.buffered = 0
        self._regulate()
        return data

    async def read(self) -> bytes:
        """The next bytes; empty at the end."""
        while not self._chunks:
            if self._error is not None:
                raise self._error
            if self.complete:
                return b""
            self._waiter = self._loop.create_future()
            try:
                await self._waiter
            finally:
                self._waiter = None
        return self.take()

    async def whole(self, limit: int) -> bytes:
        """All bytes; raises BodyTooLarge beyond ``limit``."""
        if self.complete and self.buffered <= limit:
            return self.take()
        parts: list[bytes] = []
        size = 0
        while data := await self.read():
            size += len(data)
            if size > limit:
                raise BodyTooLarge
            parts.append(data)
        return b"".join(parts)
