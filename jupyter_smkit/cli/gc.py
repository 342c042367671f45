"""``smkit gc``: removes what piles up."""

from __future__ import annotations

import json
import shutil
import time
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_smkit.compute.logfile import path as log_path
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease


def run(arguments: Namespace, home: Home) -> int:
    before = time.time() - arguments.days * 86_400
    verb = "would go" if arguments.dry_run else "removed"
    total = 0
    runs = lease.holder(home.locks, "daemon") is not None
    for title, paths in (
        ("working files of ended jobs", list(ended_jobs(home, before)) if runs else []),
        ("old logs", list(old_logs(home, before))),
    ):
        size = sum(_size(path) for path in paths)
        total += size
        print(f"{title}: {len(paths)} {verb}, {size / 1e6:.1f} MB")
        if not arguments.dry_run:
            for path in paths:
                _remove(path)
    if not runs:
        # A job whose end no daemon has seen yet would be run again without its files.
        print("smkit does not run: only logs go. Start it (smkit serve), then the rest goes too")
    elif not arguments.dry_run:
        from jupyter_smkit.services.chores import tidy
        from jupyter_smkit.state.engine import connect, url_of
        from jupyter_smkit.state.records import State

        for title, number in tidy(home, State(connect(url_of(home)), time.time)).items():
            print(f"{title}: {number} removed")
    print(f"{total / 1e6:.1f} MB {verb}.")
    return 0


def ended_jobs(home: Home, before: float) -> Iterator[Path]:
    """Directories of launched processes that have ended, last touched before a time."""
    if not home.jobs.exists():
        return
    for directory in home.jobs.iterdir():
        status = directory / "status.json"
        if _read(status).get("outcome") and status.stat().st_mtime < before:
            yield directory


def old_logs(home: Home, before: float) -> Iterator[Path]:
    """Logs that nothing was written to since, and nothing that runs writes to."""
    written = {path.resolve() for path in open_logs(home)}
    return (
        path
        for path in home.logs.rglob("*.log")
        if path.is_file() and path.stat().st_mtime < before and path.resolve() not in written
    )


def open_logs(home: Home) -> Iterator[Path]:
    """Of the launched processes that have not ended: a quiet endpoint may speak again."""
    for file in home.jobs.glob("*/job.json"):
        job, status = _read(file), _read(file.with_name("status.json"))
        if job and not status.get("outcome"):
            group, stream = job["log_group"], job["log_stream"]
            yield log_path(home, job["account"], job["region"], group, stream)


def _read(file: Path) -> dict[str, Any]:
    try:
        found: dict[str, Any] = json.loads(file.read_text())
    except (OSError, ValueError):
        return {}
    return found


def _size(path: Path) -> int:
    if not path.is_dir():
        return path.lstat().st_size
    return sum(entry.lstat().st_size for entry in path.rglob("*") if not entry.is_dir())


def _remove(path: Path) -> None:
    if path.is_dir():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
