"""The built-in model server: ``python -m jupyter_smkit.serving.worker``.

It runs in the model's own environment, which needs httptools and the model's libraries; uvloop is
used where it is installed. From the environment it takes ``SMKIT_BIND`` (the unix socket to listen
on), ``SM_MODEL_DIR`` (the unpacked model), ``SAGEMAKER_PROGRAM`` and ``SAGEMAKER_SUBMIT_DIRECTORY``
(a script and its folder), ``SAGEMAKER_INFERENCE_OUTPUT`` (what a classifier answers),
``SMKIT_UNKNOWN_IMAGE`` (an image whose server smkit does not have: only a script is served).
"""

from __future__ import annotations

import asyncio
import gc
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

from jupyter_smkit.compute.stand_ins import STAND_INS
from jupyter_smkit.http import loops
from jupyter_smkit.http.server import Exchange, Server
from jupyter_smkit.http.streams import BodyTooLarge
from jupyter_smkit.serving.batching import Predictions
from jupyter_smkit.serving.inference import MODEL_TIMEOUT, Inquiry, Refusal, Reply, Service

log = logging.getLogger(__name__)

MAX_BODY = 100 * 1024 * 1024
"""Bytes of a request: batch transform may send up to 100 MB."""
_PREFIX = "x-amzn-sagemaker-"


def load(environ: Mapping[str, str]) -> Service:
    """The model that the environment describes; imports its library."""
    from jupyter_smkit.serving.flavours import NoModel, script, serve_model

    directory = Path(environ.get("SM_MODEL_DIR", "/opt/ml/model"))
    unknown = environ.get("SMKIT_UNKNOWN_IMAGE")
    if unknown and script.find(directory, environ) is None:
        raise NoModel(
            f"smkit does not have the image {unknown}, and the model has no code/inference.py: "
            "add one with model_fn, or name one of the images sagemaker-scikit-learn, "
            "sagemaker-xgboost and smkit-lightgbm"
        )
    return serve_model(directory, environ)


def application(predictions: Predictions) -> Server:
    async def handle(exchange: Exchange) -> None:
        match exchange.method, exchange.target.partition("?")[0]:
            case ("GET", "/ping"):
                exchange.answer(200 if predictions.ready else 503)
            case ("POST", "/invocations"):
                await _invoke(exchange, predictions)
            case _:
                _refuse(exchange, 404, "there are GET /ping and POST /invocations")

    return Server(handle)


async def _invoke(exchange: Exchange, predictions: Predictions) -> None:
    try:
        body = await exchange.whole(MAX_BODY)
    except BodyTooLarge:
        _refuse(exchange, 413, f"the body is longer than {MAX_BODY} bytes")
        return
    headers = exchange.headers
    attributes = headers.get(_PREFIX + "custom-attributes", "")
    inquiry = Inquiry(body, headers.get("content-type", ""), headers.get("accept", ""), attributes)
    match await predictions.ask(inquiry):
        case Reply() as reply:
            answer = [(b"content-type", reply.content_type.encode("latin-1", "replace"))]
            if attributes:
                answer.append(
                    (_PREFIX.encode() + b"custom-attributes", attributes.encode("latin-1"))
                )
            exchange.answer(200, answer, reply.body)
        case Refusal() as refusal:
            log.warning("refused (%d): %s", refusal.status, refusal.message)
            _refuse(exchange, refusal.status, refusal.message)
        case Exception() as error:
            log.error("the model failed", exc_info=error)
            _refuse(exchange, 500, f"{type(error).__name__}: {error}")


def _refuse(exchange: Exchange, status: int, message: str) -> None:
    exchange.answer(status, [(b"content-type", b"text/plain; charset=utf-8")], message.encode())


async def serve(path: Path, environ: Mapping[str, str]) -> int:
    """Serves on the unix socket ``path`` until SIGTERM; returns 1 where the model does not load."""
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    status = 0

    def failed() -> None:
        nonlocal status
        status = 1
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    predictions = Predictions(lambda: _frozen(load, environ), loop, failed)
    server = application(predictions)
    path.unlink(missing_ok=True)
    mask = os.umask(0o177)
    try:
        accepting = await loop.create_unix_server(server.protocol, os.fspath(path), backlog=1024)
    finally:
        os.umask(mask)
    await stopped.wait()
    accepting.close()
    await server.stop(MODEL_TIMEOUT if predictions.ready else 0.0)
    predictions.close()
    path.unlink(missing_ok=True)
    return status


def _frozen(load: Callable[[Mapping[str, str]], Service], environ: Mapping[str, str]) -> Service:
    """Loads, and spares the collector what stays for good."""
    service = load(environ)
    gc.collect()
    gc.freeze()
    return service


def main() -> None:
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s"
    )
    bind = os.environ.get("SMKIT_BIND")
    if not bind:
        sys.exit("SMKIT_BIND should name the unix socket to listen on")
    sys.path.append(str(STAND_INS))
    status = loops.run(serve(Path(bind), os.environ))
    logging.shutdown()
    sys.stdout.flush()
    # A model that still computes on its thread must not hold the process.
    os._exit(status)


if __name__ == "__main__":
    main()
