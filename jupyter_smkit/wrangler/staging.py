"""Data of s3:// for previews: copied beside smkit's data once, and only as much as a sample needs."""

from __future__ import annotations

import contextlib
import hashlib
import stat
import uuid
import zlib
from collections.abc import Mapping
from pathlib import Path

from jupyter_smkit.objects.errors import S3Error
from jupyter_smkit.objects.names import split_uri
from jupyter_smkit.objects.staging import Objects, relative_name
from jupyter_smkit.wrangler import dataset
from jupyter_smkit.wrangler.flow import SOURCE, Flow, FlowError

HEAD_BYTES = 64 << 20
"""Of a larger CSV only so much is brought for a preview, cut at a line's end."""
MAX_FILES = 200
_GZIP = b"\x1f\x8b"
CACHE_BYTES = 4 << 30


def stage(objects: Objects, cache: Path, flow: Flow, target: str) -> dict[str, list[str]]:
    """By address, the local files of the sources that a step needs. FlowError names the source."""
    found: dict[str, list[str]] = {}
    for node in flow.ancestors(target):
        address = dataset.uri(node)
        if node.type != SOURCE or not address:
            continue
        try:
            files = _stage(objects, cache, address, dataset.context(node))
        except (S3Error, ValueError) as error:
            raise FlowError(f"{address}: {error}", node=node.id) from None
        if not files:
            raise FlowError(f"there is no object under {address}", node=node.id)
        found[address] = [str(path) for path in files]
    prune(cache)
    return found


def _stage(
    objects: Objects, cache: Path, address: str, context: Mapping[str, object]
) -> list[Path]:
    bucket, prefix = split_uri(address)
    nested = bool(context.get("s3DirIncludesNested"))
    text = str(context.get("s3ContentType") or "csv").lower() != "parquet"
    found = {relative_name(info.key, prefix): info for info in objects.keys(bucket, prefix)}
    files = []
    for name in dataset.chosen(filter(None, found), address, nested)[:MAX_FILES]:
        info = found[name]
        place = hashlib.sha256(f"{bucket}/{info.key}\0{info.etag}".encode()).hexdigest()[:24]
        path = cache / place / Path(info.key).name
        if not path.exists():
            _bring(objects, bucket, info.key, path, text and info.size > HEAD_BYTES)
        path.touch()
        files.append(path)
    return files


def _bring(objects: Objects, bucket: str, key: str, path: Path, head_only: bool) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Two requests of one page may bring the same file at the same time.
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    if head_only:
        with objects.get(bucket, key, (0, HEAD_BYTES - 1)) as content:
            data = content.read()
        if data.startswith(_GZIP):
            data = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(data, HEAD_BYTES)
        beside.write_bytes(whole_rows(data))
    else:
        objects.fetch(bucket, key, beside)
    beside.replace(path)


def whole_rows(data: bytes) -> bytes:
    """A CSV's head without what is left of its last row; quotes hold line ends in."""
    end = data.rfind(b"\n") + 1
    quotes = data.count(b'"', 0, end)
    while quotes % 2 and end:
        before = data.rfind(b"\n", 0, end - 1) + 1
        quotes -= data.count(b'"', before, end)
        end = before
    return data[:end]


def prune(cache: Path, limit: int = CACHE_BYTES) -> None:
    """Removes the files one level down that were used longest ago, until the rest fits."""
    files = []
    for path in cache.glob("*/*"):
        with contextlib.suppress(FileNotFoundError):
            found = path.lstat()
            if stat.S_ISREG(found.st_mode):
                files.append((found.st_mtime, found.st_size, path))
    files.sort(reverse=True)
    total = 0
    for _, size, path in files:
        total += size
        if total > limit:
            path.unlink(missing_ok=True)
