"""A running program and all that belongs to it: its signals and its end."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Callable, Collection
from pathlib import Path

_Wanted = Callable[[list[str]], bool]


def wake_on_signals() -> int:
    """A file that becomes readable at each signal, and when a child ends, so that a wait for it
    ends at once."""
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    return reader


def ask_to_stop(leader: int, sandboxed: bool, told: Collection[int] = ()) -> set[int]:
    """SIGTERM for the program; those that have got it, ``told`` among them, who get none. A
    sandbox's own process, which leads the group, is left out: it would end first and take the
    program with it before that could clean up."""
    members = _group(leader) - {leader} if sandboxed else set()
    if not members and not told:
        signal_group(leader, signal.SIGTERM)
    for pid in members - {*told}:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
    return {leader, *members, *told}


def signal_group(leader: int, sign: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, sign)


def die_with_parent() -> None:
    """For ``preexec_fn``; bubblewrap does it by itself."""
    _prctl(1, signal.SIGKILL)  # PR_SET_PDEATHSIG


def adopt_orphans() -> None:
    """Makes this process the parent of what its programs leave behind (Linux)."""
    _prctl(36, 1)  # PR_SET_CHILD_SUBREAPER


def end_orphans() -> None:
    """Kills this process's children, and theirs, which become its own by that."""
    while children := _where(lambda fields: int(fields[1]) == os.getpid()):
        for pid in children:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(pid, 0)


def why(code: int) -> str:
    """What an exit status says; 128 + n is how a shell or a sandbox tells of signal n."""
    number = -code if code < 0 else code - 128
    try:
        name = signal.Signals(number).name
    except ValueError:
        return "the program failed"
    hint = ", perhaps for the memory it used" if name == "SIGKILL" else ""
    return f"the program was ended by {name}{hint}"


def _group(leader: int) -> set[int]:
    return _where(lambda fields: int(fields[2]) == leader)


def _where(wanted: _Wanted) -> set[int]:
    """The processes with such fields of /proc/<pid>/stat, counted from the one after the name:
    state, parent, group (proc(5))."""
    found = set()
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            if wanted(stat.read_text(errors="replace").rpartition(")")[2].split()):
                found.add(int(stat.parent.name))
    return found


def _prctl(option: int, value: int) -> None:
    import ctypes

    prctl = getattr(ctypes.CDLL(None), "prctl", None)
    if prctl is not None:
        prctl(option, value, 0, 0, 0)
