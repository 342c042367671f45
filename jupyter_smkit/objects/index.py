"""The index: which objects there are, and which blobs hold their bytes.

SQLite in WAL mode with a full sync at each commit: what a commit has acknowledged survives the
loss of power. A blob's row counts the objects and parts that refer to it; who takes the last
reference away removes the file after the commit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA_VERSION = 1
_BUSY_SECONDS = 60.0
_SCHEMA = """
CREATE TABLE buckets (
  name TEXT PRIMARY KEY, account TEXT NOT NULL, region TEXT NOT NULL, created REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE configurations (
  bucket TEXT NOT NULL, kind TEXT NOT NULL, body TEXT NOT NULL, PRIMARY KEY (bucket, kind)
) WITHOUT ROWID;
CREATE TABLE blobs (id TEXT PRIMARY KEY, refs INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE objects (
  bucket TEXT NOT NULL,
  key BLOB NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  modified REAL NOT NULL,
  blobs TEXT NOT NULL,
  headers TEXT NOT NULL,
  metadata TEXT NOT NULL,
  checksums TEXT NOT NULL,
  checksum_type TEXT NOT NULL,
  tags TEXT NOT NULL,
  parts TEXT NOT NULL,
  PRIMARY KEY (bucket, key)
) WITHOUT ROWID;
CREATE TABLE uploads (
  id TEXT PRIMARY KEY,
  bucket TEXT NOT NULL,
  key BLOB NOT NULL,
  started REAL NOT NULL,
  headers TEXT NOT NULL,
  metadata TEXT NOT NULL,
  tags TEXT NOT NULL,
  algorithm TEXT NOT NULL,
  checksum_type TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX uploads_by_key ON uploads (bucket, key, id);
CREATE TABLE parts (
  upload TEXT NOT NULL,
  number INTEGER NOT NULL,
  blob TEXT NOT NULL,
  size INTEGER NOT NULL,
  etag TEXT NOT NULL,
  checksums TEXT NOT NULL,
  modified REAL NOT NULL,
  PRIMARY KEY (upload, number)
) WITHOUT ROWID;
CREATE TABLE completed (
  upload TEXT PRIMARY KEY, bucket TEXT NOT NULL, key BLOB NOT NULL, etag TEXT NOT NULL,
  at REAL NOT NULL
) WITHOUT ROWID;
"""


class Index:
    """Connections on one database file, shared by the threads of this process."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._idle: list[sqlite3.Connection] = []
        with self.writing() as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in _SCHEMA.split(";\n"):
                    connection.execute(statement)
                connection.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")
            elif version != SCHEMA_VERSION:
                raise RuntimeError(
                    f"{file} was written by another version of smkit (its schema is {version}, "
                    f"this one reads {SCHEMA_VERSION}): upgrade smkit"
                )

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A connection that no other thread uses meanwhile."""
        try:
            connection = self._idle.pop()
        except IndexError:
            connection = _connect(self.file)
        try:
            yield connection
        finally:
            self._idle.append(connection)

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that holds the write lock from its start."""
        with self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def close(self) -> None:
        while self._idle:
            self._idle.pop().close()


def _connect(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(
        file, timeout=_BUSY_SECONDS, isolation_level=None, check_same_thread=False
    )
    connection.row_factory = sqlite3.Row
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def refer(connection: sqlite3.Connection, blobs: Iterable[str]) -> None:
    connection.executemany(
        "INSERT INTO blobs VALUES (?, 1) ON CONFLICT (id) DO UPDATE SET refs = refs + 1",
        [(blob,) for blob in blobs],
    )


def release(connection: sqlite3.Connection, blobs: Iterable[str]) -> list[str]:
    """Takes one reference away from each; answers the blobs that nothing refers to any more."""
    gone = []
    for blob in blobs:
        connection.execute("UPDATE blobs SET refs = refs - 1 WHERE id = ?", (blob,))
        if connection.execute("DELETE FROM blobs WHERE id = ? AND refs <= 0", (blob,)).rowcount:
            gone.append(blob)
    return gone
