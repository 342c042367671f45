"""Which log groups and streams there are: the folders and files under ``logs/``.

A group that was created through the API is a record as well. Programs that smkit runs log into
``/aws/sagemaker/<Kind>s`` and ``/aws/sagemaker/Endpoints/<name>`` without creating anything.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from jupyter_smkit.api.errors import ApiError
from jupyter_smkit.api.registry import Call
from jupyter_smkit.compute import logfile
from jupyter_smkit.state.records import Record
from jupyter_smkit.state.schema import records

KIND = "LogGroup"
_SAGEMAKER = "/aws/sagemaker/"
_ONE_A_NAME = ("Endpoints", "InferenceComponents")
"""Kinds that have a group for each of their names."""
_LONGEST_SEGMENT = 240
_SUFFIX = ".log"


class NotFound(ApiError):
    code, status = "ResourceNotFoundException", 400


class InvalidParameter(ApiError):
    code, status = "InvalidParameterException", 400


def root(call: Call) -> Path:
    return call.home.logs / call.account / call.region


def folder(call: Call, group: str) -> Path:
    return root(call) / group.lstrip("/")


def stream_file(call: Call, group: str, stream: str) -> Path:
    check_name(stream)
    return logfile.path(call.home, call.account, call.region, group, stream)


def check_name(name: str) -> None:
    """Refuses what cannot be kept as a file: AWS would take it."""
    *folders, last = name.removeprefix("/").split("/")
    for segment in (*folders, last):
        clashes = segment is not last and segment.endswith(_SUFFIX)
        too_long = len(segment.encode()) > _LONGEST_SEGMENT
        if segment in ("", ".", "..") or clashes or too_long:
            raise InvalidParameter(
                f"smkit keeps {name!r:.300} as a file: its parts between slashes may not be empty, "
                f'".", "..", longer than {_LONGEST_SEGMENT} bytes, or end in "{_SUFFIX}" before a slash'
            )


def check_folder(call: Call, name: str) -> None:
    """Refuses a group that would have the streams of another: ``x`` where there is ``/x``."""
    for other in names(call, recorded(call)):
        if other != name and folder(call, other) == folder(call, name):
            raise InvalidParameter(
                f"smkit keeps {name!r:.300} in the folder of the log group {other!r:.300}: "
                "they differ in their first slash only"
            )


def recorded(call: Call) -> dict[str, Record]:
    with call.state.read() as transaction:
        found = transaction.where(
            records.c.account == call.account,
            records.c.region == call.region,
            records.c.kind == KIND,
        )
    return {each.key: each for each in found}


def names(call: Call, known: dict[str, Record]) -> list[str]:
    """All groups, sorted; ``known`` are the recorded ones."""
    return sorted({*known, *_found(root(call))})


def _found(directory: Path) -> Iterator[str]:
    for kind in _folders(directory / "aws" / "sagemaker"):
        if kind.name in _ONE_A_NAME:
            yield from (f"{_SAGEMAKER}{kind.name}/{each.name}" for each in _folders(kind))
        else:
            yield _SAGEMAKER + kind.name


def exists(call: Call, group: str) -> bool:
    with call.state.read() as transaction:
        if transaction.get(call.account, call.region, KIND, group) is not None:
            return True
    if not group.startswith(_SAGEMAKER):
        return False
    kind, _, rest = group.removeprefix(_SAGEMAKER).partition("/")
    wanted = "/" in rest or bool(rest) != (kind in _ONE_A_NAME)
    return not wanted and folder(call, group).is_dir()


def streams(call: Call, group: str, prefix: str = "") -> Iterator[str]:
    """The names of a group's streams that begin with ``prefix``, in no order."""
    start = folder(call, group)
    # The part of the prefix up to its last slash is a folder: nothing beside it is looked at.
    inside = prefix.rpartition("/")[0]
    if inside:
        check_name(inside)
    nested = {
        folder(call, each) for each in recorded(call) if each.lstrip("/") != group.lstrip("/")
    }
    yield from _walk(start / inside, f"{inside}/" if inside else "", prefix, nested)


def _walk(directory: Path, relative: str, prefix: str, nested: set[Path]) -> Iterator[str]:
    try:
        entries = list(os.scandir(directory))
    except (FileNotFoundError, NotADirectoryError):
        return
    for entry in entries:
        name = relative + entry.name
        if entry.is_dir():
            within = name.startswith(prefix) or prefix.startswith(f"{name}/")
            if within and Path(entry.path) not in nested:
                yield from _walk(Path(entry.path), f"{name}/", prefix, nested)
        elif entry.name.endswith(_SUFFIX):
            stream = name.removesuffix(_SUFFIX)
            if stream.startswith(prefix):
                yield stream


def remove(call: Call, group: str) -> None:
    """The files of a group and the folders that are empty then."""
    for stream in list(streams(call, group)):
        remove_file(call, stream_file(call, group, stream))
    _remove_empty(folder(call, group), root(call))


def remove_file(call: Call, file: Path) -> None:
    file.unlink(missing_ok=True)
    _remove_empty(file.parent, root(call))


def _remove_empty(directory: Path, stop: Path) -> None:
    while directory != stop and stop in directory.parents:
        try:
            directory.rmdir()
        except OSError:
            return
        directory = directory.parent


def _folders(directory: Path) -> list[Path]:
    try:
        return [Path(entry.path) for entry in os.scandir(directory) if entry.is_dir()]
    except (FileNotFoundError, NotADirectoryError):
        return []


def group_of(call: Call) -> str:
    """The group that a request names, by its name or its ARN; raises where there is none."""
    name = call.params.get("logGroupName") or call.params.get("logGroupIdentifier")
    if not name:
        raise InvalidParameter("Either logGroupName or logGroupIdentifier must be given.")
    if name.startswith("arn:"):
        name = name.split(":", 6)[-1].removesuffix(":*")
    check_name(name)
    if not exists(call, name):
        raise NotFound("The specified log group does not exist.")
    return str(name)


def existing(call: Call, group: str, name: str) -> Path:
    file = stream_file(call, group, name)
    if not file.is_file():
        raise NotFound("The specified log stream does not exist.")
    return file


def changed(call: Call, group: str, name: str) -> int:
    """Milliseconds of the last write."""
    try:
        return stream_file(call, group, name).stat().st_mtime_ns // 1_000_000
    except FileNotFoundError:
        return 0
