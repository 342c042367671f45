"""What a PostgreSQL state adds for several machines: waking each other, and one daemon for all."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, text
from sqlalchemy.exc import DBAPIError

CHANNEL = "smkit"
_LOCK = 0x736D6B6974
"""The advisory lock of the daemon: "smkit" in ASCII."""
_WRITERS = _LOCK + 1
_AGAIN = 2.0
"""Seconds after which a server that was lost is tried again."""


def notify(connection: Connection) -> None:
    """Wakes listeners on every machine when the transaction commits."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"NOTIFY {CHANNEL}"))


def in_turn(connection: Connection) -> None:
    """Until its transaction ends no other writes, as on SQLite.

    Else an event could be committed after one with a higher number, and streams would miss it.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_WRITERS})"))


class Bell:
    """Readable when some machine has committed; read it with :meth:`drain`."""

    def __init__(self, engine: Engine) -> None:
        pooled = engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        connection.autocommit = True
        connection.execute(f"LISTEN {CHANNEL}")
        self._connection = connection

    def fileno(self) -> int:
        return int(self._connection.fileno())

    def drain(self) -> None:
        for _ in self._connection.notifies(timeout=0):
            pass

    def wait(self, heard: Callable[[], object]) -> None:
        """Calls ``heard`` at each commit, until the connection is lost."""
        for _ in self._connection.notifies():
            heard()


def bell(engine: Engine) -> Bell | None:
    """None on SQLite, whose processes are all on one machine."""
    return Bell(engine) if engine.dialect.name == "postgresql" else None


def listen(engine: Engine, heard: Callable[[], object]) -> None:
    """Calls ``heard``, on a thread, when some machine has committed, or may have."""
    if engine.dialect.name == "postgresql":
        threading.Thread(target=_listen, args=(engine, heard), daemon=True).start()


def _listen(engine: Engine, heard: Callable[[], object]) -> None:
    while True:
        with contextlib.suppress(DBAPIError, engine.dialect.loaded_dbapi.Error):
            bell = Bell(engine)
            heard()
            bell.wait(heard)
        time.sleep(_AGAIN)


def hold(engine: Engine) -> Connection | None:
    """The daemon's lease over all machines that share the state; None: another one has it.

    PostgreSQL gives it up when the connection ends. On SQLite the lock in the home is enough.
    """
    connection = engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    if engine.dialect.name != "postgresql":
        return connection
    if connection.execute(text(f"SELECT pg_try_advisory_lock({_LOCK})")).scalar():
        return connection
    connection.close()
    return None
