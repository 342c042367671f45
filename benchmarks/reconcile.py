"""What the daemon costs while nothing happens, and how soon it acts on one change.

1,000 endpoints in service, each with a stand-in worker (a locked file in its directory, held by one
process for all), 10,000 settled records of a kind with behaviour, 10,000 ended jobs. Prints the
daemon's CPU at its start and while idle, time and CPU from a change of one record until it is acted
on, and, in this process, in which order 500 jobs of two accounts run on stand-in programs.
"""

from __future__ import annotations

import fcntl
import json
import os
import resource
import statistics
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jupyter_smkit import serve
from jupyter_smkit.compute import jsonfile
from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, processes
from jupyter_smkit.control.processes import wait_until
from jupyter_smkit.state import migrate, wake
from jupyter_smkit.state.engine import connect, url_of
from jupyter_smkit.state.records import State
from jupyter_smkit.state.schema import records

ENDPOINTS, SETTLED, ENDED, QUEUED = 1_000, 10_000, 10_000, 500
IDLE = 130.0
"""Seconds: more than two sweeps."""
CHANGES = 20
REQUEST = {"AppSpecification": {"ImageUri": "python"}}
ACCOUNT, REGION = "123456789012", "us-east-1"


def cpu(pid: int) -> float:
    """Seconds of CPU that a process has used (proc(5): nanoseconds in schedstat)."""
    tasks = Path(f"/proc/{pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def row(kind: str, key: str, status: str, **observed: Any) -> dict[str, Any]:
    at = time.time() - 3600
    return {
        "account": ACCOUNT,
        "region": REGION,
        "kind": kind,
        "key": key,
        "name": key,
        "arn": f"arn:aws:sagemaker:{REGION}:{ACCOUNT}:{kind.lower()}/{key}",
        "status": status,
        "version": 1,
        "request": {"EndpointConfigName": "config"} if kind == "Endpoint" else {},
        "observed": observed,
        "created": at,
        "modified": at,
    }


def worker(home: Home, name: str) -> tuple[dict[str, str], int]:
    """A launch that runs, as far as its files tell; its lock stays with this process."""
    id = f"{ACCOUNT}.{REGION}.Worker.{name}.0123456789abcdef0123"
    directory = home.jobs / id
    directory.mkdir(parents=True)
    socket = str(home.run / "workers" / name / "s")
    jsonfile.write(directory / "job.json", {"id": id, "socket": socket}, durable=False)
    status = {"phase": "Running", "phases": [["Running", 1.0]], "pid": os.getpid(), "started": 1.0}
    jsonfile.write(directory / "status.json", status, durable=False)
    lock = os.open(directory / "lock", os.O_RDWR | os.O_CREAT, 0o600)
    fcntl.flock(lock, fcntl.LOCK_EX)
    return {"id": id, "socket": socket}, lock


def fill(home: Home) -> None:
    home.prepare()
    engine = connect(url_of(home))
    migrate.upgrade(engine)
    rows, routes = [], {}
    for number in range(ENDPOINTS):
        name = f"endpoint-{number:04}"
        runs, _ = worker(home, name)
        variant = {"name": "v", "weight": 1.0, "image": "", "log": "", "workers": [runs]}
        rows.append(row("Endpoint", name, "InService", _variants=[variant], _config="config"))
        shown = {"name": "v", "weight": 1.0, "log": "", "workers": [runs["socket"]]}
        routes[f"{ACCOUNT}/{REGION}/{name}"] = {"variants": [shown]}
    rows += [row("Endpoint", f"failed-{number}", "Failed") for number in range(SETTLED)]
    rows += [row("ProcessingJob", f"job-{number}", "Completed") for number in range(ENDED)]
    with engine.begin() as connection:
        connection.execute(records.insert(), rows)
    engine.dispose()
    home.routes.write_text(json.dumps({"endpoints": routes}))


def act(home: Home, state: State, pid: int) -> tuple[float, float]:
    """Milliseconds, and milliseconds of the daemon's CPU, from a change until it is acted on: a job
    that is to stop before it has begun."""
    key = f"act-{time.monotonic_ns()}"
    with state.begin() as transaction:
        made = row("ProcessingJob", key, "Stopping") | {"request": REQUEST}
        transaction.connection.execute(records.insert(), [made])
        found = transaction.get(ACCOUNT, REGION, "ProcessingJob", key)
        assert found is not None
        record = transaction.change(found, observed={"a": 1})
    used, began = cpu(pid), time.perf_counter()

    def acted() -> bool:
        found = state.get(*record.identity)
        return found is not None and found.status == "Stopped"

    while not acted():
        time.sleep(0.0005)
    took = time.perf_counter() - began
    time.sleep(0.05)
    return 1000 * took, 1000 * (cpu(pid) - used)


def idle() -> None:
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory) / "home")
        fill(home)
        serve.ensure_running(home)
        try:
            pid = lease.holder(home.locks, "daemon")
            assert pid is not None
            time.sleep(5)
            print(f"daemon's start with {ENDPOINTS:,} endpoints: {1000 * cpu(pid):.0f} ms of CPU")
            used = cpu(pid)
            time.sleep(IDLE)
            print(f"idle: {100 * (cpu(pid) - used) / IDLE:.2f} % of a core")
            state = State(connect(url_of(home)), time.time)
            state.wake = lambda: wake.ring(home.run / "wake")
            times, costs = zip(*(act(home, state, pid) for _ in range(CHANGES)), strict=True)
            print(
                f"one change: acted on within {statistics.median(times):.1f} ms "
                f"(at the most {max(times):.1f}), {statistics.median(costs):.1f} ms of CPU"
            )
        finally:
            serve.stop(home)


def start() -> None:
    """The daemon of an empty home."""
    found = []
    for _ in range(3):
        with tempfile.TemporaryDirectory() as directory:
            home = Home(Path(directory) / "home")
            serve.ensure_running(home)
            processes.stop(home, "edge")
            serve.stop(home)
            processes.start(home, "daemon")
            pid = lease.holder(home.locks, "daemon")
            assert pid is not None
            wait_until(lambda: "holds lease 2" in (home.run / "daemon.log").read_text(), 10)  # noqa: B023
            found.append(1000 * cpu(pid))
            serve.stop(home)
    print(f"daemon's start, assembled: {min(found):.0f} ms of CPU")


@dataclass
class Programs:
    """An executor whose programs cost nothing and end when they are asked a second time."""

    order: list[str] = field(default_factory=list)
    seen: Counter[str] = field(default_factory=Counter)

    def poll(self, id: str) -> Observation:
        if id not in self.seen:
            return Observation("missing")
        self.seen[id] += 1
        return Observation("done" if self.seen[id] > 2 else "running", outcome="Completed")

    def launch(self, launch: Launch, attempt: int = 1) -> None:
        self.order.append(launch.id)
        self.seen[launch.id] = 0

    def forget(self, id: str) -> None:
        pass


def queue() -> None:
    from jupyter_smkit.control.context import Context
    from jupyter_smkit.control.reconcile import Reconciler
    from jupyter_smkit.jobs import kinds, processing

    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory))
        home.prepare()
        engine = connect(url_of(home))
        migrate.upgrade(engine)
        lifecycles = {"ProcessingJob": kinds.JOB}
        state = State(engine, time.time, lifecycles)
        programs = Programs()
        context = Context(home, state, programs, time.time, lambda *_: {})
        daemon = Reconciler(context, {"ProcessingJob": processing.reconcile}, lifecycles)
        rows = [row("ProcessingJob", f"job-{number}", "InProgress") for number in range(QUEUED)]
        for number, each in enumerate(rows):
            each["account"] = ACCOUNT if number < 0.8 * QUEUED else "210987654321"
            each["created"] += number
            each["request"] = REQUEST
        with engine.begin() as connection:
            connection.execute(records.insert(), rows)
        began, used = time.perf_counter(), time.process_time()
        daemon.start()
        print(f"{QUEUED} jobs enter: {1000 * (time.process_time() - used):.0f} ms of CPU")
        used = time.process_time()
        for _ in range(100):
            daemon.round()
        print(f"a round while they wait: {10 * (time.process_time() - used):.2f} ms of CPU")
        while context.admission.admit() or context.admission._running:
            daemon.round(list(programs.seen)[-2 * len(context.admission._running) :])
        took = time.perf_counter() - began
        first = Counter(id.split(".")[0] for id in programs.order[:10])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        print(
            f"{len(programs.order)} jobs of two accounts (400, 100) in {took:.1f} s; of the first "
            f"ten: {dict(first)}; this process took {peak:.0f} MB at the most"
        )
        engine.dispose()


if __name__ == "__main__":
    start()
    queue()
    idle()
    sys.exit()
