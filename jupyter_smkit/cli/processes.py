"""``smkit serve``, ``status`` and ``stop``."""

from __future__ import annotations

import json
import signal
from argparse import Namespace

from jupyter_smkit.config import Home
from jupyter_smkit.workflow.status import status

_SHOWN = 10
"""Jobs in line that ``status`` names."""
_ENDS = frozenset({signal.SIGINT, signal.SIGTERM})


def run(arguments: Namespace, home: Home) -> int:
    return {"serve": _serve, "status": _status, "stop": _stop}[arguments.command](arguments, home)


def _serve(arguments: Namespace, home: Home) -> int:
    from jupyter_smkit.serve import ensure_running, stop

    asked: list[int] = []
    if arguments.foreground:
        # Heard from before the start, so that a signal in the midst of it is not lost; blocked only
        # after it, for what starts now, and what that starts, would have them blocked for good.
        for number in _ENDS:
            signal.signal(number, lambda number, frame: asked.append(number))
    print(ensure_running(home), flush=True)
    if arguments.foreground:
        signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
        if not asked:
            signal.sigwait(_ENDS)
        stop(home)
    return 0


def _stop(arguments: Namespace, home: Home) -> int:
    from jupyter_smkit.serve import stop

    stopped = stop(home) if home.run.exists() else []
    print(f"Stopped: {', '.join(stopped)}." if stopped else "smkit was not running.")
    return 0


def _status(arguments: Namespace, home: Home) -> int:
    found = status(home)
    if arguments.json:
        print(json.dumps(found, indent=2))
        return 0
    print(f"home     {home.path}")
    print(f"address  {found['address'] or 'not running; `smkit serve` starts it'}")
    for role, pid in found["processes"].items():
        print(f"{role:8} {f'process {pid}' if pid else 'not running'}")
    for kind, statuses in sorted(found.get("counts", {}).items()):
        counts = ", ".join(f"{number} {name}" for name, number in sorted(statuses.items()))
        print(f"{kind}: {counts}")
    for place, job in enumerate(found.get("queue", ())[:_SHOWN], 1):
        print(f"{place:3} in line: {job['kind']} {job['key']}")
    if (more := len(found.get("queue", ())) - _SHOWN) > 0:
        print(f"and {more} more in line")
    return 0
