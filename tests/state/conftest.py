"""The state on SQLite and on a real PostgreSQL server."""

from __future__ import annotations

import getpass
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from jupyter_smkit.state import migrate
from jupyter_smkit.state.engine import connect
from jupyter_smkit.state.lifecycle import JOB
from jupyter_smkit.state.records import State


class Clock:
    """Seconds that pass only when a test says so."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        self.now += 1
        return self.now


@pytest.fixture(scope="session")
def postgresql() -> Iterator[str]:
    """The address of a server of this run's own: Debian's postgresql package."""
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
    initdb = shutil.which("initdb") or (str(programs[-1] / "initdb") if programs else None)
    assert initdb, "no PostgreSQL here: apt-get install postgresql"
    # Not among pytest's own directories: those are closed to the user that the server runs as.
    directory = Path(tempfile.mkdtemp(prefix="smkit-postgresql-"))
    data = directory / "data"
    # The server refuses to run as root: Debian's own user runs it then.
    user = "postgres" if os.getuid() == 0 else getpass.getuser()
    account = pwd.getpwnam(user)
    os.chown(directory, account.pw_uid, account.pw_gid)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]

    def run(*words: str) -> None:
        ended = subprocess.run(
            words,
            user=user if os.getuid() == 0 else None,
            capture_output=True,
            text=True,
            cwd="/",
        )
        assert ended.returncode == 0, ended.stdout + ended.stderr

    run(initdb, "-D", str(data), "-U", user, "--auth=trust", "--no-sync")
    control = str(Path(initdb).with_name("pg_ctl"))
    options = f"-p {port} -k {directory} -c listen_addresses=127.0.0.1 -c fsync=off"
    run(control, "-D", str(data), "-w", "-l", str(directory / "log"), "-o", options, "start")
    yield f"postgresql://{user}@127.0.0.1:{port}/postgres"
    run(control, "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(directory)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'state.db'}"
    address: str = request.getfixturevalue("postgresql")
    engine = connect(address.replace("postgresql://", "postgresql+psycopg://", 1))
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
    return address.replace("postgresql://", "postgresql+psycopg://", 1)


@pytest.fixture
def state(url: str) -> Iterator[State]:
    engine = connect(url)
    migrate.upgrade(engine)
    yield State(engine, Clock(), {"ProcessingJob": JOB})
    engine.dispose()
