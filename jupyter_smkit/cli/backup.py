"""``smkit backup``: everything smkit keeps, as it stood at one moment, while it runs."""

from __future__ import annotations

import os
import shutil
import sqlite3
import sys
import tarfile
import tempfile
import zipfile
from argparse import Namespace
from contextlib import closing
from pathlib import Path

from jupyter_smkit.config import Home

ENDINGS = {
    ".tar": "w",
    ".tar.gz": "w:gz",
    ".tgz": "w:gz",
    ".tar.xz": "w:xz",
    ".txz": "w:xz",
    ".zip": "",
}
"""With the modes that tarfile has for them."""
_PLAIN = ("credentials.json", "config.toml", "port", "sagemaker-config.yaml")


def run(arguments: Namespace, home: Home) -> int:
    target = Path(arguments.file).absolute()
    if home.settings.state_url:
        print(
            "The state lies in PostgreSQL: back it up with pg_dump. The archive holds the rest.",
            file=sys.stderr,
        )
    size = backup(home, target)
    print(f"{target}: {size / 1e6:.1f} MB. To restore it, unpack it into an empty SMKIT_HOME.")
    return 0


def backup(home: Home, target: Path) -> int:
    """Writes the archive and answers its size in bytes. Raises FileExistsError, ValueError."""
    if target.exists():
        raise FileExistsError(f"{target} exists already")
    if not home.path.exists():
        raise ValueError(f"{home.path} does not exist: there is nothing to back up")
    ending = next((each for each in ENDINGS if target.name.endswith(each)), None)
    if ending is None:
        raise ValueError(
            f"{target.name}: the ending says which archive is written; it is one of "
            + ", ".join(ENDINGS)
        )
    with tempfile.TemporaryDirectory(prefix="backup-", dir=home.path) as directory:
        copy = Path(directory)
        _snapshot(home, copy)
        partial = target.with_name(f".{target.name}.partial")
        try:
            _pack(copy, partial, ending)
            with open(partial, "rb") as file:
                os.fsync(file.fileno())
            partial.replace(target)
        finally:
            partial.unlink(missing_ok=True)
    return target.stat().st_size


def _pack(directory: Path, target: Path, ending: str) -> None:
    if ending == ".zip":
        # A file of before 1980 is none that zip could date.
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, strict_timestamps=False) as packed:
            for file in sorted(directory.rglob("*")):
                packed.write(file, file.relative_to(directory))
        return
    with tarfile.open(target, ENDINGS[ending]) as archive:  # type: ignore[call-overload]
        for entry in sorted(directory.iterdir()):
            archive.add(entry, entry.name)


def _snapshot(home: Home, copy: Path) -> None:
    index = home.objects / "index.db"
    if index.exists():
        # No object appears or goes while its blobs are linked, so index and blobs agree.
        with closing(sqlite3.connect(index, timeout=60, isolation_level=None)) as held:
            held.execute("BEGIN IMMEDIATE")
            for (blob,) in held.execute("SELECT id FROM blobs"):
                linked = copy / "objects" / "blobs" / blob[:2] / blob
                linked.parent.mkdir(parents=True, exist_ok=True)
                os.link(home.objects / "blobs" / blob[:2] / blob, linked)
            _copy_database(index, copy / "objects" / "index.db")
            if home.state.exists():
                _copy_database(home.state, copy / home.state.name)
            held.execute("ROLLBACK")
    elif home.state.exists():
        _copy_database(home.state, copy / home.state.name)
    if home.logs.exists():
        shutil.copytree(home.logs, copy / home.logs.name)
    for name in _PLAIN:
        if (home.path / name).exists():
            shutil.copy2(home.path / name, copy / name)


def _copy_database(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with (
        closing(sqlite3.connect(source, timeout=60)) as database,
        closing(sqlite3.connect(target)) as copy,
    ):
        database.backup(copy)
