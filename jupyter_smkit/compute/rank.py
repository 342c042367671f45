"""One host of a launch: its sandbox, its log, and the program that runs on it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_smkit.compute import hostnames, jsonfile, program
from jupyter_smkit.compute.executor import Launch
from jupyter_smkit.compute.sandbox import Sandbox
from jupyter_smkit.compute.site import Site

_MESSAGE = 1 << 20
"""Bytes that are read of what a program left to say."""


class Rank:
    def __init__(
        self, site: Site, launch: Launch, number: int, directory: Path, job: Mapping[str, Any]
    ) -> None:
        self.launch = launch
        self.name = launch.hosts[number]
        # What is asked of a job while it runs is asked of its first host.
        self.directory = directory if number == 0 else directory / self.name
        self.report = self.directory / "report"
        self.layer = self.directory / "layer"
        self.socket = Path(launch.socket).parent if launch.socket else None
        self.names = self.directory / "hosts"
        self.sandbox = Sandbox(
            job["level"],
            self.directory / "ml",
            self.directory / "tmp",
            writable=(self.report, self.socket or self.layer),
            readable=site.readable,
            hidden=site.hidden,
            network=launch.network,
            hostname=self.name,
            names=self.names,
            processes=job["processes"],
            overlaid=tuple(job["overlaid"]),
        )
        self.log = site.log(
            launch.account,
            launch.region,
            launch.log_group,
            launch.log_stream.replace("{host}", self.name),
        )
        self.open = False
        self._program: subprocess.Popen[bytes] | None = None
        self._told: set[int] = set()
        """Processes that were asked to end."""

    def prepare(self) -> None:
        """Makes its directories and files."""
        for made in (self.sandbox.base, self.sandbox.temporary, self.report):
            made.mkdir(parents=True, exist_ok=True)
        if self.socket:
            self.socket.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.names.write_text(hostnames.table(self.launch))
        for path in self.launch.directories:
            self.sandbox.outside(path).mkdir(parents=True, exist_ok=True)
        own = self.launch.host_files.get(self.name, {})
        for path, text in {**self.launch.files, **own}.items():
            file = self.sandbox.outside(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)

    def start(self, argv: list[str], environment: Mapping[str, str]) -> None:
        """Raises OSError where the program cannot be started."""
        command = self.sandbox.command(argv)
        if self.launch.memory_mb:
            limit = self.launch.memory_mb * 1024 * 1024
            command = ["prlimit", f"--as={limit}", "--", *command]
        self._program = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment,
            cwd=self.sandbox.base if self.sandbox.level == "L0" else None,
            preexec_fn=program.die_with_parent if self.sandbox.level != "L1" else None,
        )
        self.open = True

    @property
    def running(self) -> subprocess.Popen[bytes]:
        assert self._program is not None
        return self._program

    @property
    def output(self) -> int:
        """The file that what the program prints is read from, while ``open``."""
        assert self.running.stdout is not None
        return self.running.stdout.fileno()

    def read(self) -> list[str]:
        """The lines that are whole by what can be read now."""
        chunk = os.read(self.output, 1 << 16)
        self.open = bool(chunk)
        return self.log.feed(chunk)

    def close(self) -> list[str]:
        """Ends what the program left running; answers what it printed after its last line's end."""
        self.kill()
        assert self.running.stdout is not None
        self.running.stdout.close()
        return self.log.rest()

    @property
    def data(self) -> tuple[Path, ...]:
        """The directories that are of no use once its end is told."""
        return (self.sandbox.base, self.sandbox.temporary, self.layer)

    def ask_to_stop(self) -> None:
        """Asked again, it reaches what has come to life since."""
        sandboxed = self.sandbox.level != "L0"
        self._told = program.ask_to_stop(self.running.pid, sandboxed, self._told)

    def kill(self) -> None:
        program.signal_group(self.running.pid, signal.SIGKILL)

    def report_stamp(self) -> int:
        try:
            return (self.report / "report.json").lstat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def message(self) -> str:
        """What the program left to say."""
        if not self.launch.message:
            return ""
        try:
            file = self.sandbox.outside(self.launch.message)
            return jsonfile.plain_bytes(file, _MESSAGE).decode(errors="replace")
        except OSError:
            return ""
