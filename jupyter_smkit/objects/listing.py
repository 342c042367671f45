"""Listing keys a page at a time, in the order of their bytes, folding what a delimiter ends."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jupyter_smkit.objects.model import ObjectInfo, object_of

Scan = Callable[[bytes], Iterable[sqlite3.Row]]
"""Rows with a ``key`` from a key on (it is included), in order."""


@dataclass(frozen=True)
class Page:
    """One page of a listing. ``next`` is the key or common prefix it ended with, if more follow."""

    objects: tuple[ObjectInfo, ...]
    prefixes: tuple[str, ...]
    next: str | None


@dataclass(frozen=True)
class Rows:
    rows: tuple[sqlite3.Row, ...]
    prefixes: tuple[bytes, ...]
    next: bytes | None


def list_objects(
    connection: sqlite3.Connection,
    bucket: str,
    prefix: str,
    delimiter: str,
    after: str | None,
    limit: int,
) -> Page:
    def scan(start: bytes) -> Iterable[sqlite3.Row]:
        return connection.execute(
            "SELECT * FROM objects WHERE bucket = ? AND key >= ? ORDER BY key", (bucket, start)
        )

    after_key = None if after is None else after.encode()
    start = first_key(prefix.encode(), delimiter.encode(), after_key)
    found = fold(scan, prefix.encode(), delimiter.encode(), start, limit)
    return Page(
        tuple(object_of(row) for row in found.rows),
        tuple(folded.decode() for folded in found.prefixes),
        None if found.next is None else found.next.decode(),
    )


def fold(scan: Scan, prefix: bytes, delimiter: bytes, start: bytes, limit: int) -> Rows:
    """At most ``limit`` rows and common prefixes together, from ``start`` on.

    A common prefix costs one seek, however many keys it stands for.
    """
    rows: list[sqlite3.Row] = []
    prefixes: list[bytes] = []
    last: bytes | None = None
    while limit > 0:
        for row in scan(start):
            key: bytes = row["key"]
            if not key.startswith(prefix):
                return Rows(tuple(rows), tuple(prefixes), None)
            if len(rows) + len(prefixes) == limit:
                return Rows(tuple(rows), tuple(prefixes), last)
            last = _common_prefix(key, prefix, delimiter)
            if last is not None:
                prefixes.append(last)
                start = _after_all(last)
                break
            last = key
            rows.append(row)
        else:
            return Rows(tuple(rows), tuple(prefixes), None)
    return Rows((), (), None)


def first_key(prefix: bytes, delimiter: bytes, after: bytes | None) -> bytes:
    """Where a listing goes on after a key or common prefix."""
    if after is None or after < prefix:
        return prefix
    if after.startswith(prefix):
        folded = _common_prefix(after, prefix, delimiter)
        if folded is not None:
            return _after_all(folded)
    return after + b"\0"


def _common_prefix(key: bytes, prefix: bytes, delimiter: bytes) -> bytes | None:
    if not delimiter:
        return None
    at = key.find(delimiter, len(prefix))
    return None if at < 0 else key[: at + len(delimiter)]


def _after_all(prefix: bytes) -> bytes:
    """The least byte string after all that start with ``prefix``, which ends in no 0xFF (UTF-8)."""
    return prefix[:-1] + bytes([prefix[-1] + 1])
