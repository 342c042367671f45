"""Following a record: its description now, and again whenever it changed."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPException
from queue import Empty, SimpleQueue
from typing import Any

from jupyter_smkit.client.calls import Client, Feed
from jupyter_smkit.client.switch import ensure_side
from jupyter_smkit.config import Home

Description = dict[str, Any]

_SAFETY = 30.0
"""Seconds after which smkit is asked again although no event has come."""
_AWS_PAUSE = 5.0
"""Seconds between two looks on the real AWS, which tells no events."""


def changes(
    kind: str,
    name: str,
    describe: Callable[[], Description],
    going_on: Callable[[Description], bool],
    tick: Callable[[], bool] = lambda: True,
    every: float = 1.0,
) -> Iterator[Description]:
    """The first description and every later one, the last being the one that does not go on.

    ``tick`` is called about every ``every`` seconds; False from it ends the watch.
    """
    pulses = _events(kind, name, every) if ensure_side() == "local" else _clock(every)
    seen: Description | None = None
    for changed in pulses:
        if changed and (found := describe()) != seen:
            seen = found
            yield found
            if not going_on(found):
                return
        if not tick():
            return


def _events(kind: str, name: str, every: float) -> Iterator[bool]:
    """True when the record changed (or may have); at least every ``every`` seconds something."""
    home = Home.from_environment()
    while True:
        try:
            feed = Client.of(home, home.base_url or "").listen()
        except OSError:
            # smkit is starting again; whoever finds it gone starts it.
            time.sleep(every)
            yield False
            continue
        heard: SimpleQueue[dict[str, Any] | None] = SimpleQueue()
        threading.Thread(target=_hear, args=(feed, heard), daemon=True).start()
        try:
            # Only now that the stream is open can no change slip by unseen.
            yield True
            yield from _pulses(heard, kind, name, every)
        finally:
            feed.close()


def _hear(feed: Feed, heard: SimpleQueue[dict[str, Any] | None]) -> None:
    try:
        for event in feed:
            heard.put(event)
    except (OSError, ValueError, HTTPException, AttributeError):
        pass  # Closed by us, or by smkit.
    heard.put(None)


def _pulses(
    heard: SimpleQueue[dict[str, Any] | None], kind: str, name: str, every: float
) -> Iterator[bool]:
    asked = time.monotonic()
    while True:
        try:
            event = heard.get(timeout=every)
        except Empty:
            event = {}
        if event is None:
            return
        changed = (event.get("kind"), event.get("key")) == (kind, name)
        changed = changed or time.monotonic() - asked > _SAFETY
        if changed:
            asked = time.monotonic()
        yield changed


def _clock(every: float) -> Iterator[bool]:
    asked = 0.0
    while True:
        due = time.monotonic() - asked >= _AWS_PAUSE
        if due:
            asked = time.monotonic()
        yield due
        time.sleep(every)
