"""smkit's own processes beside the daemon, outside any sandbox, which it keeps running."""

from __future__ import annotations

import logging
import sys
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jupyter_smkit.config import CannotStart, Home
from jupyter_smkit.control import lease, processes, repeats, starting

if TYPE_CHECKING:
    from jupyter_smkit.state.records import State

log = logging.getLogger("smkit.helpers")
_LOOK = 1.0
"""Seconds between two looks at whether one lives and is needed."""
_RETRY = 1.0
_LONGEST_WAIT = 60.0


def always(home: Home, state: State) -> bool:
    return True


@dataclass(frozen=True)
class Helper:
    """Runs as ``python -m <module> <name>``, which calls :func:`main` and holds the role."""

    name: str
    """Its role: ``locks/<name>.lock``, ``run/<name>.log``."""
    module: str
    needed: Callable[[Home, State], bool] = always
    """Asked once a second, on a thread of its own, by the daemon that acts on the records: of
    machines with one state one has it. What is always needed runs on each of them."""
    linger: float = 30.0
    """Seconds for which it goes on when it is not needed any more."""


CORE = (Helper("api", processes.MODULE), Helper("edge", processes.MODULE))
"""What smkit is, with its daemon; both hold their roles by themselves."""


def keep_running(helpers: Iterable[Helper], home: Home, state: State | None = None) -> None:
    """Starts what is needed and does not run, and stops what is idle, each on a thread of its own
    that ends with this process. Without a state: those that are always needed; with one: the
    others."""
    for helper in helpers:
        if (helper.needed is always) is (state is None):
            keeper = Keeper(helper, home, state)
            threading.Thread(target=keeper.run, daemon=True).start()


class Keeper:
    """Looks after one helper."""

    def __init__(
        self,
        helper: Helper,
        home: Home,
        state: State | None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.helper = helper
        self.home = home
        self.state = state
        self.clock = clock
        self._needed_at = clock()
        self._starts = 0
        """How often it was started of late, each time in vain."""
        self._not_before = 0.0

    def run(self) -> None:
        while True:
            try:
                self.look()
            except Exception:
                log.exception("%s could not be looked after", self.helper.name)
            time.sleep(_LOOK)

    def look(self) -> None:
        name, now = self.helper.name, self.clock()
        runs = lease.holder(self.home.locks, name) is not None
        if self.state is None or self.helper.needed(self.home, self.state):
            self._needed_at = now
            if now >= self._not_before:
                self._start(runs)
        elif runs and now - self._needed_at >= self.helper.linger:
            log.info("%s is not needed any more", name)
            processes.stop(self.home, name)

    def _start(self, runs: bool) -> None:
        """One that dies at once is started less and less often."""
        if runs:
            self._starts = 0
            return
        processes.start(self.home, self.helper.name, self.helper.module)
        wait = min(_LONGEST_WAIT, _RETRY * 2 ** min(self._starts, 10))
        self._starts += 1
        self._not_before = self.clock() + wait


def hold(home: Home, name: str) -> Callable[[], bool]:
    """Holds a role until this process is gone; gives whether it is kept: who has lost it has to
    end. Raises Taken."""
    held = lease.hold(home.locks, name)
    return lambda: lease.is_kept(held, home.locks, name)


def main(roles: Mapping[str, Callable[[Home], int]]) -> int:
    """The process of the role that the command line names; where it ends by an error its
    ``.failed`` file says why."""
    logging.basicConfig(
        level="INFO",
        format="%(asctime)s %(name)s %(levelname)s %(message)s",
        handlers=[repeats.CountingHandler()],
    )
    name = sys.argv[1] if len(sys.argv) > 1 else ""
    run = roles.get(name)
    if run is None:
        print(f"usage: {sys.argv[0]} {'|'.join(roles)}", file=sys.stderr)
        return 2
    home = Home.from_environment()
    if not home.locks.exists():
        print(f'{home.path} is no home of smkit; "smkit serve" makes it', file=sys.stderr)
        return 2
    try:
        return run(home)
    except lease.Taken:
        return 0
    except CannotStart as error:
        starting.fail(home.locks, name, str(error))
        log.error("%s", error)
    except Exception as error:
        starting.fail(
            home.locks,
            name,
            f"its {name} ended by {type(error).__name__}: {str(error).partition(chr(10))[0]}. "
            f"The whole story is in {home.run / name}.log",
        )
        raise
    return 1
