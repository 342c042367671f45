"""The interface of what runs programs for controllers: this machine, later a cluster."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

ATTEMPTS = 3
"""How often a job is started whose supervisor was lost before it fails."""


def started_again(attempt: int) -> str:
    """What a job says that was lost; empty at its first start."""
    if attempt < 2:
        return ""
    return (
        f"Started again ({attempt} of {ATTEMPTS}): smkit's supervisor of the job was lost, as when "
        "the machine is switched off; the program runs from its beginning"
    )


@dataclass(frozen=True)
class Input:
    """Data brought into the sandbox before the program starts."""

    uri: str
    """``s3://bucket/prefix``, or ``file:///path`` for what smkit itself made on this machine."""
    path: str
    """Where it lies in the sandbox: ``/opt/ml/…``."""
    type: Literal["S3Prefix", "ManifestFile"] = "S3Prefix"
    extract: bool = False
    """A ``.tar.gz`` that is unpacked into ``path``; members that leave it are refused."""
    decompress: bool = False
    """Files whose names end in ``.gz`` are decompressed."""
    optional: bool = False
    """There may be nothing under ``uri``."""
    hosts: tuple[str, ...] = ()
    """Those that get it; empty: all."""
    sharded: bool = False
    """Each of these hosts gets every n-th object (ShardedByS3Key), not all of them."""


@dataclass(frozen=True)
class Output:
    """What the program leaves in ``path`` is brought to ``uri``."""

    uri: str
    path: str
    archive: bool = False
    """Packed into one ``.tar.gz``, with what all hosts left: ``uri`` is the archive's address."""
    continuous: bool = False
    """Also while the program runs, not only at its end."""
    on_failure: bool = True
    """Brought out even when the program failed or was stopped."""


@dataclass(frozen=True)
class Launch:
    """One program to run on one host or several, each a sandbox."""

    id: str
    """Unique in the home, usable as a directory's name."""
    argv: tuple[str, ...]
    """``python`` as its first word is the environment's interpreter."""
    image: str
    account: str
    region: str
    log_group: str
    log_stream: str
    """Of each host; ``{host}`` in it is the host's name."""
    environment: Mapping[str, str] = field(default_factory=dict)
    inputs: tuple[Input, ...] = ()
    outputs: tuple[Output, ...] = ()
    files: Mapping[str, str] = field(default_factory=dict)
    """Text files in the sandbox, by path."""
    host_files: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Further ones that only the host of that name has."""
    directories: tuple[str, ...] = ()
    """Empty ones to make."""
    requirements: tuple[str, ...] = ()
    """Further packages for the environment, as pip would take them."""
    requirement_files: tuple[str, ...] = ()
    """Paths in the sandbox of requirements.txt files; one that is not there asks for nothing."""
    seconds: float | None = None
    """The longest the program may run."""
    memory_mb: int | None = None
    network: bool = True
    hosts: tuple[str, ...] = ("algo-1",)
    """Their names, by which they reach each other. If one fails, all are ended."""
    grace: float = 120.0
    """Seconds between SIGTERM and SIGKILL."""
    socket: str = ""
    """A worker's unix socket (``SMKIT_BIND``); empty: a job."""
    message: str = ""
    """The file whose text tells the exit message or the failure: ``/opt/ml/output/message``."""
    metrics: tuple[tuple[str, str], ...] = ()
    """Names, and regular expressions whose first group finds their values in the log."""
    dimensions: Mapping[str, str] = field(default_factory=dict)
    """Of these metrics in CloudWatch, where ``log_group`` is their namespace."""


def launch_from(job: Mapping[str, Any]) -> Launch:
    """The launch whose members, as JSON has them, stand in ``job``."""
    fields = {name: value for name, value in job.items() if name in Launch.__annotations__}
    fields["inputs"] = tuple(
        Input(**{**one, "hosts": tuple(one.get("hosts", ()))}) for one in job["inputs"]
    )
    fields["outputs"] = tuple(Output(**one) for one in job["outputs"])
    # A worker that an older smkit has started names its one host otherwise.
    fields["hosts"] = tuple(job.get("hosts") or [job.get("hostname", "algo-1")])
    return Launch(**fields)


State = Literal["missing", "running", "done", "lost"]


@dataclass(frozen=True)
class Observation:
    """What became of a launch.

    ``missing``: nothing of it is here; ``lost``: its supervisor is gone without an end.
    """

    state: State
    phase: str = ""
    """Starting, Downloading, Running, Stopping, Uploading, Done."""
    phases: Sequence[tuple[str, float]] = ()
    """The phases passed so far, each with the Unix seconds of its beginning."""
    outcome: str = ""
    """When done: Completed, Failed, Stopped, MaxRuntimeExceeded."""
    exit_code: int | None = None
    reason: str = ""
    """Why it failed, with the end of its log, or how its time was up."""
    message: str = ""
    started: float | None = None
    """Unix seconds when the program itself started."""
    ended: float | None = None
    attempt: int = 1
    report: Mapping[str, Any] = field(default_factory=dict)
    """What the program last wrote to ``SMKIT_REPORT``."""
    metrics: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """The last value of each metric, and when it was printed, in Unix seconds."""
    level: str = ""
    """The sandbox it runs in: L0, L1 or L2."""
    version: str = ""
    """Of the image's library, where it is not the one that the image names."""


class Executor(Protocol):
    def launch(self, launch: Launch, attempt: int = 1) -> None:
        """Starts it; one that runs or ran already under this id is left alone."""

    def again(self, id: str) -> None:
        """Starts a launch that has ended or was lost as it was, one attempt further."""

    def poll(self, id: str) -> Observation: ...

    def stop(self, id: str) -> None:
        """Asks it to end; poll says when it has."""

    def forget(self, id: str) -> None:
        """Ends it at once if it runs, and removes what it left here."""

    def ended(self) -> Collection[str]:
        """Launches of this process whose supervisors have ended since this was last asked."""

    def lost(self) -> Collection[str]:
        """Those of earlier processes that ran when they were last polled and do so no more, told
        once; asked every few seconds, so it must be cheap."""

    def known(self, prefix: str) -> Collection[str]:
        """The launches whose ids begin so and of which something is left here."""

    def tidy(self, before: float) -> int:
        """Removes what is left of launches that ended before a time (Unix seconds) and that no
        record has asked for; answers how many."""
