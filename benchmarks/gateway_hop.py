"""What the edge costs: CPU a request, against asking the worker directly.

python benchmarks/gateway_hop.py [SECONDS]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

from gateway_load import bench, cpu, load, plain

SCRIPT = """
def model_fn(directory): return None
def input_fn(body, kind): return body
def predict_fn(data, model): return "0"
def output_fn(found, accept): return found, "text/csv"
"""
BODY = ",".join(["0.5"] * 30).encode()


def main(seconds: float) -> None:
    with tempfile.TemporaryDirectory() as folder, bench(Path(folder)) as house:
        (Path(folder) / "inference.py").write_text(SCRIPT)
        path = str(house.home.run / "workers" / "bench.sock")
        worker = house.start(
            "-m", "jupyter_smkit.serving.worker", SMKIT_BIND=path, SM_MODEL_DIR=folder
        )
        edge = house.edge(path)
        while not Path(path).exists():
            time.sleep(0.01)
        direct = plain("/invocations", BODY, host="m", **{"content-type": "text/csv"})
        signed = house.signed(BODY)
        asyncio.run(load(house.port, signed, 1, 0.5))
        print("clients  where      req/s   p50 ms  p99 ms  edge us  worker us")
        for clients in (1, 16):
            for where, address, request in (
                ("worker", path, direct),
                ("edge", house.port, signed),
            ):
                before = cpu(edge), cpu(worker)
                found = asyncio.run(load(address, request, clients, seconds))
                used = [
                    (cpu(process) - was) / found.requests * 1e6
                    for process, was in zip((edge, worker), before, strict=True)
                ]
                print(
                    f"{clients:7d}  {where:8s} {found.rate:7.0f} {found.percentile(0.5):8.3f}"
                    f"{found.percentile(0.99):8.3f} {used[0]:8.0f} {used[1]:10.0f}"
                )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 4.0)
