"""What the gateway's benchmarks share: a home with an edge, requests signed once, a load of them."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from jupyter_smkit.api import sigv4
from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home

TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Bench:
    home: Home
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *arguments: str, **environ: str) -> subprocess.Popen[bytes]:
        inherited = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        process = subprocess.Popen(
            [sys.executable, *arguments],
            env={
                **inherited,
                "SMKIT_HOME": str(self.home.path),
                **environ,
            },
            stderr=subprocess.DEVNULL,
        )
        self.processes.append(process)
        return process

    def edge(self, *workers: str) -> subprocess.Popen[bytes]:
        """An edge that serves the endpoint ``bench`` from ``workers``."""
        variant = {"name": "AllTraffic", "weight": 1, "workers": workers}
        routes = {"endpoints": {"123456789012/us-east-1/bench": {"variants": [variant]}}}
        self.home.routes.write_text(json.dumps(routes))
        process = self.start("-m", "jupyter_smkit.gateway.edge")
        while not (self.home.run / "wake" / "edge.sock").exists():
            time.sleep(0.01)
        return process

    @property
    def port(self) -> int:
        return int(self.home.port_file.read_text())

    def signed(self, body: bytes, content_type: str = "text/csv") -> bytes:
        """An InvokeEndpoint request as boto3 would send it."""
        key = Credentials(self.home.credentials).default()
        headers = {"host": f"127.0.0.1:{self.port}", "content-type": content_type}
        request = sigv4.Request("POST", "/endpoints/bench/invocations", headers)
        headers |= sigv4.sign(
            request,
            access_key=key.access_key,
            secret=key.secret,
            region="us-east-1",
            service="sagemaker",
            body=body,
            now=time.time(),
        )
        return plain("/endpoints/bench/invocations", body, **headers)


def plain(target: str, body: bytes, **headers: str) -> bytes:
    lines = [f"POST {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, f"content-length: {len(body)}", "", ""]).encode() + body


@contextmanager
def bench(directory: Path) -> Iterator[Bench]:
    made = Bench(Home(directory))
    made.home.prepare()
    Credentials(made.home.credentials).default()
    try:
        yield made
    finally:
        for process in made.processes:
            process.terminate()
        for process in made.processes:
            process.wait()


def cpu(process: subprocess.Popen[bytes]) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process.pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / TICK


@dataclass(frozen=True)
class Load:
    requests: int
    seconds: float
    latencies: list[float]

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def percentile(self, share: float) -> float:
        """Milliseconds."""
        return sorted(self.latencies)[int(share * (len(self.latencies) - 1))] * 1e3


async def load(address: str | int, request: bytes, clients: int, seconds: float) -> Load:
    """Sends ``request`` again and again to a port, or to a unix socket."""
    latencies: list[float] = []
    begun = time.perf_counter()

    async def client() -> None:
        reader, writer = await _connected(address)
        while time.perf_counter() - begun < seconds:
            latencies.append(await _asked(reader, writer, request))
        writer.close()

    await asyncio.gather(*(client() for _ in range(clients)))
    return Load(len(latencies), time.perf_counter() - begun, latencies)


async def alternate(
    one: str | int, to_one: bytes, other: str | int, to_other: bytes, seconds: float
) -> tuple[Load, Load]:
    """One client that asks both in turn, so that what else the machine does strikes both alike."""
    latencies: tuple[list[float], list[float]] = ([], [])
    streams = await _connected(one), await _connected(other)
    begun = time.perf_counter()
    while time.perf_counter() - begun < seconds:
        for found, stream, request in zip(latencies, streams, (to_one, to_other), strict=True):
            found.append(await _asked(*stream, request))
    for _, writer in streams:
        writer.close()
    first, second = (Load(len(found), sum(found), found) for found in latencies)
    return first, second


Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def _connected(address: str | int) -> Streams:
    if isinstance(address, int):
        return await asyncio.open_connection("127.0.0.1", address)
    return await asyncio.open_unix_connection(address)


async def _asked(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, request: bytes
) -> float:
    """Seconds from the request's first byte to the answer's last."""
    sent = time.perf_counter()
    writer.write(request)
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200"), head
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    await reader.readexactly(size)
    return time.perf_counter() - sent
