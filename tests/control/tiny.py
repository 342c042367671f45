"""A helper as small as can be, and a daemon that has no other."""

from __future__ import annotations

import sys
import time
from typing import Any

from jupyter_smkit import serve
from jupyter_smkit.config import Home
from jupyter_smkit.control import helpers
from jupyter_smkit.control.helpers import Helper


def wanted(home: Home, state: Any) -> bool:
    return (home.run / "tiny.wanted").exists()


TINY = Helper("tiny", "tests.control.tiny", wanted, linger=0.0)


def run(home: Home) -> int:
    if (home.run / "tiny.broken").exists():
        raise ValueError("its file is broken")
    kept = helpers.hold(home, TINY.name)
    print("tiny works", flush=True)
    while kept():
        time.sleep(0.05)
    return 0


def run_daemon(home: Home) -> int:
    return serve.run_daemon(home, [TINY])


if __name__ == "__main__":
    sys.exit(helpers.main({"tiny": run, "daemon": run_daemon}))
