import sqlite3
from collections.abc import Iterable
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from jupyter_smkit.objects.listing import fold
from jupyter_smkit.objects.store import ObjectStore

TEXT = st.text(alphabet="ab/-é\x00\U0001f600", max_size=6)
KEYS = st.sets(TEXT.filter(bool), max_size=25)


def expected(
    keys: Iterable[str], prefix: str, delimiter: str, after: str | None
) -> list[tuple[str, bool]]:
    """S3's rules in plain Python: what is listed, and whether it is a common prefix."""
    found: list[tuple[str, bool]] = []
    for key in sorted(keys, key=lambda key: key.encode()):
        if not key.startswith(prefix):
            continue
        at = key.find(delimiter, len(prefix)) if delimiter else -1
        entry = (key, False) if at < 0 else (key[: at + len(delimiter)], True)
        if after is not None and entry[0].encode() <= after.encode():
            continue
        if entry not in found:
            found.append(entry)
    return found


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    keys=KEYS,
    prefix=TEXT,
    delimiter=st.sampled_from(["", "/", "-", "a/", "é"]),
    after=st.none() | TEXT,
    limit=st.integers(1, 4),
)
def test_pages_are_what_plain_python_says(
    store: ObjectStore, keys: set[str], prefix: str, delimiter: str, after: str | None, limit: int
) -> None:
    with store.index.writing() as connection:
        connection.execute("DELETE FROM objects")
        insert(connection, keys)
    listed: list[tuple[str, bool]] = []
    position = after
    while True:
        page = store.page("bucket", prefix, delimiter, position, limit)
        shown = [(info.key, False) for info in page.objects]
        shown += [(folded, True) for folded in page.prefixes]
        shown.sort(key=lambda entry: entry[0].encode())
        assert len(shown) <= limit
        listed += shown
        if page.next is None:
            break
        assert len(shown) == limit
        position = page.next
    assert listed == expected(keys, prefix, delimiter, after)


def test_a_common_prefix_costs_one_seek_however_many_keys_it_holds(tmp_path: Path) -> None:
    store = ObjectStore(tmp_path)
    with store.index.writing() as connection:
        insert(connection, (f"{top}/{number:05}" for top in "abc" for number in range(33_334)))
        rows = 0

        def scan(start: bytes) -> Iterable[sqlite3.Row]:
            nonlocal rows
            for row in connection.execute(
                "SELECT * FROM objects WHERE bucket = 'bucket' AND key >= ? ORDER BY key", (start,)
            ):
                rows += 1
                yield row

        found = fold(scan, b"", b"/", b"", 1000)
    assert found.prefixes == (b"a/", b"b/", b"c/")
    assert rows <= 6


def insert(connection: sqlite3.Connection, keys: Iterable[str]) -> None:
    connection.executemany(
        "INSERT INTO objects VALUES ('bucket', ?, 0, 'e', 0, '[]', '{}', '{}', '{}', '', '{}', '[]')",
        [(key.encode(),) for key in keys],
    )
