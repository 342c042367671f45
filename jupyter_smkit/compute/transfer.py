"""A launch's data on its way to all hosts, and what they left on its way out."""

from __future__ import annotations

import contextlib
import filecmp
import shutil
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from jupyter_smkit.compute.ending import Ended
from jupyter_smkit.compute.executor import Input, Launch, Output
from jupyter_smkit.compute.rank import Rank
from jupyter_smkit.compute.site import Site

_CONTINUOUS = 10.0
"""Seconds between uploads of an output with S3UploadMode Continuous."""


class Transfer:
    def __init__(
        self,
        site: Site,
        launch: Launch,
        ranks: Sequence[Rank],
        scratch: Path,
        say: Callable[[str], None],
    ) -> None:
        self._site = site
        self._launch = launch
        self._ranks = ranks
        self._scratch = scratch
        self._say = say
        self._sent: dict[str, dict[str, tuple[int, int]]] = {rank.name: {} for rank in ranks}

    def bring(self) -> None:
        """Raises Ended where data cannot be had."""
        from jupyter_smkit.api.errors import ApiError
        from jupyter_smkit.compute import staging

        for given in self._launch.inputs:
            try:
                self._bring_one(given)
            except (staging.StagingFailed, ApiError) as error:
                raise Ended("Failed", f"ClientError: {given.uri}: {error}") from None

    def _bring_one(self, given: Input) -> None:
        from jupyter_smkit.compute import staging

        wanted = [rank for rank in self._ranks if not given.hosts or rank.name in given.hosts]
        targets = [rank.sandbox.outside(given.path) for rank in wanted]
        if given.sharded:
            for number, target in enumerate(targets):
                shard = (number, len(targets))
                staging.bring(self._site, given, target, shard)
            return
        clean = not any(target.is_dir() and any(target.iterdir()) for target in targets)
        for target in targets:
            if clean and target != targets[0]:
                # Not linked: a program may write into what it was given.
                shutil.copytree(targets[0], target, symlinks=True, dirs_exist_ok=True)
            else:
                staging.bring(self._site, given, target)

    def send(self, *, failed: bool) -> None:
        from jupyter_smkit.compute import staging

        for made in self._launch.outputs:
            if failed and not made.on_failure:
                continue
            if made.archive:
                left = {rank.name: self._left(rank, made) for rank in self._ranks}
                sources = {name: source for name, source in left.items() if source}
                for moved in staging.send_archive(self._site, made, sources, self._scratch):
                    self._say(
                        f"smkit: several hosts left different files of this name: in {made.uri} "
                        f"one is {moved}"
                    )
            else:
                self._tell_replaced(made)
                self._send_files(made)

    def _send_files(self, made: Output) -> None:
        from jupyter_smkit.compute import staging

        for rank in self._ranks:
            if source := self._left(rank, made):
                staging.send(self._site, made, source, self._sent[rank.name])

    def _left(self, rank: Rank, made: Output) -> Path | None:
        """What a host left to bring out; nothing where that is not its own."""
        source = rank.sandbox.outside(made.path)
        # A program may have put a link there, to what is not its own.
        inside = source.resolve().is_relative_to(rank.sandbox.base.resolve())
        return source if inside else None

    def _tell_replaced(self, made: Output) -> None:
        """All hosts' files go to one prefix: of those with the same name the last host's stays."""
        from jupyter_smkit.objects.staging import plain_files

        if len(self._ranks) == 1:
            return
        last: dict[str, tuple[str, Path]] = {}
        for rank in self._ranks:
            source = self._left(rank, made)
            for file in sorted(plain_files(source)) if source else ():
                name = file.relative_to(source).as_posix() if source else ""
                before = last.get(name)
                last[name] = (rank.name, file)
                if before and not filecmp.cmp(before[1], file, shallow=False):
                    self._say(
                        f"smkit: {before[0]} and {rank.name} left different files {name}: "
                        f"{made.uri} has {rank.name}'s"
                    )

    @contextlib.contextmanager
    def continuous(self) -> Iterator[None]:
        """Meanwhile, what changes in continuous outputs is brought out, on a thread."""
        wanted = [made for made in self._launch.outputs if made.continuous]
        over = threading.Event()

        def carry() -> None:
            while not over.wait(_CONTINUOUS):
                try:
                    for made in wanted:
                        self._send_files(made)
                except Exception as error:
                    self._say(f"smkit: could not bring results out yet: {error}")

        carrier = threading.Thread(target=carry)
        if wanted:
            carrier.start()
        try:
            yield
        finally:
            over.set()
            if wanted:
                carrier.join()
