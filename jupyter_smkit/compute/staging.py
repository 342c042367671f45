"""Bringing a launch's data in from s3:// and its results out."""

from __future__ import annotations

import filecmp
import gzip
import shutil
import tarfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from jupyter_smkit.compute.executor import Input, Output
from jupyter_smkit.compute.site import Site
from jupyter_smkit.objects.staging import download, plain_files, upload


class StagingFailed(Exception):
    """Data could not be brought in or out: which, and why."""


def bring(site: Site, given: Input, target: Path, shard: tuple[int, int] = (0, 1)) -> None:
    """Puts what ``given.uri`` names into the directory ``target``.

    ``shard``: the number of the host, from 0, and of how many: it gets every n-th object.
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
        found = download(site.objects(), given.uri, target, manifest=manifest, shard=shard)
        # Where there are fewer objects than hosts, the last hosts get none.
        if not found and not given.optional and shard[0] == 0:
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


def send(site: Site, made: Output, source: Path, sent: Sent) -> None:
    """Brings what lies in ``source`` to ``made.uri``, but for files that ``sent`` says are there."""
    store = site.objects()
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


def send_archive(site: Site, made: Output, sources: Mapping[str, Path], scratch: Path) -> list[str]:
    """Packs what the hosts left into one archive. A file that differs from another host's of the
    same name lies in a folder with its host's name; answers these."""
    packed = scratch / "archive.tar.gz"
    taken: dict[str, Path] = {}
    moved = []
    with tarfile.open(packed, "w:gz", compresslevel=3) as archive:
        for host, source in sources.items():
            for path in sorted(source.rglob("*")):
                name = path.relative_to(source).as_posix()
                if (other := taken.setdefault(name, path)) is not path:
                    if _same(other, path):
                        continue
                    moved.append(name := f"{host}/{name}")
                archive.add(path, name, recursive=False)
    try:
        upload(site.objects(), packed, made.uri)
    finally:
        packed.unlink()
    return moved


def _same(one: Path, other: Path) -> bool:
    if one.is_symlink() or other.is_symlink():
        return one.is_symlink() and other.is_symlink() and one.readlink() == other.readlink()
    if one.is_file() and other.is_file():
        return filecmp.cmp(one, other, shallow=False)
    return one.is_dir() and other.is_dir()
