"""Bringing a launch's data in from s3:// and its results out."""

from __future__ import annotations

import gzip
import shutil
import tarfile
import zlib
from pathlib import Path

from jupyter_smkit.compute.executor import Input, Output
from jupyter_smkit.config import Home
from jupyter_smkit.objects import open_store
from jupyter_smkit.objects.staging import Objects, download, plain_files, upload


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
        manifest = given.type == "ManifestFile"
        found = download(open_store(home), given.uri, target, manifest=manifest)
        if not found and not given.optional:
            raise StagingFailed("no S3 objects found under this address")
    if given.extract:
        for archive in list(target.glob("*.tar.gz")):
            unpack(archive, target)
            archive.unlink()
    if given.decompress:
        for packed in [file for file in target.rglob("*.gz") if file.is_file()]:
            try:
                with gzip.open(packed) as source_file, open(packed.with_suffix(""), "wb") as plain:
                    shutil.copyfileobj(source_file, plain, 1 << 20)
            except (gzip.BadGzipFile, EOFError, zlib.error) as error:
                raise StagingFailed(f"{packed.name} is no gzip file: {error}") from None
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
    except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
        raise StagingFailed(f"{archive.name} is not a .tar.gz that can be read: {error}") from None


Sent = dict[str, tuple[int, int]]
"""By address, the files that were brought out: when they had been changed (ns), and their sizes."""


def send(home: Home, made: Output, source: Path, scratch: Path, sent: Sent) -> None:
    """Brings what lies in ``source`` to ``made.uri``, but for files that ``sent`` says are there."""
    store = open_store(home)
    if made.archive:
        send_archive(store, made, source, scratch)
        return
    for file in sorted(plain_files(source)):
        address = f"{made.uri.rstrip('/')}/{file.relative_to(source).as_posix()}"
        try:
            found = file.stat()
            stamp = (found.st_mtime_ns, found.st_size)
            if sent.get(address) == stamp:
                continue
            upload(store, file, address)
        except FileNotFoundError:
            continue  # The program, which still runs, has removed it.
        sent[address] = stamp


def send_archive(store: Objects, made: Output, source: Path, scratch: Path) -> None:
    packed = scratch / "archive.tar.gz"
    with tarfile.open(packed, "w:gz", compresslevel=3) as archive:
        for child in sorted(source.iterdir()) if source.is_dir() else ():
            archive.add(child, child.name)
    try:
        upload(store, packed, made.uri)
    finally:
        packed.unlink()
