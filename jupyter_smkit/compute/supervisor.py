"""The supervisor of one launch: data in, the program in its sandbox, its log, data out.

``python -m jupyter_smkit.compute.supervisor DIRECTORY LOCK``; DIRECTORY holds ``job.json``,
LOCK is an open file whose lock says that this process lives. What it finds goes to ``status.json``.
Depends on little and imports less: it is most of the time from a request to a user's first line.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jupyter_smkit.compute import jsonfile, program
from jupyter_smkit.compute.executor import Output, launch_from, started_again
from jupyter_smkit.compute.local import STOP, set_aside
from jupyter_smkit.compute.logfile import LogFile
from jupyter_smkit.compute.logfile import path as log_path
from jupyter_smkit.compute.metrics import Metrics
from jupyter_smkit.compute.reason import LONGEST, fitted
from jupyter_smkit.compute.sandbox import Sandbox
from jupyter_smkit.compute.status import Status
from jupyter_smkit.config import Home

_MESSAGE = 1 << 20
"""Bytes that are read of what a program left to say."""
_CONTINUOUS = 10.0
"""Seconds between uploads of an output with S3UploadMode Continuous."""
_JOB_PAUSE = 0.2
"""Seconds between looks at a job's report."""
_WORKER_PAUSE = 2.0
_TELLING = 1.0
"""Seconds between two tellings of new metrics."""
_NO_SANDBOX = (
    "On this machine programs have no /opt/ml of their own (level L0): read the paths from "
    "SM_MODEL_DIR, SM_CHANNEL_* or SAGEMAKER_BASE_DIR, or install bubblewrap (smkit doctor)"
)


class Ended(BaseException):
    """The launch is over before its program ran: outcome and reason."""

    def __init__(self, outcome: str, reason: str = "") -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


class Supervisor:
    def __init__(self, home: Home, directory: Path, job: dict[str, Any]) -> None:
        self.home = home
        self.directory = directory
        self.launch = launch = launch_from(job)
        self.status = Status(home, directory, job["level"])
        self.report = directory / "report"
        self.layer = directory / "layer"
        self.socket = Path(launch.socket).parent if launch.socket else None
        self.sandbox = Sandbox(
            job["level"],
            directory / "ml",
            directory / "tmp",
            writable=(self.report, self.socket or self.layer),
            # Of the home a program sees what it needs: no keys, no other job's data or sockets.
            readable=(
                home.environments,
                home.path / "sagemaker-config.yaml",
                Path(__file__).parents[2],
                Path(sys.prefix),
                Path(sys.base_prefix),
            ),
            hidden=(home.path,),
            network=launch.network,
            hostname=launch.hostname,
            processes=job["processes"],
            overlaid=tuple(job["overlaid"]),
        )
        file = log_path(home, launch.account, launch.region, launch.log_group, launch.log_stream)
        self.log = LogFile(file)
        self.metrics = Metrics(launch)
        self.told: dict[str, tuple[float, float]] = {}
        self.sent: dict[str, tuple[int, int]] = {}
        self.preparing = False
        self.stop_asked = False
        self.patience = launch.grace
        if (again := started_again(job["attempt"])) and not launch.socket:
            self.log.say(f"smkit: {again}")

    def run(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGUSR1):
            signal.signal(sign, self._on_signal)
        program.adopt_orphans()
        outcome, reason, code = "Failed", "", None
        try:
            self.status.note("Starting")
            self._prepare()
            outcome, reason, code = self._program()
        except Ended as end:
            outcome, reason = end.outcome, end.reason
        except Exception as error:
            reason = f"InternalServerError: {type(error).__name__}: {error}"
            self.log.say(f"smkit: {reason}")
        program.end_orphans()
        try:
            self.status.note("Uploading")
            self._send(failed=outcome != "Completed")
        except Exception as error:
            outcome, reason = "Failed", f"Could not bring the results out: {error}"
            self.log.say(f"smkit: {reason}")
        message = self._message()
        failed = outcome == "Failed"
        reason = self._reason(reason, message) if failed else reason
        self.log.close()
        # Once its end is told the launch may be forgotten, or made again under the same name.
        data = (self.sandbox.base, self.sandbox.temporary, self.layer)
        doomed = [set_aside(used, self.directory.parent) for used in data]
        self.status.end(
            doomed,
            outcome=outcome,
            exit_code=code,
            reason=reason,
            message=fitted("", message) if failed else message[:LONGEST],
        )

    def _on_signal(self, number: int, frame: object) -> None:
        if number == signal.SIGTERM and not (self.directory / STOP).exists():
            # Nobody has asked for a stop, so the job has no end: it is launched again.
            signal.signal(number, signal.SIG_DFL)
            signal.raise_signal(number)
        self.stop_asked = True
        if number == signal.SIGUSR1:
            self.patience = 0.0
        if self.preparing:
            self.preparing = False
            raise Ended("Stopped")

    def _prepare(self) -> None:
        from jupyter_smkit.compute import environments, images, layer, versions

        self.preparing = True
        for made in (self.sandbox.base, self.sandbox.temporary, self.report):
            made.mkdir(parents=True, exist_ok=True)
        for path in self.launch.directories:
            self.sandbox.outside(path).mkdir(parents=True, exist_ok=True)
        for path, text in self.launch.files.items():
            file = self.sandbox.outside(path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        image = images.resolve(self.launch.image)
        if not image.known:
            self.log.say(
                f"smkit: the image {self.launch.image} is not one that smkit knows; "
                "the program runs in smkit's own Python environment"
            )
        if self.launch.inputs:
            self._bring()
        try:
            python, version = versions.environment(self.home, image, self._wanted(), self.log.say)
        except environments.BuildFailed as error:
            raise Ended("Failed", str(error)) from None
        self.status.know(version=version)
        self.commands = [python.parent]
        if self.socket:
            self.socket.mkdir(parents=True, exist_ok=True, mode=0o700)
        else:
            self.commands.insert(0, layer.lay(self.layer, python).parent)
        self.preparing = False

    def _wanted(self) -> list[str]:
        """The packages that the launch asks for, by itself and in files among its inputs."""
        from jupyter_smkit.compute import environments

        wanted = list(self.launch.requirements)
        for path in self.launch.requirement_files:
            file = self.sandbox.outside(path)
            if file.is_file():
                wanted += environments.requirements(file)
        return wanted

    def _bring(self) -> None:
        from jupyter_smkit.api.errors import ApiError
        from jupyter_smkit.compute import staging

        self.status.note("Downloading")
        for given in self.launch.inputs:
            try:
                staging.bring(self.home, given, self.sandbox.outside(given.path))
            except (staging.StagingFailed, ApiError) as error:
                raise Ended("Failed", f"ClientError: {given.uri}: {error}") from None

    def _send(self, *, failed: bool) -> None:
        for made in self.launch.outputs:
            if made.on_failure or not failed:
                self._send_one(made)

    def _send_one(self, made: Output) -> None:
        from jupyter_smkit.compute import staging

        source = self.sandbox.outside(made.path)
        # A program may have put a link there, to what is not its own.
        if source.resolve().is_relative_to(self.sandbox.base.resolve()):
            staging.send(self.home, made, source, self.directory, self.sent)

    @contextlib.contextmanager
    def _sending(self) -> Iterator[None]:
        """Meanwhile, what changes in continuous outputs is brought out, on a thread."""
        continuous = [made for made in self.launch.outputs if made.continuous]
        over = threading.Event()

        def carry() -> None:
            while not over.wait(_CONTINUOUS):
                try:
                    for made in continuous:
                        self._send_one(made)
                except Exception as error:
                    self.log.say(f"smkit: could not bring results out yet: {error}")

        carrier = threading.Thread(target=carry)
        if continuous:
            carrier.start()
        try:
            yield
        finally:
            over.set()
            if continuous:
                carrier.join()

    def _program(self) -> tuple[str, str, int | None]:
        from jupyter_smkit.compute.variables import variables

        if self.stop_asked:
            raise Ended("Stopped")
        argv = list(self.launch.argv)
        if argv[0] in ("python", "python3"):
            argv[0] = str(self.commands[0] / "python")
        command = self.sandbox.command(argv)
        environment = variables(
            self.home, self.launch, self.sandbox, self.commands, self.report / "report.json"
        )
        if self.launch.memory_mb:
            limit = self.launch.memory_mb * 1024 * 1024
            command = ["prlimit", f"--as={limit}", "--", *command]
        try:
            running = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=environment,
                cwd=self.sandbox.base if self.sandbox.level == "L0" else None,
                preexec_fn=program.die_with_parent if self.sandbox.level != "L1" else None,
            )
        except OSError as error:
            raise Ended(
                "Failed", f"AlgorithmError: {argv[0]} could not be started: {error}"
            ) from None
        self.status.note("Running", started=time.time())
        with self._sending():
            code, late = self._watch(running)
        if late:
            return "MaxRuntimeExceeded", self._time_is_up(), code
        if self.stop_asked:
            return "Stopped", "", code
        if code == 0:
            return "Completed", "", 0
        return "Failed", f"AlgorithmError: {program.why(code)}, exit code: {code}", code

    def _watch(self, running: subprocess.Popen[bytes]) -> tuple[int, bool]:
        """Pumps the program's output until it ends; ends it when told to, or when time is up:
        then the second answer is true."""
        assert running.stdout is not None
        output = running.stdout.fileno()
        began = told = time.monotonic()
        asked_at, late, open_ = 0.0, False, True
        noted = 0
        pause = _WORKER_PAUSE if self.launch.socket else _JOB_PAUSE
        signalled = program.wake_on_signals()
        # Asked before each look at the output: what was written before the end is then read.
        while not (ended := running.poll() is not None) or open_:
            listened = [signalled, output] if open_ else [signalled]
            ready, _, _ = select.select(listened, [], [], 0 if ended else pause)
            if signalled in ready:
                os.read(signalled, 64)
            if output in ready:
                chunk = os.read(output, 1 << 16)
                open_ = bool(chunk)
                self.metrics.feed(self.log.feed(chunk), time.time())
            now = time.monotonic()
            if self.launch.seconds and now - began > self.launch.seconds and not asked_at:
                late = True
                self.log.say(f"smkit: {self._time_is_up()}")
            if (self.stop_asked or late) and not asked_at:
                asked_at = now
                if self.stop_asked:
                    self.status.note("Stopping")
                program.ask_to_stop(running.pid, sandboxed=self.sandbox.level != "L0")
            if asked_at and now - asked_at > self.patience:
                program.signal_group(running.pid, signal.SIGKILL)
            if now - told > _TELLING:
                told = now
                self._tell_metrics()
            stamp = self._report_stamp()
            if stamp != noted:
                noted = stamp
                self.status.ring()
            if not self.directory.exists():
                # The home was deleted: nobody is left to end this program or to want it.
                program.signal_group(running.pid, signal.SIGKILL)
            if ended and output not in ready:
                break
        program.signal_group(running.pid, signal.SIGKILL)
        running.stdout.close()
        self.metrics.feed(self.log.rest(), time.time())
        self._tell_metrics(whole=True)
        return running.wait(), late

    def _time_is_up(self) -> str:
        return (
            f"MaxRuntimeExceeded: the program was ended after the {self.launch.seconds:g} s that "
            "MaxRuntimeInSeconds allows; a StoppingCondition may allow more"
        )

    def _tell_metrics(self, *, whole: bool = False) -> None:
        # First the data points: who hears of a new value asks for them.
        with contextlib.suppress(OSError):
            self.metrics.publish(self.home.run / "metrics", time.time(), whole=whole)
        if self.metrics.last and self.metrics.last != self.told:
            self.told = dict(self.metrics.last)
            with contextlib.suppress(OSError):
                jsonfile.write(self.directory / "metrics.json", self.told, durable=False)
            self.status.ring()

    def _report_stamp(self) -> int:
        try:
            return (self.report / "report.json").lstat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _reason(self, reason: str, message: str) -> str:
        """With what the program left to say, or else the end of its log."""
        told = message or "\n".join(self.log.tail)
        if self.sandbox.level == "L0" and "/opt/ml" in told:
            reason = f"{reason}\n{_NO_SANDBOX}"
        return fitted(reason, told)

    def _message(self) -> str:
        if not self.launch.message:
            return ""
        try:
            file = self.sandbox.outside(self.launch.message)
            return jsonfile.plain_bytes(file, _MESSAGE).decode(errors="replace")
        except OSError:
            return ""


def main() -> None:
    directory, lock = Path(sys.argv[1]), int(sys.argv[2])
    os.set_inheritable(lock, False)
    job = json.loads((directory / "job.json").read_text())
    Supervisor(Home.from_environment(), directory, job).run()


if __name__ == "__main__":
    main()
