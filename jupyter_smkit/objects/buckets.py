"""Buckets: their names are taken once for all accounts; each belongs to an account and region."""

from __future__ import annotations

from collections.abc import Callable

from jupyter_smkit.objects.errors import (
    BucketAlreadyExists,
    BucketAlreadyOwnedByYou,
    BucketNotEmpty,
    NoSuchBucket,
)
from jupyter_smkit.objects.index import Index, release
from jupyter_smkit.objects.model import Bucket
from jupyter_smkit.objects.names import check_bucket_name


class Buckets:
    def __init__(self, index: Index, clock: Callable[[], float]) -> None:
        self._index = index
        self._clock = clock

    def create(self, name: str, account: str, region: str) -> Bucket:
        check_bucket_name(name)
        made = Bucket(name, account, region, self._clock())
        with self._index.writing() as connection:
            owner = connection.execute(
                "SELECT account FROM buckets WHERE name = ?", (name,)
            ).fetchone()
            if owner is not None:
                taken = owner["account"] != account
                raise (BucketAlreadyExists if taken else BucketAlreadyOwnedByYou)(BucketName=name)
            connection.execute(
                "INSERT INTO buckets VALUES (?, ?, ?, ?)", (name, account, region, made.created)
            )
        return made

    def get(self, name: str) -> Bucket:
        with self._index.reading() as connection:
            row = connection.execute("SELECT * FROM buckets WHERE name = ?", (name,)).fetchone()
        if row is None:
            raise NoSuchBucket(BucketName=name)
        return Bucket(**row)

    def all(self, account: str | None = None) -> list[Bucket]:
        """All buckets by name, or those of one account."""
        with self._index.reading() as connection:
            rows = connection.execute(
                "SELECT * FROM buckets WHERE ?1 IS NULL OR account = ?1 ORDER BY name", (account,)
            ).fetchall()
        return [Bucket(**row) for row in rows]

    def delete(self, name: str) -> list[str]:
        """Removes a bucket without objects, and its uploads in progress, as S3 does.

        Answers the blobs that nothing refers to any more.
        """
        with self._index.writing() as connection:
            if connection.execute(
                "SELECT 1 FROM objects WHERE bucket = ? LIMIT 1", (name,)
            ).fetchone():
                raise BucketNotEmpty(BucketName=name)
            if not connection.execute("DELETE FROM buckets WHERE name = ?", (name,)).rowcount:
                raise NoSuchBucket(BucketName=name)
            connection.execute("DELETE FROM configurations WHERE bucket = ?", (name,))
            gone = connection.execute(
                "DELETE FROM parts WHERE upload IN (SELECT id FROM uploads WHERE bucket = ?) "
                "RETURNING blob",
                (name,),
            ).fetchall()
            connection.execute("DELETE FROM uploads WHERE bucket = ?", (name,))
            return release(connection, [row["blob"] for row in gone])

    def configure(self, name: str, kind: str, body: str | None) -> None:
        """Records a configuration of a bucket (``cors``, ``policy``, …); None removes it."""
        self.get(name)
        with self._index.writing() as connection:
            if body is None:
                connection.execute(
                    "DELETE FROM configurations WHERE bucket = ? AND kind = ?", (name, kind)
                )
            else:
                connection.execute(
                    "INSERT OR REPLACE INTO configurations VALUES (?, ?, ?)", (name, kind, body)
                )

    def configuration(self, name: str, kind: str) -> str | None:
        self.get(name)
        with self._index.reading() as connection:
            row = connection.execute(
                "SELECT body FROM configurations WHERE bucket = ? AND kind = ?", (name, kind)
            ).fetchone()
        return None if row is None else str(row["body"])
