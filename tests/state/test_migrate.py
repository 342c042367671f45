"""Migrations: forward, back, a backup before, and a newer schema refused."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text

from jupyter_smkit.state import metrics, migrate
from jupyter_smkit.state.engine import connect
from jupyter_smkit.state.records import State
from jupyter_smkit.state.schema import metadata

MIGRATIONS = Path(migrate.__file__).with_name("migrations")


def test_the_migrations_lead_to_the_declared_tables(url: str) -> None:
    assert metrics.__name__, "its tables are part of the same metadata"
    engine = connect(url)
    assert migrate.needs_migration(engine)
    migrate.upgrade(engine)
    assert not migrate.needs_migration(engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []
    engine.dispose()


def test_machines_that_begin_at_once_migrate_in_turn(postgresql: str, tmp_path: Path) -> None:
    engine = connect(postgresql.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    machines = [
        subprocess.Popen(
            [sys.executable, "-m", "jupyter_smkit.state.migrate"],
            env={
                **os.environ,
                "SMKIT_HOME": str(tmp_path / name),
                "SMKIT_STATE_URL": postgresql,
            },
        )
        for name in ("one", "two", "three")
    ]
    assert [machine.wait(60) for machine in machines] == [0, 0, 0]
    assert not migrate.needs_migration(engine)
    engine.dispose()


def test_head_is_the_newest_revision() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == migrate.HEAD


def test_a_downgrade_leaves_nothing(url: str) -> None:
    engine = connect(url)
    migrate.upgrade(engine)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(smkit_writes=True) as connection:
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
        connection.commit()
    assert migrate.needs_migration(engine)
    engine.dispose()


def test_a_home_of_the_release_before_is_taken_over(tmp_path: Path) -> None:
    """With a backup, and without losing a record or the numbers of the events."""
    database = tmp_path / "state.db"
    engine = connect(f"sqlite:///{database}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.connect().execution_options(smkit_writes=True) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
        connection.execute(
            text(
                "INSERT INTO records (account, region, kind, key, name, arn, status, version, "
                "request, observed, created, modified) VALUES ('1', 'r', 'Endpoint', 'e', 'e', "
                "'arn:e', 'InService', 3, '{}', '{}', 1.0, 2.0)"
            )
        )
        connection.execute(
            text(
                "INSERT INTO events (seq, at, account, region, kind, key, type, status, was) "
                "VALUES (41, 1.0, '1', 'r', 'Endpoint', 'e', 'changed', 'InService', 'Creating')"
            )
        )
        connection.commit()
    engine.dispose()
    environment = {**os.environ, "SMKIT_HOME": str(tmp_path)}
    command_line = [sys.executable, "-m", "jupyter_smkit.state.migrate"]
    subprocess.run(command_line, env=environment, check=True, capture_output=True)
    assert len(list(tmp_path.glob(f"state-before-{migrate.HEAD}-*.db"))) == 1
    state = State(connect(f"sqlite:///{database}"), time.time)
    record = state.get("1", "r", "Endpoint", "e")
    assert record is not None
    assert (record.status, record.version, record.parent) == ("InService", 3, "")
    assert [(event.seq, event.parent) for event in state.events(0)] == [(41, "")]
    child = replace(record, kind="Model", key="m", name="m", arn="arn:m", parent=record.arn)
    with state.begin() as transaction:
        transaction.create(child)
        assert transaction.children(record) == [child]
    state.engine.dispose()


def test_a_newer_schema_is_refused(url: str) -> None:
    engine = connect(url)
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(migrate.SchemaIsNewer, match="9999"):
        migrate.needs_migration(engine)
    engine.dispose()


def test_the_backup_is_whole(tmp_path: Path) -> None:
    database = tmp_path / "state.db"
    engine = connect(f"sqlite:///{database}")
    migrate.upgrade(engine)
    with engine.begin() as connection:
        connection.execute(text("INSERT INTO tags VALUES ('arn', 'k', 'v')"))
    copy = migrate.backup(database)
    assert copy is not None
    rows = sqlite3.connect(copy).execute("SELECT * FROM tags").fetchall()
    assert rows == [("arn", "k", "v")]
    engine.dispose()
