"""The supervisor of one launch: data in, its hosts' programs in their sandboxes, logs, data out.

``python -m jupyter_smkit.compute.supervisor DIRECTORY LOCK``; DIRECTORY holds ``job.json``,
LOCK is an open file whose lock says that this process lives. What it finds goes to ``status.json``.
Depends on little and imports less: it is most of the time from a request to a user's first line.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_smkit.compute import ending, hostnames, program
from jupyter_smkit.compute.ending import Ended, Ending, Stop
from jupyter_smkit.compute.executor import launch_from, started_again
from jupyter_smkit.compute.local import STOP, set_aside
from jupyter_smkit.compute.rank import Rank
from jupyter_smkit.compute.reason import LONGEST, fitted
from jupyter_smkit.compute.site import LocalSite, Site
from jupyter_smkit.compute.status import Status
from jupyter_smkit.compute.transfer import Transfer
from jupyter_smkit.compute.watch import Watch
from jupyter_smkit.config import Home


class Supervisor:
    def __init__(self, site: Site, directory: Path, job: dict[str, Any]) -> None:
        self.site = site
        self.directory = directory
        self.launch = launch = launch_from(job)
        self.status = Status(site, directory, job["level"])
        self.ranks = [
            Rank(site, launch, number, directory, job) for number in range(len(launch.hosts))
        ]
        self.transfer = Transfer(site, launch, self.ranks, directory, self.say)
        self.commands: dict[str, list[Path]] = {}
        """By host, the directories that come first on ``PATH``."""
        self.preparing = False
        self.stop = Stop(launch.grace)
        if (again := started_again(job["attempt"])) and not launch.socket:
            self.say(f"smkit: {again}")
        if job["level"] == "L0" and len(launch.hosts) > 1:
            at = ", ".join(f"{name} is {at}" for name, at in hostnames.addresses(launch).items())
            self.say(
                "smkit: on this machine hosts have no names of their own (level L0): install "
                f"bubblewrap (smkit doctor), or let programs connect to addresses; {at}"
            )

    def say(self, line: str) -> None:
        """A line of smkit's own in each host's log."""
        for rank in self.ranks:
            rank.log.say(line)

    def run(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGUSR1):
            signal.signal(sign, self._on_signal)
        program.adopt_orphans()
        try:
            self.status.note("Starting")
            self._prepare()
            end = self._programs()
        except Ended as ended:
            end = Ending(ended.outcome, ended.reason)
        except Exception as error:
            end = Ending("Failed", f"InternalServerError: {type(error).__name__}: {error}")
            self.say(f"smkit: {end.reason}")
        program.end_orphans()
        try:
            self.status.note("Uploading")
            self.transfer.send(failed=end.outcome != "Completed")
        except Exception as error:
            end = Ending("Failed", f"Could not bring the results out: {error}", end.code)
            self.say(f"smkit: {end.reason}")
        self._tell(end)

    def _tell(self, end: Ending) -> None:
        rank = self.ranks[end.host]
        message = rank.message()
        failed = end.outcome == "Failed"
        reason = ending.told(end, rank, message) if failed else end.reason
        for each in self.ranks:
            each.log.close()
        # Once its end is told the launch may be forgotten, or made again under the same name.
        data = [used for each in self.ranks for used in each.data]
        doomed = [set_aside(used, self.directory.parent) for used in data]
        self.status.end(
            doomed,
            outcome=end.outcome,
            exit_code=end.code,
            reason=reason,
            message=fitted("", message) if failed else message[:LONGEST],
        )

    def _on_signal(self, number: int, frame: object) -> None:
        if number == signal.SIGTERM and not (self.directory / STOP).exists():
            # Nobody has asked for a stop, so the job has no end: it is launched again.
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.stop.asked = True
        if number == signal.SIGUSR1:
            self.stop.patience = 0.0
        if self.preparing:
            self.preparing = False
            raise Ended("Stopped")

    def _prepare(self) -> None:
        from jupyter_smkit.compute import environments, images, layer

        self.preparing = True
        for rank in self.ranks:
            rank.prepare()
        image = images.resolve(self.launch.image)
        if not image.known:
            self.say(
                f"smkit: the image {self.launch.image} is not one that smkit knows; "
                "the program runs in smkit's own Python environment"
            )
        if self.launch.inputs:
            self.status.note("Downloading")
            self.transfer.bring()
        try:
            python, version = self.site.environment(image, self._wanted(), self.say)
        except environments.BuildFailed as error:
            raise Ended("Failed", str(error)) from None
        self.status.know(version=version)
        for rank in self.ranks:
            own = () if rank.socket else (layer.lay(rank.layer, python).parent,)
            self.commands[rank.name] = [*own, python.parent]
        self.preparing = False

    def _wanted(self) -> list[str]:
        """The packages that the launch asks for, by itself and in files among its inputs."""
        from jupyter_smkit.compute import environments

        wanted = list(self.launch.requirements)
        for path in self.launch.requirement_files:
            file = self.ranks[0].sandbox.outside(path)
            if file.is_file():
                wanted += environments.requirements(file)
        return wanted

    def _programs(self) -> Ending:
        from jupyter_smkit.compute.variables import variables

        if self.stop.asked:
            raise Ended("Stopped")
        given = {
            rank.name: variables(
                self.site,
                self.launch,
                rank.sandbox,
                self.commands[rank.name],
                rank.report / "report.json",
            )
            for rank in self.ranks
        }
        for rank in self.ranks:
            argv = list(self.launch.argv)
            if argv[0] in ("python", "python3"):
                argv[0] = str(self.commands[rank.name][0] / "python")
            try:
                rank.start(argv, given[rank.name])
            except OSError as error:
                raise Ended(
                    "Failed", f"AlgorithmError: {argv[0]} could not be started: {error}"
                ) from None
        self.status.note("Running", started=time.time())
        watch = Watch(self.site, self.directory, self.launch, self.ranks, self.status, self.stop)
        with self.transfer.continuous():
            return watch.run()


def main() -> None:
    directory, lock = Path(sys.argv[1]), int(sys.argv[2])
    os.set_inheritable(lock, False)
    job = json.loads((directory / "job.json").read_text())
    Supervisor(LocalSite(Home.from_environment()), directory, job).run()


if __name__ == "__main__":
    main()
