"""What a start costs: the package, the Jupyter server, a job's first line; and what idling costs.

Each figure stands beside its peer: the same start without smkit, or a bare ``python``.
"""

from __future__ import annotations

import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import boto3

from jupyter_smkit import serve
from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, processes

ROLE = "arn:aws:iam::123456789012:role/SmkitExecutionRole"
IDLE = 20.0
TICK = os.sysconf("SC_CLK_TCK")
PRINT_NOW = "import time; print('at', time.time(), flush=True)"


def in_turn(rounds: int, **measures: Callable[[], float]) -> dict[str, float]:
    """Medians in ms, the measures taken alternately so that a noisy moment meets them all."""
    taken: dict[str, list[float]] = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            taken[name].append(1000 * measure())
    return {name: statistics.median(times) for name, times in taken.items()}


def timed(*argv: str) -> float:
    began = time.perf_counter()
    subprocess.run(argv, check=True, capture_output=True)
    return time.perf_counter() - began


def importing() -> None:
    found = in_turn(
        9,
        bare=lambda: timed(sys.executable, "-c", "pass"),
        smkit=lambda: timed(sys.executable, "-c", "import jupyter_smkit"),
    )
    print(f"import jupyter_smkit: {found['smkit'] - found['bare']:.0f} ms over a bare python")


def jupyter() -> None:
    """CPU and wall time until the server has loaded its extensions."""

    def start(enabled: bool) -> float:
        config = "{" + f"'jupyter_smkit': {enabled}, 'jupyterlab': True" + "}"
        code = (
            "import time; began = time.perf_counter()\n"
            "from jupyter_server.serverapp import ServerApp\n"
            "app = ServerApp()\n"
            f"app.jpserver_extensions = {config}\n"
            "argv = ['--allow-root', '--no-browser', '--port=0', '--ServerApp.port_retries=50']\n"
            "app.initialize(argv, find_extensions=False)\n"
            "print('took', time.perf_counter() - began)\n"
        )
        shown = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        ).stdout
        return float(re.findall(r"took ([\d.]+)", shown)[-1])

    found = in_turn(5, plain=lambda: start(False), smkit=lambda: start(True))
    print(
        f"Jupyter server: {found['smkit']:.0f} ms with the extension, {found['plain']:.0f} without"
        f" ({found['smkit'] - found['plain']:+.0f} ms)"
    )


def pss(pid: int) -> float:
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    found = re.search(r"^Pss:\s+(\d+) kB", text, re.MULTILINE)
    return int(found[1]) / 1024 if found else 0.0


def cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def idling(home: Home) -> None:
    pids = {role: lease.holder(home.locks, role) or 0 for role in processes.ROLES}
    before = {role: cpu(pid) for role, pid in pids.items()}
    time.sleep(IDLE)
    used = {role: (cpu(pid) - before[role]) / IDLE for role, pid in pids.items()}
    sizes = {role: pss(pid) for role, pid in pids.items()}
    parts = ", ".join(f"{role} {sizes[role]:.0f} MB {100 * used[role]:.2f} %" for role in pids)
    print(
        f"idle: {sum(sizes.values()):.0f} MB PSS, {100 * sum(used.values()):.2f} % of a core"
        f" ({parts})"
    )


def first_line(home: Home, url: str) -> None:
    key = Credentials(home.credentials).default()
    session = boto3.Session(key.access_key, key.secret, region_name="us-east-1")
    sagemaker = session.client("sagemaker", endpoint_url=url)
    logs = session.client("logs", endpoint_url=url)
    sagemaker.list_processing_jobs()
    number = 0

    def job() -> float:
        nonlocal number
        number += 1
        name = f"first-line-{number}"
        began = time.time()
        sagemaker.create_processing_job(
            ProcessingJobName=name,
            RoleArn=ROLE,
            AppSpecification={
                "ImageUri": "python",
                "ContainerEntrypoint": ["python", "-c", PRINT_NOW],
            },
            ProcessingResources={
                "ClusterConfig": {
                    "InstanceCount": 1,
                    "InstanceType": "ml.m5.large",
                    "VolumeSizeInGB": 1,
                }
            },
        )
        while True:
            found = sagemaker.describe_processing_job(ProcessingJobName=name)
            if found["ProcessingJobStatus"] == "Completed":
                break
            time.sleep(0.02)
        group = "/aws/sagemaker/ProcessingJobs"
        stream = logs.describe_log_streams(logGroupName=group, logStreamNamePrefix=name)
        events = logs.get_log_events(
            logGroupName=group, logStreamName=stream["logStreams"][0]["logStreamName"]
        )["events"]
        line = next(event["message"] for event in events if event["message"].startswith("at "))
        return float(line.split()[1]) - began

    def bare() -> float:
        began = time.time()
        shown = subprocess.run(
            [sys.executable, "-c", PRINT_NOW], check=True, capture_output=True, text=True
        ).stdout
        return float(shown.split()[1]) - began

    found = in_turn(9, job=job, bare=bare)
    print(
        f"CreateProcessingJob to the script's first line: {found['job']:.0f} ms; "
        f"a bare python: {found['bare']:.0f} ms ({found['job'] - found['bare']:+.0f} ms)"
    )


def main() -> None:
    importing()
    jupyter()
    with tempfile.TemporaryDirectory() as directory:
        home = Home(Path(directory) / "home")
        url = serve.ensure_running(home)
        try:
            first_line(home, url)
            idling(home)
        finally:
            serve.stop(home)


if __name__ == "__main__":
    main()
