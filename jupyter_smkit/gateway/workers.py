"""The model workers of variants: which of them gets a request, and what it answers."""

from __future__ import annotations

from collections.abc import Callable, Set
from dataclasses import dataclass, field

from jupyter_smkit.gateway.routes import Variant
from jupyter_smkit.http.upstream import Lost, Pool, Response, Upstream


class NoWorker(Exception):
    """None of a variant's workers takes connections."""


class WorkerEnded(Exception):
    """A worker ended while it worked on the request."""


@dataclass
class Workers:
    draw: Callable[[], float]
    """Uniform in [0, 1)."""
    longest: int
    """Bytes of an answer."""
    pools: dict[str, Pool] = field(default_factory=dict)
    """By the path of a worker's socket."""
    _asked: dict[Upstream, float] = field(default_factory=dict)
    """The connections on which a model is to answer, and until when."""

    def keep(self, paths: Set[str]) -> None:
        """Closes what leads to other workers."""
        for path in self.pools.keys() - paths:
            self.pools.pop(path).close()

    def sweep(self, now: float) -> None:
        """Ends requests whose model takes too long; ``now`` is the loop's time."""
        for upstream, until in tuple(self._asked.items()):
            if now > until:
                upstream.expire()
        for pool in self.pools.values():
            pool.sweep(now)

    async def ask(self, variant: Variant, request: bytes, until: float) -> tuple[Response, bytes]:
        """What a worker answers, and its body. A request under which a worker has ended is tried
        once more on another. Raises NoWorker, WorkerEnded, TimeoutError and BodyTooLarge."""
        ended = 0
        for path in self._by_load(variant):
            try:
                return await self._send(path, request, until)
            except TimeoutError:
                raise
            except OSError as error:
                # What it had not read when it ended is as if it had not been sent.
                if isinstance(error, Lost) and not error.unread:
                    ended += 1
                if ended > 1:
                    break
        raise WorkerEnded if ended else NoWorker

    async def listen(self, variant: Variant) -> bool:
        """Whether one of them takes connections."""
        for path in variant.workers:
            pool = self._pool(path)
            try:
                pool.give_back(await pool.connect(fresh=True))
            except OSError:
                continue
            return True
        return False

    def _by_load(self, variant: Variant) -> list[str]:
        """The least busy first, and the first once more for a retry."""
        order = list(variant.workers)
        if len(order) > 1:
            order.sort(key=lambda path: (self._pool(path).busy, self.draw()))
        return order + order[:1]

    def _pool(self, path: str) -> Pool:
        pool = self.pools.get(path)
        if pool is None:
            pool = self.pools[path] = Pool(path)
        return pool

    async def _send(self, path: str, request: bytes, until: float) -> tuple[Response, bytes]:
        """Raises Lost, another OSError where nobody listens, TimeoutError, or BodyTooLarge."""
        upstream = await self._pool(path).connect()
        self._asked[upstream] = until
        try:
            response = await upstream.request(request)
            return response, await response.body.whole(self.longest)
        finally:
            del self._asked[upstream]
            upstream.release()
