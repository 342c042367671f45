"""What a scenario is, and running them: one line each, and nothing may leave this machine."""

from __future__ import annotations

import logging
import sys
import time
import traceback
import warnings
from collections.abc import Callable
from typing import Any

outside: list[str] = []
"""Hosts that were looked up or connected to and are not this machine."""
SCENARIOS: dict[str, Callable[[], None]] = {}


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    host = None
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    if host and host not in ("127.0.0.1", "localhost", "::1", b"127.0.0.1"):
        outside.append(str(host))
        raise ConnectionRefusedError(f"the acceptance run does not let anything reach {host}")


sys.addaudithook(watch)
warnings.simplefilter("ignore")
for logger in ("sagemaker", "sagemaker.config"):
    logging.getLogger(logger).setLevel(logging.CRITICAL)


class Skipped(Exception):
    """What a scenario needs is not here; says what."""


def scenario(function: Callable[[], None]) -> Callable[[], None]:
    SCENARIOS[function.__name__] = function
    return function


def run(names: list[str]) -> int:
    failed = 0
    for name in names:
        began = time.monotonic()
        try:
            SCENARIOS[name]()
            result = "ok"
        except Skipped as why:
            result = f"skipped: {why}"
        except Exception as error:
            failed += 1
            result = f"FAILED {type(error).__name__}: {str(error)[:300]}"
            traceback.print_exc()
        print(f"{name:36} {time.monotonic() - began:6.1f} s  {result}", flush=True)
    for host in sorted(set(outside)):
        print(f"REACHED FOR {host}", flush=True)
    return failed + len(set(outside))
