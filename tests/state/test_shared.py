"""What several machines hear of each other through PostgreSQL."""

from __future__ import annotations

from threading import Semaphore

from sqlalchemy import text

from jupyter_smkit.state import shared
from jupyter_smkit.state.engine import connect


def test_a_listener_hears_again_after_its_connection_was_lost(postgresql: str) -> None:
    engine = connect(postgresql.replace("postgresql://", "postgresql+psycopg://", 1))
    heard = Semaphore(0)
    shared.listen(engine, heard.release)
    assert heard.acquire(timeout=10)
    with engine.begin() as connection:
        shared.notify(connection)
    assert heard.acquire(timeout=10)

    ended = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'LISTEN%'"
    with engine.begin() as connection:
        assert connection.execute(text(ended)).scalars().all() == [True]
    assert heard.acquire(timeout=10)
    with engine.begin() as connection:
        shared.notify(connection)
    assert heard.acquire(timeout=10)
    engine.dispose()
