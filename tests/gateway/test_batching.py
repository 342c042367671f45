"""The prediction thread: order, batches, failures."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

from jupyter_smkit.gateway.batching import Predictions
from jupyter_smkit.gateway.inference import Inquiry, Outcome, Reply, Service


class Model:
    """Holds each batch until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[bytes]] = []
        self.entered = threading.Semaphore(0)
        self.go = threading.Semaphore(0)

    def answer(self, inquiries: Sequence[Inquiry]) -> list[Outcome]:
        self.batches.append([inquiry.body for inquiry in inquiries])
        self.entered.release()
        self.go.acquire()
        if any(inquiry.body == b"raise" for inquiry in inquiries):
            raise RuntimeError("out of order")
        return [Reply(inquiry.body.upper(), "text/plain") for inquiry in inquiries]


def predictions(model: Model, batch: int = 4) -> Predictions:
    loop = asyncio.get_running_loop()
    return Predictions(lambda: Service("test", model.answer, batch), loop, lambda: None)


async def entered(model: Model) -> None:
    await asyncio.to_thread(model.entered.acquire)


async def test_what_queues_while_the_model_is_busy_goes_together() -> None:
    model = Model()
    asked = predictions(model)
    first = asyncio.create_task(asked.ask(Inquiry(b"a")))
    await entered(model)
    others = [
        asyncio.create_task(asked.ask(Inquiry(body))) for body in (b"b", b"c", b"d", b"e", b"f")
    ]
    await asyncio.sleep(0)
    model.go.release(3)
    answers = await asyncio.gather(first, *others)
    assert model.batches == [[b"a"], [b"b", b"c", b"d", b"e"], [b"f"]]
    assert [a.body for a in answers if isinstance(a, Reply)] == [b"A", b"B", b"C", b"D", b"E", b"F"]
    asked.close()


async def test_a_model_that_raises_goes_on_serving() -> None:
    model = Model()
    model.go.release(2)
    asked = predictions(model)
    assert isinstance(await asked.ask(Inquiry(b"raise")), RuntimeError)
    assert await asked.ask(Inquiry(b"a")) == Reply(b"A", "text/plain")
    asked.close()


async def test_requests_that_nobody_waits_for_are_left_out() -> None:
    model = Model()
    asked = predictions(model, batch=1)
    first = asyncio.create_task(asked.ask(Inquiry(b"a")))
    await entered(model)
    gone = asyncio.create_task(asked.ask(Inquiry(b"gone")))
    last = asyncio.create_task(asked.ask(Inquiry(b"b")))
    await asyncio.sleep(0)
    gone.cancel()
    model.go.release(2)
    await asyncio.gather(first, last)
    assert model.batches == [[b"a"], [b"b"]]
    asked.close()


async def test_what_is_asked_before_the_model_is_loaded_waits() -> None:
    model = Model()
    model.go.release(1)
    loaded = threading.Event()

    def load() -> Service:
        loaded.wait()
        return Service("test", model.answer)

    asked = Predictions(load, asyncio.get_running_loop(), lambda: None)
    first = asyncio.create_task(asked.ask(Inquiry(b"a")))
    await asyncio.sleep(0)
    assert not asked.ready
    loaded.set()
    assert await first == Reply(b"A", "text/plain")
    assert asked.ready
    asked.close()
