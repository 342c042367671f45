"""Brings the database to the schema of this version; ``python -m jupyter_smkit.state.migrate``.

Runs in a process of its own, so that the daemon, which alone starts it, never imports alembic.
"""

from __future__ import annotations

import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from jupyter_smkit.config import CannotStart, Home
from jupyter_smkit.state import shared
from jupyter_smkit.state.engine import connect, url_of

HEAD = "0004"
"""The newest revision in ``migrations/versions``; a test holds it against the folder."""
_KEPT_BACKUPS = 3


class SchemaIsNewer(CannotStart):
    """The database was written by a newer smkit."""


def current(engine: Engine) -> str | None:
    """The database's revision; None: an empty database."""
    if not inspect(engine).has_table("alembic_version"):
        return None
    with engine.connect() as connection:
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


def needs_migration(engine: Engine) -> bool:
    """Raises SchemaIsNewer."""
    found = current(engine)
    if found is not None and found > HEAD:
        raise SchemaIsNewer(
            f"The state is at revision {found}; this version of smkit knows {HEAD} and older. "
            "Install the newer jupyter_smkit again, or point SMKIT_HOME elsewhere"
        )
    return found != HEAD


def backup(database: Path) -> Path | None:
    """A consistent copy beside the database, before it is changed; the last few are kept."""
    if not database.exists():
        return None
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    copy = database.with_name(f"{database.stem}-before-{HEAD}-{stamp}.db")
    with closing(sqlite3.connect(database)) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    for old in sorted(database.parent.glob(f"{database.stem}-before-*.db"))[:-_KEPT_BACKUPS]:
        old.unlink()
    return copy


def upgrade(engine: Engine) -> None:
    """Nothing else may use the database meanwhile."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    with engine.connect().execution_options(smkit_writes=True) as connection:
        shared.in_turn(connection)
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


def main() -> int:
    home = Home.from_environment()
    home.prepare()
    url = url_of(home)
    engine = connect(url)
    if not needs_migration(engine):
        return 0
    if url.startswith("sqlite") and current(engine) is not None:
        print(f"smkit: the state is upgraded to {HEAD}; backup: {backup(home.state)}")
    upgrade(engine)
    return 0


if __name__ == "__main__":
    sys.exit(main())
