"""Predictions: their order, batches, failures, and where they run."""

from __future__ import annotations

import asyncio
import os
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from jupyter_smkit.serving.batching import SMALL, Predictions
from jupyter_smkit.serving.inference import Inquiry, Outcome, Reply, Service
from jupyter_smkit.serving.worker import application


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
        if any(inquiry.body == b"exit" for inquiry in inquiries):
            sys.exit("out of order")
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


@pytest.mark.parametrize("body", [b"raise", b"exit"])
async def test_a_model_that_raises_goes_on_serving(body: bytes) -> None:
    model = Model()
    model.go.release(2)
    asked = predictions(model)
    assert "out of order" in str(await asyncio.wait_for(asked.ask(Inquiry(body)), 20))
    assert await asked.ask(Inquiry(b"a")) == Reply(b"A", "text/plain")
    asked.close()


@pytest.mark.parametrize("inline", [True, False])
async def test_few_rows_wake_no_other_threads(inline: bool) -> None:
    import sklearn  # noqa: F401  (brings OpenMP)
    from threadpoolctl import threadpool_info

    def answer(inquiries: Sequence[Inquiry]) -> list[Outcome]:
        widths = {one["num_threads"] for one in threadpool_info() if one["user_api"] == "openmp"}
        return [Reply(str(max(widths)).encode(), "text/plain") for _ in inquiries]

    service = Service("test", answer, 4, inline)
    asked = Predictions(lambda: service, asyncio.get_running_loop(), lambda: None)
    every = str(os.environ.get("OMP_NUM_THREADS", len(os.sched_getaffinity(0)))).encode()
    few = b"1" if inline else every
    for body, width in ((b"row", few), (bytes(SMALL + 1), every), (b"row", few)):
        assert await asked.ask(Inquiry(body)) == Reply(width, "text/plain")
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


class Paced:
    """Takes as many seconds as a request says, by its own clock; for ``hold`` until it may go on."""

    def __init__(self) -> None:
        self.now = 0.0
        self.batches: list[int] = []
        self.on_loop: list[bool] = []
        self.entered = threading.Event()
        self.go = threading.Event()

    def predictions(self, *, inline: bool = True) -> Predictions:
        service = Service("test", self.answer, batch=8, inline=inline)
        loop = asyncio.get_running_loop()
        return Predictions(lambda: service, loop, lambda: None, clock=lambda: self.now)

    def answer(self, inquiries: Sequence[Inquiry]) -> list[Outcome]:
        self.batches.append(len(inquiries))
        self.on_loop.append(threading.current_thread() is threading.main_thread())
        for inquiry in inquiries:
            if inquiry.body.startswith(b"hold"):
                self.entered.set()
                assert self.go.wait(10), "nothing else was answered meanwhile"
            else:
                self.now += float(inquiry.body)
        return [Reply(inquiry.body, "text/plain") for inquiry in inquiries]


async def ask(asked: Predictions, *bodies: bytes) -> None:
    outcomes = await asyncio.gather(*(asked.ask(Inquiry(body)) for body in bodies))
    assert [outcome.body for outcome in outcomes if isinstance(outcome, Reply)] == [*bodies]


async def test_a_model_that_is_quick_for_a_while_runs_on_the_loop() -> None:
    model = Paced()
    asked = model.predictions()
    for _ in range(40):
        await ask(asked, b"0.001")
    assert not any(model.on_loop[:20])
    assert model.on_loop[-1]
    await ask(asked, b"0.001", b"0.002", b"0.001")
    assert (model.batches[-1], model.on_loop[-1]) == (3, True)
    asked.close()


async def test_slow_and_large_requests_go_to_the_thread() -> None:
    model = Paced()
    asked = model.predictions()
    for _ in range(40):
        await ask(asked, b"0.001")
    await ask(asked, b"0.001" + b" " * SMALL)
    assert model.on_loop[-2:] == [True, False]
    await ask(asked, b"0.001")
    assert model.on_loop[-1]
    await ask(asked, b"0.5")
    await ask(asked, b"0.001")
    assert not model.on_loop[-1]
    asked.close()


async def test_a_script_stays_on_its_thread() -> None:
    model = Paced()
    asked = model.predictions(inline=False)
    for _ in range(40):
        await ask(asked, b"0.001")
    assert not any(model.on_loop)
    asked.close()


@pytest.mark.parametrize(
    ("before", "slow"), [(b"0.5", b"hold"), (b"0.001", b"hold" + b" " * SMALL)]
)
async def test_a_ping_is_answered_during_a_slow_prediction(
    tmp_path: Path, before: bytes, slow: bytes
) -> None:
    model = Paced()
    asked = model.predictions()
    for _ in range(40):
        await ask(asked, b"0.001")
    assert model.on_loop[-1]
    await ask(asked, before)
    server = application(asked)
    path = os.fspath(tmp_path / "worker")
    accepting = await asyncio.get_running_loop().create_unix_server(server.protocol, path)

    reader, writer = await asyncio.open_unix_connection(path)
    writer.write(b"POST /invocations HTTP/1.1\r\ncontent-length: %d\r\n\r\n" % len(slow) + slow)
    await asyncio.to_thread(model.entered.wait, 10)
    ping_reader, ping_writer = await asyncio.open_unix_connection(path)
    ping_writer.write(b"GET /ping HTTP/1.1\r\n\r\n")
    assert (await ping_reader.readline()).startswith(b"HTTP/1.1 200 ")
    assert not model.go.is_set()
    model.go.set()
    assert (await reader.readline()).startswith(b"HTTP/1.1 200 ")

    writer.close()
    ping_writer.close()
    accepting.close()
    await server.stop(0.0)
    asked.close()
