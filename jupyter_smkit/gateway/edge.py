"""The edge: one kept port, the data plane's event loop, and a stream to the api for the rest."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import sys
import time
from collections.abc import Awaitable, Callable

from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home
from jupyter_smkit.gateway import metrics
from jupyter_smkit.gateway.demand import Demand, request
from jupyter_smkit.gateway.forward import forward
from jupyter_smkit.gateway.invocations import PATH, Gateway
from jupyter_smkit.gateway.port import HOST, PortTaken, listen
from jupyter_smkit.gateway.routes import Routes
from jupyter_smkit.http import loops
from jupyter_smkit.http.server import Exchange, Server
from jupyter_smkit.http.upstream import Pool
from jupyter_smkit.state import wake

log = logging.getLogger(__name__)

GRACE = 3.0
"""Seconds that requests under way get to end when the edge stops."""


def application(gateway: Gateway, api: Pool) -> Server:
    """Invocations to ``gateway``, everything else to ``api``."""

    def handle(exchange: Exchange) -> Awaitable[None]:
        asked = PATH.match(exchange.target) if exchange.method == "POST" else None
        if asked is None:
            return forward(exchange, api)
        return gateway.invoke(exchange, asked[1], asked[2])

    return Server(handle)


async def serve(
    home: Home,
    keep_daemon: Callable[[], None] = lambda: None,
    listening: socket.socket | None = None,
) -> None:
    """Serves until SIGTERM or SIGINT. ``keep_daemon`` is called once a second.

    ``listening`` is what :func:`listen` gave, for whoever had something to do in between.
    """
    home.prepare()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    routes = Routes(home.routes, lambda _: gateway.forget_unused())
    demand = Demand(home.demand)
    wakes = home.run / "wake"
    gateway = Gateway(
        routes,
        Credentials(home.credentials),
        demand=demand,
        ask=lambda key: wake.ring(wakes, request(key), to="daemon"),
    )
    api = Pool(os.fspath(home.api_socket))
    server = application(gateway, api)
    routes.refresh()
    listening = listening or listen(home)
    bell = wake.listen(wakes, "edge")
    loop.add_reader(bell.fileno(), _woken, bell, routes)
    accepting = await loop.create_server(server.protocol, sock=listening)
    log.info("listening on http://%s:%d", HOST, listening.getsockname()[1])
    gc.collect()
    gc.freeze()

    minute = _minute()
    while not stopped.is_set():
        routes.refresh()
        api.sweep(loop.time())
        gateway.sweep(loop.time())
        server.sweep(loop.time())
        # Before the daemon may be started: it reads what is waited for.
        demand.tell()
        if _minute() != minute:
            metrics.write(home.run / "metrics", minute, gateway.metrics.take(minute))
            minute = _minute()
        try:
            keep_daemon()
        except Exception:
            log.exception("the daemon could not be looked after")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), 1.0)

    accepting.close()
    await server.stop(GRACE)
    metrics.write(home.run / "metrics", minute, gateway.metrics.take(minute))
    demand.tell()
    loop.remove_reader(bell.fileno())
    bell.close()
    (wakes / "edge.sock").unlink(missing_ok=True)


def _minute() -> int:
    return int(time.time() // 60)


def _woken(bell: socket.socket, routes: Routes) -> None:
    wake.drain(bell)
    routes.refresh()


def run(
    home: Home,
    keep_daemon: Callable[[], None] = lambda: None,
    listening: socket.socket | None = None,
) -> None:
    """The edge process. Raises PortTaken, whose text says what to do."""
    loops.run(serve(home, keep_daemon, listening))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    try:
        run(Home.from_environment())
    except PortTaken as error:
        sys.exit(str(error))
