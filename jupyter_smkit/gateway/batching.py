"""One thread for predictions, in the order of their arrival.

What has queued while the thread was busy goes to the model together; nothing waits for company,
so that a lone request is served as if there were no batching.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from jupyter_smkit.gateway.inference import Inquiry, Outcome, Service

log = logging.getLogger(__name__)

Asked = tuple[Inquiry, "asyncio.Future[Outcome]"]


class Predictions:
    """Loads a model on its thread, then answers what was asked meanwhile."""

    def __init__(
        self,
        load: Callable[[], Service],
        loop: asyncio.AbstractEventLoop,
        failed: Callable[[], None],
    ) -> None:
        self.ready = False
        self.waiting = 0
        """Inquiries without an outcome yet."""
        self._load = load
        self._loop = loop
        self._failed = failed
        self._queue: SimpleQueue[Asked | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="predictions", daemon=True)
        self._thread.start()

    async def ask(self, inquiry: Inquiry) -> Outcome:
        future: asyncio.Future[Outcome] = self._loop.create_future()
        self.waiting += 1
        self._queue.put((inquiry, future))
        try:
            return await future
        finally:
            self.waiting -= 1

    def close(self) -> None:
        self._queue.put(None)

    def _run(self) -> None:
        try:
            service = self._load()
        except BaseException:
            log.exception("the model could not be loaded")
            self._loop.call_soon_threadsafe(self._failed)
            return
        log.info("the model is loaded (%s)", service.flavour)
        self.ready = True
        while (first := self._queue.get()) is not None:
            batch = [first, *self._queued(service.batch - 1)]
            # Whoever asked may have gone while the request queued.
            batch = [asked for asked in batch if not asked[1].cancelled()]
            if not batch:
                continue
            try:
                outcomes = service.answer([inquiry for inquiry, _ in batch])
            except Exception as error:
                outcomes = [error] * len(batch)
            self._loop.call_soon_threadsafe(_deliver, batch, outcomes)

    def _queued(self, limit: int) -> list[Asked]:
        found: list[Asked] = []
        while len(found) < limit:
            try:
                asked = self._queue.get_nowait()
            except Empty:
                break
            if asked is None:
                self._queue.put(None)
                break
            found.append(asked)
        return found


def _deliver(batch: Sequence[Asked], outcomes: Sequence[Outcome]) -> None:
    for (_, future), outcome in zip(batch, outcomes, strict=True):
        if not future.done():
            future.set_result(outcome)
