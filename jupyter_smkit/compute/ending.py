"""How a launch ends, and what is told of it."""

from __future__ import annotations

from dataclasses import dataclass

from jupyter_smkit.compute import program
from jupyter_smkit.compute.executor import Launch
from jupyter_smkit.compute.rank import Rank
from jupyter_smkit.compute.reason import fitted

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


@dataclass(frozen=True)
class Ending:
    outcome: str
    """Completed, Failed, Stopped, MaxRuntimeExceeded."""
    reason: str = ""
    code: int | None = None
    host: int = 0
    """The number of the host whose log and last words tell why."""


@dataclass
class Stop:
    """What was asked from outside."""

    patience: float
    """Seconds between SIGTERM and SIGKILL."""
    asked: bool = False


def failed(launch: Launch, number: int, code: int) -> Ending:
    """A program has failed, and with it the launch."""
    what = f"{program.why(code)}, exit code: {code}"
    if len(launch.hosts) > 1:
        what = f"{launch.hosts[number]} failed, and smkit ended the other hosts: {what}"
    return Ending("Failed", f"AlgorithmError: {what}", code, number)


def told(ending: Ending, rank: Rank, message: str) -> str:
    """The reason of a failure, with what the program left to say, or else the end of its log."""
    said = message or "\n".join(rank.log.tail)
    reason = ending.reason
    if rank.sandbox.level == "L0" and "/opt/ml" in said:
        reason = f"{reason}\n{_NO_SANDBOX}"
    return fitted(reason, said)


def time_is_up(launch: Launch) -> str:
    return (
        f"MaxRuntimeExceeded: the program was ended after the {launch.seconds:g} s that "
        "MaxRuntimeInSeconds allows; a StoppingCondition may allow more"
    )
