"""``smkit events``."""

from __future__ import annotations

import json
from argparse import Namespace

from jupyter_smkit.client.calls import Client
from jupyter_smkit.config import Home
from jupyter_smkit.serve import ensure_running

_QUIET = 0.5
"""Seconds of silence after which the events so far are taken to be all."""


def run(arguments: Namespace, home: Home) -> int:
    client = Client.of(home, ensure_running(home))
    try:
        for event in client.events(arguments.after, None if arguments.follow else _QUIET):
            print(json.dumps(event), flush=True)
    except TimeoutError:
        pass
    return 0
