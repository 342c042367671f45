"""The interactive worker of one open flow: JSON requests, a line each; user code runs only here.

Reads from standard input and answers on standard output, or serves the unix socket named by
``SMKIT_BIND``. A request: ``{"id", "verb", …}`` with the verbs of ``VERBS``; its answer:
``{"id", "result"}`` or ``{"id", "error": {"message", "node", "column"}}``.
"""

from __future__ import annotations

import json
import os
import resource
import socket
import sys
from collections.abc import Callable, Iterable
from io import BufferedRWPair
from pathlib import Path
from typing import Any, BinaryIO

from jupyter_smkit.wrangler import flow as flows
from jupyter_smkit.wrangler.flow import FlowError
from jupyter_smkit.wrangler.preview import Session
from jupyter_smkit.wrangler.registry import operators
from jupyter_smkit.wrangler.titles import titles
from jupyter_smkit.wrangler.validate import problems

Request = dict[str, Any]


def _operators(session: Session, request: Request) -> Any:
    return [operator.describe() for operator in operators().values()]


def _preview(session: Session, request: Request) -> Any:
    flow = flows.parse(request["flow"])
    return session.preview(flow, request["node"], request["files"], request.get("output") or "")


def _schema(session: Session, request: Request) -> Any:
    flow = flows.parse(request["flow"])
    return session.schema(flow, request["node"], request["files"])


def _validate(session: Session, request: Request) -> Any:
    flow = flows.parse(request["flow"])
    return {"problems": [_error(one) for one in problems(flow)], "titles": titles(flow)}


def _script(session: Session, request: Request) -> Any:
    from jupyter_smkit.wrangler.export import script

    return script(flows.parse(request["flow"]), request.get("node") or "")


VERBS: dict[str, Callable[[Session, Request], Any]] = {
    "operators": _operators,
    "preview": _preview,
    "schema": _schema,
    "validate": _validate,
    "script": _script,
}


def answer(session: Session, line: str | bytes) -> dict[str, Any]:
    request: Request = {}
    try:
        request = json.loads(line)
        verb = VERBS.get(request["verb"])
        if verb is None:
            raise FlowError(f"no such verb: {request['verb']}")
        return {"id": request.get("id"), "result": verb(session, request)}
    except FlowError as error:
        return {"id": request.get("id"), "error": _error(error)}
    except MemoryError:
        return {"id": request.get("id"), "error": {"message": "the preview needs too much memory"}}
    except Exception as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr, flush=True)
        message = f"{type(error).__name__}: {error}"
        return {"id": request.get("id"), "error": {"message": message, "internal": True}}


def _error(error: FlowError) -> dict[str, str]:
    return {"message": error.message, "node": error.node, "column": error.column}


def serve(session: Session, requests: Iterable[bytes], answers: BinaryIO | BufferedRWPair) -> None:
    for line in requests:
        answers.write(json.dumps(answer(session, line)).encode() + b"\n")
        answers.flush()


def main() -> None:
    if limit := int(os.environ.get("SMKIT_MEMORY_LIMIT") or 0):
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    session = Session()
    if bind := os.environ.get("SMKIT_BIND"):
        path = Path(bind)
        path.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(bind)
            listener.listen()
            while True:
                connection, _ = listener.accept()
                with connection, connection.makefile("rwb") as stream:
                    serve(session, stream, stream)
    # What a step prints must not end up among the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    serve(session, sys.stdin.buffer, answers)


if __name__ == "__main__":
    main()
