"""A plugin for moto's own tests: empties smkit's records before each, as moto's reset would.

SMKIT_HOME names the home of the smkit that the tests talk to, kept for them alone.
"""

from __future__ import annotations

import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def emptied() -> None:
    database = Path(os.environ["SMKIT_HOME"]) / "state.db"
    with closing(sqlite3.connect(database, timeout=10)) as state, state:
        for table in ("records", "tags"):
            state.execute(f"DELETE FROM {table}")
