"""PUT and GET of a file through boto3, edge and api, against copying the file with fsync.

The client is switched on as a kernel is; ``signed`` is one that only has smkit's address, and then
hashes the body for its signature, as botocore does without TLS.

python benchmarks/s3_put_get.py [MEGABYTES [ROUNDS]]

Each round does everything once, so that a noisy neighbour or a tired disk slows all alike. A
ratio is the copy's time over the way's own: 0.5 means that it takes twice as long as the copy.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import boto3

from jupyter_smkit import serve
from jupyter_smkit.client.switch import switch_on
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease

PIECE = 1 << 20


@contextmanager
def running(home: Home) -> Iterator[Any]:
    """smkit in a home of its own, and a boto3 client of it."""
    switch_on(home)
    try:
        yield boto3.client("s3")
    finally:
        serve.stop(home)


def copy(source: Path, target: Path) -> None:
    with open(source, "rb", buffering=0) as read, open(target, "wb", buffering=0) as written:
        while piece := read.read(PIECE):
            written.write(piece)
        os.fsync(written.fileno())


def put(s3: Any, source: Path) -> None:
    with open(source, "rb") as body:
        s3.put_object(Bucket="bench", Key="put", Body=body)


def get(s3: Any) -> None:
    body = s3.get_object(Bucket="bench", Key="put")["Body"]
    while body.read(PIECE):
        pass


def cpu(process: int) -> float:
    """Seconds of CPU that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main(megabytes: int, rounds: int) -> None:
    with tempfile.TemporaryDirectory(dir=Path.home()) as folder:
        home = Home(Path(folder) / "home")
        source, target = Path(folder) / "source", Path(folder) / "target"
        with open(source, "wb") as file:
            for _ in range(megabytes):
                file.write(os.urandom(PIECE))
        with running(home) as s3:
            signed = boto3.client("s3", endpoint_url=os.environ["AWS_ENDPOINT_URL"])
            s3.create_bucket(Bucket="bench")
            ways: dict[str, Callable[[], object]] = {
                "copy and fsync": lambda: copy(source, target),
                "put_object": lambda: put(s3, source),
                "put_object, signed": lambda: put(signed, source),
                "get_object": lambda: get(s3),
                "upload_file": lambda: s3.upload_file(str(source), "bench", "uploaded"),
                "download_file": lambda: s3.download_file("bench", "uploaded", str(target)),
            }
            processes = [os.getpid(), *(_holder(home, role) for role in ("edge", "api"))]
            times: dict[str, list[float]] = {name: [] for name in ways}
            spent: dict[str, list[float]] = {name: [0.0] * len(processes) for name in ways}
            for turn in range(rounds + 1):
                for name, act in ways.items():
                    before = [cpu(process) for process in processes]
                    begun = time.perf_counter()
                    act()
                    if turn:
                        times[name].append(time.perf_counter() - begun)
                        for number, process in enumerate(processes):
                            spent[name][number] += (cpu(process) - before[number]) / rounds
    base = median(times["copy and fsync"])
    print(f"{megabytes} MB, median of {rounds}      s   ratio   CPU s: client   edge    api")
    for name, taken in times.items():
        own = median(taken)
        used = "".join(f"{seconds:8.2f}" for seconds in spent[name])
        print(f"{name:20s} {own:9.3f} {base / own:7.2f}      {used}")


def _holder(home: Home, role: str) -> int:
    found = lease.holder(home.locks, role)
    assert found is not None
    return found


if __name__ == "__main__":
    given = [int(text) for text in sys.argv[1:]]
    main(*given, *(64, 7)[len(given) :])
