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
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_smkit.compute.executor import Input, Launch, Output
from jupyter_smkit.compute.logfile import LogFile
from jupyter_smkit.compute.logfile import path as log_path
from jupyter_smkit.compute.sandbox import Sandbox
from jupyter_smkit.config import Home

_REASON = 1024
"""Characters of a FailureReason, as SageMaker has it."""
_CONTINUOUS = 10.0
"""Seconds between uploads of an output with S3UploadMode Continuous."""


_JOB_PAUSE = 0.2
"""Seconds between looks at a job's report."""
_WORKER_PAUSE = 2.0
_NO_SANDBOX = (
    "On this machine programs have no /opt/ml of their own (level L0): read the paths from "
    "SM_MODEL_DIR, SM_CHANNEL_* or SAGEMAKER_BASE_DIR, or install bubblewrap (smkit doctor)"
)


class Ended(Exception):
    """The launch is over before its program ran: outcome and reason."""

    def __init__(self, outcome: str, reason: str = "") -> None:
        super().__init__(reason)
        self.outcome = outcome
        self.reason = reason


class Supervisor:
    def __init__(self, home: Home, directory: Path, launch: Launch, level: str) -> None:
        self.home = home
        self.directory = directory
        self.launch = launch
        self.status: dict[str, Any] = {"format": 1, "pid": os.getpid(), "level": level}
        self.report = directory / "report"
        workers = (home.run / "workers",) if launch.socket else ()
        self.sandbox = Sandbox(
            level,
            directory / "ml",
            directory / "tmp",
            writable=(self.report, *workers),
            readable=(
                home.path,
                home.environments,
                Path(__file__).parents[2],
                Path(sys.prefix),
            ),
            network=launch.network,
            hostname=launch.hostname,
        )
        file = log_path(home, launch.account, launch.region, launch.log_group, launch.log_stream)
        self.log = LogFile(file)
        self.stop_asked = 0.0
        self.patience = launch.grace

    def run(self) -> None:
        for sign in (signal.SIGTERM, signal.SIGUSR1):
            signal.signal(sign, self._on_signal)
        outcome, reason, code = "Failed", "", None
        try:
            self._note(phase="Starting")
            self._prepare()
            outcome, reason, code = self._program()
        except Ended as end:
            outcome, reason = end.outcome, end.reason
        except Exception as error:
            reason = f"{type(error).__name__}: {error}"
            if outcome == "Failed":
                self.log.say(f"smkit: {reason}")
        try:
            self._note(phase="Uploading")
            self._send(failed=outcome != "Completed")
        except Exception as error:
            outcome, reason = "Failed", f"Could not bring the results out: {error}"
            self.log.say(f"smkit: {reason}")
        self.log.close()
        self._note(
            phase="Done",
            outcome=outcome,
            exit_code=code,
            reason=self._reason(reason) if outcome == "Failed" else "",
            message=self._message(),
            ended=time.time(),
        )
        # The executor may forget the launch only once this process is gone; its data goes now.
        for used in (self.sandbox.base, self.sandbox.temporary):
            shutil.rmtree(used, ignore_errors=True)

    def _on_signal(self, number: int, frame: object) -> None:
        self.stop_asked = self.stop_asked or time.monotonic()
        if number == signal.SIGUSR1:
            self.patience = 0.0

    def _prepare(self) -> None:
        from jupyter_smkit.compute import environments, images

        shutil.rmtree(self.sandbox.base, ignore_errors=True)
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
            self.python = environments.ensure(self.home, image, self._wanted(), self.log.say)
        except environments.BuildFailed as error:
            raise Ended("Failed", str(error)) from None

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

        self._note(phase="Downloading")
        for given in self.launch.inputs:
            if self.stop_asked:
                raise Ended("Stopped")
            try:
                staging.bring(self.home, given, self.sandbox.outside(given.path))
            except (staging.StagingFailed, ApiError) as error:
                raise Ended("Failed", f"ClientError: {given.uri}: {error}") from None

    def _send(self, *, failed: bool, continuous: bool = False) -> None:
        for made in self.launch.outputs:
            if (failed and not made.on_failure) or (continuous and not made.continuous):
                continue
            from jupyter_smkit.compute import staging

            staging.send(self.home, made, self.sandbox.outside(made.path), self.directory)

    def _program(self) -> tuple[str, str, int | None]:
        if self.stop_asked:
            raise Ended("Stopped")
        argv = list(self.launch.argv)
        if argv[0] in ("python", "python3"):
            argv[0] = str(self.python)
        command = self.sandbox.command(argv)
        if self.launch.memory_mb:
            limit = self.launch.memory_mb * 1024 * 1024
            command = ["prlimit", f"--as={limit}", "--", *command]
        try:
            program = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                env=self._environment(),
                cwd=self.sandbox.base if self.sandbox.level == "L0" else None,
                preexec_fn=_die_with_parent if self.sandbox.level != "L1" else None,
            )
        except OSError as error:
            raise Ended(
                "Failed", f"AlgorithmError: {argv[0]} could not be started: {error}"
            ) from None
        self._note(phase="Running", started=time.time())
        code, cause = self._watch(program)
        if cause == "time":
            return "MaxRuntimeExceeded", "", code
        if self.stop_asked:
            return "Stopped", "", code
        if code == 0:
            return "Completed", "", 0
        return "Failed", f"AlgorithmError: {_why(code)}, exit code: {code}", code

    def _watch(self, program: subprocess.Popen[bytes]) -> tuple[int, str]:
        """Pumps the program's output until it ends; ends it when told to or when time is up."""
        assert program.stdout is not None
        output = program.stdout.fileno()
        began = uploaded = time.monotonic()
        asked_at, cause, open_ = 0.0, "", True
        continuous = any(made.continuous for made in self.launch.outputs)
        noted = 0
        pause = _WORKER_PAUSE if self.launch.socket else _JOB_PAUSE
        signalled = _signals()
        while open_ or program.poll() is None:
            listened = [signalled, output] if open_ else [signalled]
            ready, _, _ = select.select(listened, [], [], pause if open_ else 0.02)
            if signalled in ready:
                os.read(signalled, 64)
            if output in ready:
                chunk = os.read(output, 1 << 16)
                open_ = bool(chunk)
                self.log.feed(chunk)
            now = time.monotonic()
            if self.launch.seconds and now - began > self.launch.seconds and not asked_at:
                cause = "time"
            if (self.stop_asked or cause) and not asked_at:
                asked_at = now
                _ask_to_stop(program.pid, sandboxed=self.sandbox.level != "L0")
            if asked_at and now - asked_at > self.patience:
                _signal_group(program.pid, signal.SIGKILL)
            if continuous and now - uploaded > _CONTINUOUS:
                self._send(failed=False, continuous=True)
                uploaded = now
            stamp = self._report_stamp()
            if stamp != noted:
                noted = stamp
                self._ring()
            if not self.directory.exists():
                # The home was deleted: nobody is left to end this program or to want it.
                _signal_group(program.pid, signal.SIGKILL)
            if program.poll() is not None and output not in ready:
                break
        _signal_group(program.pid, signal.SIGKILL)
        program.stdout.close()
        return program.wait(), cause

    def _report_stamp(self) -> int:
        try:
            return (self.report / "report.json").stat().st_mtime_ns
        except FileNotFoundError:
            return 0

    def _environment(self) -> dict[str, str]:
        from jupyter_smkit.client.environment import client_environment
        from jupyter_smkit.compute.environments import runtime

        inherited = {
            name: value
            for name, value in os.environ.items()
            if name in ("PATH", "LANG", "LC_ALL", "TZ", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
            or name.startswith(("PIP_", "SSL_", "CUDA_", "NVIDIA_"))
        }
        search_path = {"PYTHONPATH": str(runtime(self.home))}
        url = self.home.base_url or ""
        own = client_environment(
            self.home, url, search_path, self.launch.account, self.launch.region
        )
        settled = {
            **inherited,
            **own,
            "PATH": f"{self.python.parent}{os.pathsep}{inherited.get('PATH', os.defpath)}",
            "HOME": "/tmp" if self.sandbox.level != "L0" else str(self.sandbox.temporary),
            "PYTHONUNBUFFERED": "1",
            "SMKIT_REPORT": str(self.report / "report.json"),
            "SAGEMAKER_BASE_DIR": self.sandbox.inside("/opt/ml"),
        }
        if self.launch.socket:
            settled["SMKIT_BIND"] = self.launch.socket
        given = dict(self.launch.environment)
        if self.sandbox.level == "L0":
            given = {k: v.replace("/opt/ml/", f"{self.sandbox.base}/") for k, v in given.items()}
        return {**settled, **given}

    def _reason(self, reason: str) -> str:
        told = self._message() or "\n".join(self.log.tail)
        if self.sandbox.level == "L0" and "/opt/ml" in told:
            reason = f"{reason}\n{_NO_SANDBOX}"
        return f"{reason}\n{told}".strip()[:_REASON]

    def _message(self) -> str:
        if not self.launch.message:
            return ""
        try:
            return self.sandbox.outside(self.launch.message).read_text(errors="replace")[:_REASON]
        except OSError:
            return ""

    def _note(self, **facts: Any) -> None:
        self.status.update(facts)
        temporary = self.directory / "status.new"
        with open(temporary, "w") as out:
            json.dump(self.status, out)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(self.directory / "status.json")
        self._ring()

    def _ring(self) -> None:
        from jupyter_smkit.state import wake

        wake.ring(self.home.run / "wake")


def _why(code: int) -> str:
    if code < 0:
        return f"the program was ended by {signal.Signals(-code).name}"
    if code == 137:
        return "the program was killed (SIGKILL), perhaps for the memory it used"
    return "the program failed"


def _signals() -> int:
    """A file that becomes readable at each signal, so that a wait for it ends at once."""
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return reader


def _ask_to_stop(leader: int, sandboxed: bool) -> None:
    """SIGTERM for the program. A sandbox's own process, which leads the group, is left out: it
    would end first and take the program with it before that could clean up."""
    members = _group(leader) - {leader} if sandboxed else set()
    if not members:
        _signal_group(leader, signal.SIGTERM)
    for pid in members:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)


def _group(leader: int) -> set[int]:
    """The processes of a group, from /proc (proc(5): the group is the third field after the name)."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = stat.read_text(errors="replace").rpartition(")")[2].split()
            if int(fields[2]) == leader:
                found.add(int(stat.parent.name))
    return found


def _signal_group(pid: int, sign: signal.Signals) -> None:
    try:
        os.killpg(pid, sign)
    except (ProcessLookupError, PermissionError):
        pass


def _die_with_parent() -> None:
    import ctypes

    # PR_SET_PDEATHSIG (prctl(2)), where there is one; bubblewrap does it by itself.
    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(1, signal.SIGKILL)


def load(job: dict[str, Any]) -> Launch:
    fields = {name: value for name, value in job.items() if name in Launch.__annotations__}
    fields["inputs"] = tuple(Input(**one) for one in job["inputs"])
    fields["outputs"] = tuple(Output(**one) for one in job["outputs"])
    return Launch(**fields)


def main() -> None:
    directory, lock = Path(sys.argv[1]), int(sys.argv[2])
    os.set_inheritable(lock, False)
    home = Home.from_environment()
    job = json.loads((directory / "job.json").read_text())
    Supervisor(home, directory, load(job), job["level"]).run()


if __name__ == "__main__":
    main()
