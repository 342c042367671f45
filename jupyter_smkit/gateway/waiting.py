"""Invocations that wait for a worker of their variant, which the daemon is asked for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from jupyter_smkit.gateway.demand import Ask, Key, Use

LONGEST_LINE = 64
MOST_BYTES = 64 << 20
"""Of the bodies of all that wait."""
_SHORTEST, _LONGEST = 0.01, 0.1
"""Seconds between looks at whether a worker takes connections."""
_CALM = 5.0
"""Seconds between requests for the same variant: one that dies at once is not started in a loop
because its clients ask in a loop."""


class LineFull(Exception):
    """Too many wait already."""


@dataclass
class Line:
    """Of one variant, the first first."""

    waiters: dict[asyncio.Future[None], None] = field(default_factory=dict)
    watch: asyncio.Task[None] | None = None


class Waiting:
    """``back`` says whether it is worth trying again: a worker listens, or the variant is gone."""

    def __init__(self, ask: Ask, back: Callable[[Key], Awaitable[bool]]) -> None:
        self._ask = ask
        self._back = back
        self._lines: dict[Key, Line] = {}
        self._asked: dict[Key, float] = {}
        self._bytes = 0

    async def wait(self, key: Key, use: Use, size: int, until: float) -> None:
        """Until it is this invocation's turn. ``size``: of its body; ``until``: the loop's time.

        Raises LineFull and TimeoutError.
        """
        if use.queued >= LONGEST_LINE or self._bytes + size > MOST_BYTES:
            raise LineFull
        loop = asyncio.get_running_loop()
        line = self._lines.get(key)
        if line is None:
            line = self._lines[key] = Line()
            line.watch = loop.create_task(self._watch(key, use, line))
        waiter = loop.create_future()
        line.waiters[waiter] = None
        use.queued = len(line.waiters)
        self._bytes += size
        try:
            async with asyncio.timeout_at(until):
                await waiter
        finally:
            self._bytes -= size
            if waiter in line.waiters:
                del line.waiters[waiter]
                use.queued = len(line.waiters)
                if not line.waiters:
                    self._close(key, line)

    async def _watch(self, key: Key, use: Use, line: Line) -> None:
        """Asks for a worker, once, and lets all go on, in their order, when there is one."""
        pause, asked, back = _SHORTEST, False, False
        while not back:
            asked = asked or self._request(key)
            await asyncio.sleep(pause)
            pause = min(pause * 1.5, _LONGEST)
            back = await self._back(key)
        self._close(key, line)
        use.queued = 0
        waiters, line.waiters = line.waiters, {}
        for waiter in waiters:
            if not waiter.done():
                waiter.set_result(None)

    def _request(self, key: Key) -> bool:
        now = asyncio.get_running_loop().time()
        self._asked = {each: at for each, at in self._asked.items() if now - at < _CALM}
        if key in self._asked or not self._ask(key):
            return False
        self._asked[key] = now
        return True

    def _close(self, key: Key, line: Line) -> None:
        if self._lines.get(key) is line:
            del self._lines[key]
        if line.watch and line.watch is not asyncio.current_task():
            line.watch.cancel()
