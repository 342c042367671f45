"""What a supervisor tells of its launch: ``status.json``, and a bell when it has changed."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from jupyter_smkit.compute import jsonfile
from jupyter_smkit.compute.site import Site


class Status:
    def __init__(self, site: Site, directory: Path, level: str) -> None:
        self._site = site
        self._directory = directory
        self._file = directory / "status.json"
        self._reserved = directory / "status.end"
        self._known: dict[str, Any] = {"format": 1, "pid": os.getpid(), "level": level}
        self._phases: list[tuple[str, float]] = []

    def know(self, **facts: Any) -> None:
        """Told with the next phase."""
        self._known |= facts

    def note(self, phase: str, **facts: Any) -> None:
        """A phase has begun. A disk that is full does not learn of it."""
        self._passed(phase, time.time(), facts)
        try:
            jsonfile.write(self._file, self._known, durable=False)
            if len(self._phases) == 1:
                jsonfile.reserve(self._reserved)
        except OSError:
            pass
        self.ring()

    def end(self, doomed: Sequence[Path], **facts: Any) -> None:
        """Tells the end until the disk takes it: in the room that was reserved for it, or else in
        what ``doomed`` took, the directories that are to be removed."""
        at = time.time()
        self._passed("Done", at, {**facts, "ended": at})
        while self._directory.exists():
            try:
                jsonfile.write(self._file, self._known, reserved=self._reserved)
                break
            except OSError:
                _remove(doomed)
                time.sleep(1.0)
        self.ring()
        _remove(doomed)

    def ring(self) -> None:
        self._site.ring(self._directory.name)

    def _passed(self, phase: str, at: float, facts: dict[str, Any]) -> None:
        self._phases.append((phase, at))
        self._known |= {"phase": phase, "phases": self._phases, **facts}


def _remove(directories: Sequence[Path]) -> None:
    for directory in directories:
        shutil.rmtree(directory, ignore_errors=True)
