"""Predictions in the order of their arrival: on the event loop while they are short, else on one
thread.

What has arrived together, or queued while the thread was busy, goes to the model together; nothing
waits for company, so that a lone request is served as if there were no batching.

A hand-over to the thread and back costs about as much as HTTP does, and the thread then competes
with the loop for the interpreter. So small requests to a model that has been quick lately are
answered on the loop itself. A model that turns slow holds up the loop once: the next ones go to
the thread again.
"""

from __future__ import annotations

import asyncio
import logging
import threading
import time
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

from jupyter_smkit.serving.inference import Inquiry, Outcome, Service
from jupyter_smkit.serving.openmp import Threads

log = logging.getLogger(__name__)

SHORT = 0.005
"""Seconds for which a prediction may hold up pings and new connections."""
SMALL = 16 * 1024
"""Bytes of bodies that the loop takes on: what they cost foretells the next ones' cost."""
_FORGETTING = 0.8
"""How much of the longest time counts after one more prediction: 24 of them turn 1 s to 5 ms."""

Asked = tuple[Inquiry, "asyncio.Future[Outcome]"]


class Predictions:
    """Loads a model on its thread, then answers what was asked meanwhile."""

    def __init__(
        self,
        load: Callable[[], Service],
        loop: asyncio.AbstractEventLoop,
        failed: Callable[[], None],
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        self._load = load
        self._loop = loop
        self._failed = failed
        self._clock = clock
        self._service: Service | None = None
        self._arrived: list[Asked] = []
        self._on_thread = 0
        """Inquiries handed to the thread and not back yet."""
        self._openmp = Threads()
        self._longest = 1.0
        """Seconds that recent small predictions took at the most; before any, as if a slow one."""
        self._queue: SimpleQueue[Asked | None] = SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="predictions", daemon=True)
        self._thread.start()

    @property
    def ready(self) -> bool:
        return self._service is not None

    async def ask(self, inquiry: Inquiry) -> Outcome:
        future: asyncio.Future[Outcome] = self._loop.create_future()
        if self._on_thread:
            self._to_thread([(inquiry, future)])
        else:
            if not self._arrived:
                # Behind the requests that have been read by now, which then go together.
                self._loop.call_soon(self._hand_out)
            self._arrived.append((inquiry, future))
        return await future

    def close(self) -> None:
        self._queue.put(None)

    def _hand_out(self) -> None:
        arrived, self._arrived = self._arrived, []
        if self._service is not None and self._is_short(arrived, self._service):
            self._deliver(*self._answered(arrived, self._service))
        else:
            self._to_thread(arrived)

    def _is_short(self, asked: Sequence[Asked], service: Service) -> bool:
        return (
            service.inline
            and self._longest < SHORT
            and len(asked) <= service.batch
            and _size(asked) <= SMALL
        )

    def _to_thread(self, asked: Sequence[Asked]) -> None:
        self._on_thread += len(asked)
        for one in asked:
            self._queue.put(one)

    def _run(self) -> None:
        try:
            service = self._load()
        except BaseException:
            log.exception("the model could not be loaded")
            self._loop.call_soon_threadsafe(self._failed)
            return
        log.info("the model is loaded (%s)", service.flavour)
        self._service = service
        while (first := self._queue.get()) is not None:
            asked = [first, *self._queued(service.batch - 1)]
            answered = self._answered(asked, service)
            self._loop.call_soon_threadsafe(self._back, len(asked), *answered)

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

    def _answered(
        self, asked: Sequence[Asked], service: Service
    ) -> tuple[list[Asked], list[Outcome], float]:
        """Those who still wait, the outcome for each, and the seconds that it took."""
        batch = [one for one in asked if not one[1].cancelled()]
        # A script may do much for few bytes: its threads are its own affair.
        self._openmp.use(all_of_them=not service.inline or _size(batch) > SMALL)
        begun = self._clock()
        try:
            outcomes = service.answer([inquiry for inquiry, _ in batch]) if batch else []
        except BaseException as error:
            # sys.exit() and a panic in Rust are no Exceptions; they must not end the thread either.
            failed = error if isinstance(error, Exception) else RuntimeError(repr(error))
            outcomes = [failed] * len(batch)
        return batch, outcomes, self._clock() - begun

    def _back(
        self, count: int, batch: list[Asked], outcomes: list[Outcome], seconds: float
    ) -> None:
        self._on_thread -= count
        self._deliver(batch, outcomes, seconds)

    def _deliver(self, batch: list[Asked], outcomes: list[Outcome], seconds: float) -> None:
        if batch and _size(batch) <= SMALL:
            self._longest = max(seconds, self._longest * _FORGETTING)
        for (_, future), outcome in zip(batch, outcomes, strict=True):
            if not future.done():
                future.set_result(outcome)


def _size(asked: Sequence[Asked]) -> int:
    return sum(len(inquiry.body) for inquiry, _ in asked)
