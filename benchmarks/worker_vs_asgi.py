"""One-row invocations of an endpoint against a raw ASGI server around the same predict.

python benchmarks/worker_vs_asgi.py [SECONDS]
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
import time
from pathlib import Path

import joblib
from gateway_load import Load, bench, load, plain
from lightgbm import LGBMClassifier
from sklearn.datasets import load_breast_cancer
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

uvicorn.run(app, uds={socket!r}, lifespan="off", log_level="error", access_log=False)
"""
ROUNDS = 3


def main(seconds: float) -> None:
    rows, target = load_breast_cancer(return_X_y=True)
    model = make_pipeline(StandardScaler(), LGBMClassifier(n_jobs=1, verbosity=-1))
    body = ",".join(map(str, rows[0])).encode()
    with tempfile.TemporaryDirectory() as folder, bench(Path(folder)) as house:
        joblib.dump(model.fit(rows, target), Path(folder) / "model.joblib")
        ours, theirs = (str(house.home.run / "workers" / name) for name in ("ours", "theirs"))
        house.start("-m", "jupyter_smkit.gateway.worker", SMKIT_BIND=ours, SM_MODEL_DIR=folder)
        house.edge(ours)
        code = APPLICATION.format(model=str(Path(folder) / "model.joblib"), socket=theirs)
        house.start("-c", code)
        while not (Path(ours).exists() and Path(theirs).exists()):
            time.sleep(0.05)
        direct = plain("/invocations", body, host="m", **{"content-type": "text/csv"})
        signed = house.signed(body)
        ratios: dict[int, list[float]] = {}
        print("clients  raw ASGI req/s  endpoint req/s  p99 ms: ASGI  endpoint  ratio")
        for clients in (1, 16):
            asyncio.run(load(house.port, signed, clients, 0.5))
            for _ in range(ROUNDS):
                raw = asyncio.run(load(theirs, direct, clients, seconds))
                endpoint = asyncio.run(load(house.port, signed, clients, seconds))
                ratios.setdefault(clients, []).append(endpoint.rate / raw.rate)
                _print(clients, raw, endpoint)
        for clients, found in ratios.items():
            print(f"median ratio at {clients}: {sorted(found)[len(found) // 2]:.2f}")


def _print(clients: int, raw: Load, endpoint: Load) -> None:
    print(
        f"{clients:7d} {raw.rate:15.0f} {endpoint.rate:15.0f} {raw.percentile(0.99):13.2f}"
        f"{endpoint.percentile(0.99):10.2f} {endpoint.rate / raw.rate:6.2f}"
    )


if __name__ == "__main__":
    main(float(sys.argv[1]) if len(sys.argv) > 1 else 2.0)
