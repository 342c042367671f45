"""Bringing a launch's data in from s3:// and its results out."""

from __future__ import annotations

import gzip
import shutil
import tarfile
from pathlib import Path

from jupyter_smkit.compute.executor import Input, Output
from jupyter_smkit.config import Home
from jupyter_smkit.objects import open_store
from jupyter_smkit.objects.staging import download, upload


class StagingFailed(Exception):
    """Data could not be brought in or out: which, and why."""


def bring(home: Home, given: Input, target: Path) -> None:
    """Puts what ``given.uri`` names into the directory ``target``.

    Raises StagingFailed, and ApiError with S3's codes.
    """
    target.mkdir(parents=True, exist_ok=True)
    if given.uri.startswith("file://"):
        source = Path(given.uri.removeprefix("file://"))
        if source.is_dir():
            shutil.copytree(source, target, dirs_exist_ok=True)
        else:
            shutil.copy2(source, target)
    else:
        download(open_store(home), given.uri, target, manifest=given.type == "ManifestFile")
    if given.extract:
        for archive in list(target.glob("*.tar.gz")):
            unpack(archive, target)
            archive.unlink()
    if given.decompress:
        for packed in list(target.rglob("*.gz")):
            with gzip.open(packed) as source_file, open(packed.with_suffix(""), "wb") as plain:
                shutil.copyfileobj(source_file, plain, 1 << 20)
            packed.unlink()


def unpack(archive: Path, target: Path) -> None:
    """Unpacks a ``.tar.gz``; one with members that leave ``target`` is refused whole."""
    try:
        with tarfile.open(archive, "r:gz") as opened:
            opened.extractall(target, filter="data")
    except tarfile.FilterError as error:
        raise StagingFailed(
            f"{archive.name} is refused: {error}. An archive may hold only files below its root"
        ) from None
    except (tarfile.TarError, OSError, EOFError) as error:
        raise StagingFailed(f"{archive.name} is not a .tar.gz that can be read: {error}") from None


def send(home: Home, made: Output, source: Path, scratch: Path) -> int:
    """Brings what lies in ``source`` to ``made.uri``; the number of objects written."""
    store = open_store(home)
    if not made.archive:
        return len(upload(store, source, made.uri)) if source.exists() else 0
    packed = scratch / "archive.tar.gz"
    with tarfile.open(packed, "w:gz", compresslevel=3) as archive:
        for child in sorted(source.iterdir()) if source.exists() else ():
            archive.add(child, child.name)
    try:
        upload(store, packed, made.uri)
    finally:
        packed.unlink()
    return 1
