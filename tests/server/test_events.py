from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest
import websocket

if TYPE_CHECKING:
    from tests.server.conftest import FakeEdge

Open = Callable[[dict[str, Any]], websocket.WebSocket]


@pytest.fixture
def listen(jupyter: str, token: str) -> Iterator[Open]:
    opened: list[websocket.WebSocket] = []

    def connect(first: dict[str, Any]) -> websocket.WebSocket:
        url = jupyter.replace("http", "ws", 1) + "/smkit/events"
        socket = websocket.create_connection(
            url, header=[f"Authorization: token {token}"], timeout=10
        )
        socket.send(json.dumps(first))
        opened.append(socket)
        return socket

    yield connect
    for socket in opened:
        socket.close()


def until(socket: websocket.WebSocket, kind: str) -> dict[str, Any]:
    while True:
        message: dict[str, Any] = json.loads(socket.recv())
        if message["type"] == kind:
            return message


def test_one_stream_serves_every_browser_and_ends_with_the_last(
    edge: FakeEdge, listen: Open
) -> None:
    one = listen({})
    assert json.loads(one.recv())["type"] == "online"
    two = listen({})
    until(two, "online")
    assert len(edge.streams) == 1
    edge.emit(seq=7, kind="Model", key="m", type="created", status="")
    assert until(one, "created")["key"] == until(two, "created")["key"] == "m"

    late = listen({"after": 6})
    assert until(late, "created")["seq"] == 7
    too_late = listen({"after": 2})
    until(too_late, "gap")

    edge.emit(seq=20, type="gap")
    edge.emit(seq=21, kind="Model", key="m", type="changed", status="")
    until(one, "gap")
    assert until(one, "changed")["seq"] == 21
    behind_the_gap = listen({"after": 10})
    until(behind_the_gap, "gap")

    for socket in (one, two, late, too_late, behind_the_gap):
        socket.close()
    target = edge.stream_targets.get(timeout=5)
    # The far end notices a closed connection when it next writes.
    while edge.closed_streams.empty():
        edge.emit(seq=8, kind="Model", key="m", type="changed", status="")
    assert edge.closed_streams.get(timeout=5) == target == "/_smkit/events"


def test_who_comes_back_before_the_first_event_is_told_of_the_gap(
    edge: FakeEdge, listen: Open
) -> None:
    new = listen({})
    until(new, "online")
    back = listen({"after": 40})
    until(back, "gap")


def test_a_broken_stream_is_taken_up_where_it_broke(edge: FakeEdge, listen: Open) -> None:
    socket = listen({"after": 40})
    until(socket, "online")
    while edge.stream_targets.get(timeout=5) != "/_smkit/events?after=40":
        pass
    edge.emit(seq=41, kind="Endpoint", key="e", type="changed", status="InService")
    until(socket, "changed")
    edge.break_streams()
    until(socket, "offline")
    until(socket, "online")
    assert edge.stream_targets.get(timeout=5) == "/_smkit/events?after=41"


def test_a_browser_without_a_token_hears_nothing(jupyter: str) -> None:
    with pytest.raises(websocket.WebSocketBadStatusException, match="403"):
        websocket.create_connection(jupyter.replace("http", "ws", 1) + "/smkit/events")
