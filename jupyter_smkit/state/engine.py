"""Connections to the database that holds the state."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, NullPool, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from jupyter_smkit.config import CannotStart, Home

_PATIENCE = 3
"""Seconds in which a server of PostgreSQL has to answer when smkit starts."""


class StateUnreachable(CannotStart):
    """The database that ``state_url`` names cannot be used."""


def url_of(home: Home) -> str:
    if shared := home.settings.state_url:
        # psycopg 3 is the driver this project is tested with.
        return shared.replace("postgresql://", "postgresql+psycopg://", 1)
    return f"sqlite:///{home.state}"


def reach(home: Home) -> None:
    """Tries the database of ``state_url``, where there is one. Raises StateUnreachable."""
    if not home.settings.state_url:
        return
    where = "state_url"
    try:
        url = make_url(url_of(home))
        shown = url.set(drivername=url.get_backend_name()).render_as_string(hide_password=True)
        where = f"state_url, {shown},"
        patience = {} if "connect_timeout" in url.query else {"connect_timeout": _PATIENCE}
        engine = create_engine(url, connect_args=patience, poolclass=NullPool)
        with engine.connect():
            pass
    except ArgumentError as error:
        wrong = f"is no address of a database: {error}"
    except ModuleNotFoundError as error:
        wrong = f"needs a package that is missing: {error.name}"
    except SQLAlchemyError as error:
        reason = str(getattr(error, "orig", None) or error).strip().partition("\n")[0]
        wrong = f"does not answer: {reason}"
    else:
        return
    raise StateUnreachable(
        f"the database of smkit's state cannot be used. {where} {wrong}. Start that server, or "
        f"correct state_url in {home.path / 'config.toml'} (or the variable SMKIT_STATE_URL): "
        "postgresql://user:password@host/name. Without one, the state is in the home"
    )


def connect(url: str) -> Engine:
    if not url.startswith("sqlite"):
        return create_engine(url, pool_pre_ping=True, pool_size=8, json_serializer=_json)
    arguments = {"timeout": 30, "check_same_thread": False}
    engine = create_engine(url, connect_args=arguments, json_serializer=_json)

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _: Any) -> None:
        # The driver's own transaction control is off: see begin() below.
        connection.isolation_level = None
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA cache_size=-8000")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        # A transaction that will write takes the lock at once, so that it never has to give up
        # halfway because another process wrote in between.
        writes = connection.get_execution_options().get("smkit_writes", False)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), default=_plain)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.timestamp()
    raise TypeError(f"{type(value).__name__} does not go into a record")
