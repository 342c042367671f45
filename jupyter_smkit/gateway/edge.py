"""The edge: one kept port, the data plane's event loop, and a stream to the api for the rest."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import os
import signal
import socket
import time
import zlib
from collections.abc import Awaitable, Callable
from pathlib import Path

from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home
from jupyter_smkit.gateway import loops, metrics
from jupyter_smkit.gateway.forward import forward
from jupyter_smkit.gateway.http import Exchange, Server
from jupyter_smkit.gateway.invocations import PATH, Gateway
from jupyter_smkit.gateway.routes import Routes
from jupyter_smkit.gateway.upstream import Pool

log = logging.getLogger(__name__)

HOST = "127.0.0.1"
GRACE = 3.0
"""Seconds that requests under way get to end when the edge stops."""
_PORTS = range(20000, 32000)
"""Below the ports that Linux and macOS give to outgoing connections: a kept one stays free."""


class PortTaken(SystemExit):
    """Another program listens on the port that this home keeps."""


def listen(home: Home) -> socket.socket:
    """The listening socket on the port kept for ``home``, chosen where none is kept yet."""
    kept = home.settings.port or _kept_port(home.port_file)
    if kept:
        try:
            listening = _bound(kept)
        except OSError as error:
            raise PortTaken(
                f"smkit cannot listen on {HOST}:{kept}, the port kept for {home.path}: "
                f"{error.strerror}. Stop the program that uses it, or choose another with "
                f'"port = N" in {home.path / "config.toml"} (clients then need the new address: '
                '"smkit env" prints it)'
            ) from None
    else:
        listening = _first_free(home)
    port = listening.getsockname()[1]
    if _kept_port(home.port_file) != port:
        _keep(home.port_file, port)
    return listening


def _kept_port(file: Path) -> int:
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return 0


def _keep(file: Path, port: int) -> None:
    temporary = file.with_name(f"{file.name}.new")
    with temporary.open("w") as out:
        out.write(f"{port}\n")
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(file)


def _first_free(home: Home) -> socket.socket:
    start = zlib.crc32(os.fsencode(home.path)) % len(_PORTS)
    for offset in range(len(_PORTS)):
        with contextlib.suppress(OSError):
            return _bound(_PORTS[(start + offset) % len(_PORTS)])
    raise PortTaken(f"no port of {_PORTS.start} to {_PORTS.stop} on {HOST} is free")


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen(1024)
    except OSError:
        made.close()
        raise
    made.setblocking(False)
    return made


def wake_socket(home: Home) -> socket.socket:
    """Where commits send their datagrams to; the socket of an edge before is taken over."""
    path = home.run / "wake" / "edge.sock"
    path.unlink(missing_ok=True)
    made = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    made.bind(os.fspath(path))
    made.setblocking(False)
    return made


def application(gateway: Gateway, api: Pool) -> Server:
    """Invocations to ``gateway``, everything else to ``api``."""

    def handle(exchange: Exchange) -> Awaitable[None]:
        asked = PATH.match(exchange.target) if exchange.method == "POST" else None
        if asked is None:
            return forward(exchange, api)
        return gateway.invoke(exchange, asked[1], asked[2])

    return Server(handle)


async def serve(home: Home, keep_daemon: Callable[[], None] = lambda: None) -> None:
    """Serves until SIGTERM or SIGINT. ``keep_daemon`` is called once a second."""
    home.prepare()
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    routes = Routes(home.routes, lambda _: gateway.drop_unused_pools())
    gateway = Gateway(routes, Credentials(home.credentials))
    api = Pool(os.fspath(home.api_socket))
    server = application(gateway, api)
    routes.refresh()
    listening = listen(home)
    wake = wake_socket(home)
    loop.add_reader(wake.fileno(), _woken, wake, routes)
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
    loop.remove_reader(wake.fileno())
    wake.close()
    (home.run / "wake" / "edge.sock").unlink(missing_ok=True)


def _minute() -> int:
    return int(time.time() // 60)


def _woken(wake: socket.socket, routes: Routes) -> None:
    with contextlib.suppress(BlockingIOError):
        while True:
            wake.recv(4096)
    routes.refresh()


def run(home: Home, keep_daemon: Callable[[], None] = lambda: None) -> None:
    """The edge process. Raises PortTaken, whose text says what to do."""
    loops.run(serve(home, keep_daemon))


if __name__ == "__main__":
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    run(Home.from_environment())
