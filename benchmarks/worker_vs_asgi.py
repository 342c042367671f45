"""One-row invocations of an endpoint against a raw ASGI server around the same model,
both reached over TCP by the same clients.

The ASGI application calls the pipeline's predict. The endpoint calls the same steps one after the
other, without the pipeline's own checks, and LightGBM's estimator through its booster
(gateway/flavours/wrapped.py), and keeps OpenMP from waking threads for a row. So the comparison is of
what a user gets. With OMP_NUM_THREADS=1 for both, the first model compares the servers alone.

python benchmarks/worker_vs_asgi.py [SECONDS]
"""

from __future__ import annotations

import asyncio
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import joblib
from gateway_load import Load, alternate, bench, load, plain
from lightgbm import LGBMClassifier
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

APPLICATION = """
import joblib
import numpy as np
import uvicorn

model = joblib.load({model!r})

async def app(scope, receive, send):
    body, more = b"", True
    while more:
        message = await receive()
        body += message["body"]
        more = message["more_body"]
    row = np.array([body.decode().split(",")], dtype=float)
    answer = f"{{model.predict(row)[0]}}\\n".encode()
    headers = [(b"content-type", b"text/csv"), (b"content-length", str(len(answer)).encode())]
    await send({{"type": "http.response.start", "status": 200, "headers": headers}})
    await send({{"type": "http.response.body", "body": answer}})

uvicorn.run(app, port={port}, lifespan="off", log_level="error", access_log=False)
"""
ROUNDS = 5


MODELS: dict[str, Callable[[], Any]] = {
    "HistGradientBoosting": lambda: HistGradientBoostingClassifier(max_iter=100),
    "LightGBM": lambda: LGBMClassifier(n_jobs=1, verbosity=-1),
}
CASES = [(name, {}) for name in MODELS] + [("HistGradientBoosting", {"OMP_NUM_THREADS": "1"})]


def main(seconds: float) -> None:
    for name, environ in CASES:
        print(f"{name} {environ or ''}")
        print("clients  raw ASGI req/s  endpoint req/s  p50 ms: ASGI  endpoint  ratio")
        for clients, ratios in compare(MODELS[name](), environ, seconds).items():
            print(f"median ratio at {clients}: {sorted(ratios)[len(ratios) // 2]:.2f}")


def compare(estimator: Any, environ: dict[str, str], seconds: float) -> dict[int, list[float]]:
    rows, target = load_breast_cancer(return_X_y=True)
    model = make_pipeline(StandardScaler(), estimator).fit(rows, target)
    body = ",".join(map(str, rows[0])).encode()
    with tempfile.TemporaryDirectory() as folder, bench(Path(folder)) as house:
        joblib.dump(model, Path(folder) / "model.joblib")
        ours, theirs = str(house.home.run / "workers" / "ours"), free_port()
        house.start(
            "-m",
            "jupyter_smkit.serving.worker",
            **environ,
            SMKIT_BIND=ours,
            SM_MODEL_DIR=folder,
        )
        house.edge(ours)
        code = APPLICATION.format(model=str(Path(folder) / "model.joblib"), port=theirs)
        house.start("-c", code, **environ)
        while not (Path(ours).exists() and listens(theirs)):
            time.sleep(0.05)
        direct = plain("/invocations", body, host="m", **{"content-type": "text/csv"})
        signed = house.signed(body)
        ratios: dict[int, list[float]] = {}
        asyncio.run(load(house.port, signed, 1, 0.5))
        for _ in range(ROUNDS):
            raw, endpoint = asyncio.run(alternate(theirs, direct, house.port, signed, 2 * seconds))
            # One client's rate is the inverse of its latency; the median leaves out neighbours.
            ratios.setdefault(1, []).append(raw.percentile(0.5) / endpoint.percentile(0.5))
            _print(1, raw, endpoint, ratios[1][-1])
        for _ in range(ROUNDS):
            raw = asyncio.run(load(theirs, direct, 16, seconds))
            endpoint = asyncio.run(load(house.port, signed, 16, seconds))
            ratios.setdefault(16, []).append(endpoint.rate / raw.rate)
            _print(16, raw, endpoint, ratios[16][-1])
    return ratios


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _print(clients: int, raw: Load, endpoint: Load, ratio: float) -> None:
    print(
        f"{clients:7d} {raw.rate:15.0f} {endpoint.rate:15.0f}"
        f"{raw.percentile(0.5):13.2f}{endpoint.percentile(0.5):10.2f} {ratio:6.2f}"
    )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
