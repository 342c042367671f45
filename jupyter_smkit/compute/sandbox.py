"""Showing a program its own ``/opt/ml``: levels, probed once.

L0  environment variables only: a path under /opt/ml in the command is rewritten.
L1  bubblewrap: own /opt/ml and /tmp, the rest of the file system read-only.
L2  unshare: the same through a user and mount namespace, where bubblewrap is missing.

At L1 and L2 the program also has a process table of its own where the machine allows that: all
that it started ends with it. They emulate paths; they are no security boundary against hostile
code.
"""

from __future__ import annotations

import posixpath
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

BASE = "/opt/ml"


@dataclass(frozen=True)
class Sandbox:
    """Where a launch's files lie on this machine."""

    level: str
    base: Path
    """Stands for /opt/ml."""
    temporary: Path
    """Stands for /tmp."""
    writable: tuple[Path, ...] = ()
    """Further directories that the program may write to, at their own paths."""
    readable: tuple[Path, ...] = ()
    """What it must see although it lies below a hidden directory or /tmp, which it has its own
    of."""
    hidden: tuple[Path, ...] = ()
    """Files and directories that it cannot read, or finds empty. Not at level L0."""
    network: bool = True
    hostname: str = "algo-1"
    processes: bool = False
    """Whether it has a process table of its own (:func:`own_processes`)."""

    def outside(self, path: str) -> Path:
        """The file on this machine that ``/opt/ml/…`` in the sandbox is."""
        if not under(path):
            raise ValueError(f"{path} is not under {BASE}")
        return self.base / posixpath.relpath(path, BASE)

    def inside(self, path: str) -> str:
        """What the program must be told where ``path`` (/opt/ml/…) is meant."""
        return str(self.outside(path)) if self.level == "L0" else path

    def command(self, argv: Sequence[str]) -> list[str]:
        match self.level:
            case "L1":
                return [*self._bwrap(), "--", *argv]
            case "L2":
                return self._unshare(argv)
        return [word.replace(f"{BASE}/", f"{self.base}/") for word in argv]

    def _bwrap(self) -> list[str]:
        words = ["bwrap", "--ro-bind", "/", "/", "--dev-bind", "/dev", "/dev", "--proc", "/proc"]
        words += ["--die-with-parent", "--unshare-uts", "--hostname", self.hostname]
        words += ["--unshare-ipc", "--bind", str(self.temporary), "/tmp", "--tmpfs", "/opt"]
        for child in _beside_ml():
            words += ["--ro-bind", str(child), str(child)]
        words += ["--bind", str(self.base), BASE, "--chdir", BASE]
        for path, hides in self._layers(self.readable):
            words += ["--tmpfs", str(path)] if hides else ["--ro-bind", str(path), str(path)]
        for directory in self.writable:
            words += ["--bind", str(directory), str(directory)]
        for directory in self._hidden_directories():
            words += ["--remount-ro", str(directory)]
        for file in self._hidden_files():
            words += ["--ro-bind", "/dev/null", str(file)]
        if self.processes:
            words.append("--unshare-pid")
        if not self.network:
            words.append("--unshare-net")
        return words

    def _unshare(self, argv: Sequence[str]) -> list[str]:
        opt = self.base.with_name("opt")
        lines = ["set -e", f"mkdir -p {_q(opt / 'ml')}"]
        for child in _beside_ml():
            lines += [f"mkdir -p {_q(opt / child.name)}"]
            lines += [f"mount --rbind {_q(child)} {_q(opt / child.name)}"]
        # What is to be seen again is held in /opt while the directories above it are covered.
        layers = self._layers((*self.readable, *self.writable))
        for number, (path, hides) in enumerate(layers):
            lines += [] if hides else _bound(path, opt / f".{number}", path.is_dir())
        lines += [f"mount --bind {_q(self.base)} {_q(opt / 'ml')}", f"mount --rbind {_q(opt)} /opt"]
        lines += [f"mount --rbind {_q(self.temporary)} /tmp"]
        for number, (path, hides) in enumerate(layers):
            if hides:
                lines += [f"mkdir -p {_q(path)}", f"mount -t tmpfs tmpfs {_q(path)}"]
            else:
                lines += _bound(Path(f"/opt/.{number}"), path, path.is_dir())
                lines += [f"umount -l /opt/.{number}"]
        for directory in self._hidden_directories():
            lines += [f"mount -o remount,bind,ro {_q(directory)}"]
        lines += [f"mount --bind /dev/null {_q(file)}" for file in self._hidden_files()]
        # The first process of a table gets no signal that it has not asked for: the shell stays.
        lines += [f"cd {BASE}", *(['"$@"', "exit $?"] if self.processes else ['exec "$@"'])]
        words = ["unshare", "--user", "--map-root-user", "--mount", "--kill-child"]
        if self.processes:
            words += ["--pid", "--mount-proc"]
        if not self.network:
            words.append("--net")
        return [*words, "--fork", "sh", "-c", "\n".join(lines), "sh", *argv]

    def _hidden_directories(self) -> list[Path]:
        return [path.resolve() for path in self.hidden if path.is_dir()]

    def _hidden_files(self) -> list[Path]:
        return [path for path in self.hidden if not path.is_dir()]

    def _layers(self, shown: Sequence[Path]) -> list[tuple[Path, bool]]:
        """The hidden directories (True), and those of ``shown`` that they or /tmp would cover: in
        the order in which each lies in what is mounted before it."""
        hidden = self._hidden_directories()
        resolved = {path.resolve() for path in shown}
        covered = [
            path for path in resolved if any(map(path.is_relative_to, [Path("/tmp"), *hidden]))
        ]
        layers = [(path, True) for path in hidden] + [(path, False) for path in covered]
        return sorted(layers, key=lambda layer: layer[0].parts)


def under(path: str, base: str = BASE) -> bool:
    """Whether a path is ``base`` or lies below it, once its ``..`` are followed."""
    return posixpath.normpath(path) == base or posixpath.normpath(path).startswith(f"{base}/")


def _bound(path: Path, target: Path, directory: bool) -> list[str]:
    if directory:
        return [f"mkdir -p {_q(target)}", f"mount --rbind {_q(path)} {_q(target)}"]
    made = [f"mkdir -p {_q(target.parent)}", f": >> {_q(target)}"]
    return [*made, f"mount --bind {_q(path)} {_q(target)}"]


def _q(path: Path) -> str:
    return shlex.quote(str(path))


def _beside_ml() -> list[Path]:
    """What else lies in /opt on this machine; a program may need it (an interpreter, say)."""
    opt = Path("/opt")
    return [child for child in opt.iterdir() if child.name != "ml"] if opt.is_dir() else []


@cache
def probe(wanted: str = "auto") -> str:
    """The strongest level that works here; ``wanted`` is the setting ``sandbox``.

    Raises RuntimeError where the wanted one does not work.
    """
    levels = {"bwrap": "L1", "unshare": "L2"}
    if wanted == "none":
        return "L0"
    for tool, level in levels.items():
        if wanted in ("auto", tool) and shutil.which(tool) and _works(level):
            return level
    if wanted != "auto":
        raise RuntimeError(f'sandbox = "{wanted}" does not work on this machine; "smkit doctor"')
    return "L0"


@cache
def own_processes(level: str) -> bool:
    """Whether a program can have a process table of its own: some containers forbid it."""
    return level != "L0" and _works(level, processes=True)


def _works(level: str, processes: bool = False) -> bool:
    with tempfile.TemporaryDirectory(prefix="smkit-probe-") as made:
        base, temporary = Path(made, "ml"), Path(made, "tmp")
        base.mkdir()
        temporary.mkdir()
        box = Sandbox(level, base, temporary, processes=processes)
        command = box.command(["test", "-w", BASE])
        try:
            return subprocess.run(command, capture_output=True, timeout=20).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False
