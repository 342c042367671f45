from __future__ import annotations

import asyncio

import pytest

from jupyter_smkit.http.streams import HIGH_WATER, Body


@pytest.mark.parametrize("take", ["take", "read"])
async def test_a_sender_that_was_held_back_goes_on_once_its_bytes_are_taken(take: str) -> None:
    held: list[bool] = []
    body = Body(asyncio.get_running_loop(), lambda: held.append(body.buffered >= HIGH_WATER))
    body.feed(b"x" * HIGH_WATER)
    taken = await body.read() if take == "read" else body.take()
    assert (len(taken), held) == (HIGH_WATER, [False])
