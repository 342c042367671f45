"""The names by which the hosts of a launch find each other on this machine.

Each host has a loopback address of its own, so that servers on several hosts may have the same
port. What listens on all addresses (``0.0.0.0``) takes its port from all hosts of this machine.
"""

from __future__ import annotations

import zlib
from contextlib import suppress

from jupyter_smkit.compute.executor import Launch
from jupyter_smkit.compute.sandbox import NAMES


def addresses(launch: Launch) -> dict[str, str]:
    """By host; the same at each start of the launch."""
    place = zlib.crc32(launch.id.encode())
    # 127.0.x.y is left to the machine's own services.
    middle = f"{1 + place % 254}.{place // 254 % 256}"
    return {name: f"127.{middle}.{number}" for number, name in enumerate(launch.hosts, 1)}


def table(launch: Launch) -> str:
    """``/etc/hosts`` of the launch: the machine's own, with the launch's names before."""
    lines = [f"{address}\t{name}\n" for name, address in addresses(launch).items()]
    machine = ""
    with suppress(OSError):
        machine = NAMES.read_text(errors="replace")
    return "".join(lines) + machine
