"""Migrations: forward, back, a backup before, and a newer schema refused."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
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
