"""Connections to the database that holds the state."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, create_engine, event

from jupyter_smkit.config import Home


def url_of(home: Home) -> str:
    if shared := home.settings.state_url:
        # psycopg 3 is the driver this project is tested with.
        return shared.replace("postgresql://", "postgresql+psycopg://", 1)
    return f"sqlite:///{home.state}"


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
