"""A helper as small as can be: it runs until it has lost its role or is told to end."""

from __future__ import annotations

import sys
import time

from jupyter_smkit.config import Home
from jupyter_smkit.control import helpers


def run(home: Home) -> int:
    if (home.run / "tiny.broken").exists():
        raise ValueError("its file is broken")
    kept = helpers.hold(home, "tiny")
    print("tiny works", flush=True)
    while kept():
        time.sleep(0.05)
    return 0


if __name__ == "__main__":
    sys.exit(helpers.main("tiny", run))
