"""``smkit logs``."""

from __future__ import annotations

import sys
from argparse import Namespace

from jupyter_smkit.client.calls import Client
from jupyter_smkit.client.logs import describe_job, lines, streams
from jupyter_smkit.config import Home
from jupyter_smkit.serve import ensure_running


def run(arguments: Namespace, home: Home) -> int:
    client = Client.of(home, ensure_running(home))
    name = arguments.name
    if not streams(client, name) and not (arguments.follow and describe_job(client, name)):
        print(
            f"smkit logs: no log of {name!r}. Jobs and endpoints have logs; "
            "`smkit status` counts what there is.",
            file=sys.stderr,
        )
        return 1
    for line in lines(client, name, arguments.follow):
        print(line, flush=True)
    return 0
