"""Showing a program its own ``/opt/ml``: levels, probed once.

L0  environment variables only: a path under /opt/ml in the command is rewritten.
L1  bubblewrap: own /opt/ml and /tmp, the rest of the file system read-only.
L2  unshare: the same through a user and mount namespace, where bubblewrap is missing.

At L1 and L2 the program may change directories of the machine for itself where that allows
overlays (:mod:`~jupyter_smkit.compute.overlay`), and has a process table of its own where the
machine allows that: all that it started ends with it. They emulate paths; they are no security
boundary against hostile code.
"""

from __future__ import annotations

import os
import posixpath
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jupyter_smkit.compute import overlay

BASE = "/opt/ml"
NAMES = Path("/etc/hosts")
_OWN = ("/dev", "/opt", "/proc", "/tmp")
"""Of these every program has others than the machine's."""


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
    names: Path | None = None
    """Stands for /etc/hosts. Not at level L0, nor where the machine has none."""
    processes: bool = False
    """Whether it has a process table of its own (:func:`own_processes`)."""
    overlaid: tuple[str, ...] = ()
    """Directories that it may write to, and that are as before afterwards (:func:`overlays`)."""

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
                return self._above([*self._bwrap(), "--", *argv])
            case "L2":
                return self._unshare(argv)
        return [word.replace(f"{BASE}/", f"{self.base}/") for word in argv]

    def _bwrap(self) -> list[str]:
        words = ["bwrap", *self._root(), "--dev-bind", "/dev", "/dev", "--proc", "/proc"]
        words += ["--die-with-parent", "--unshare-uts", "--hostname", self.hostname]
        words += ["--unshare-ipc", "--bind", str(self.temporary), "/tmp", "--tmpfs", "/opt"]
        for child in _beside_ml():
            words += ["--ro-bind", str(child), str(child)]
        words += ["--bind", str(self.base), BASE, "--chdir", BASE]
        if self.names and NAMES.is_file():
            words += ["--bind", str(self.names), str(NAMES)]
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

    def _root(self) -> list[str]:
        """The machine's directories; where some are overlaid, in a root that is the program's."""
        if not self.overlaid:
            return ["--ro-bind", "/", "/"]
        words: list[str] = []
        for child in sorted(Path("/").iterdir()):
            path = str(child)
            if path in self.overlaid:
                words += ["--bind", f"{self._top()}{path}", path]
            elif child.is_symlink():
                words += ["--symlink", str(child.readlink()), path]
            elif path not in _OWN:
                words += ["--ro-bind", path, path]
        # Who is root out there is the user again inside.
        ids = ["--uid", str(os.getuid()), "--gid", str(os.getgid())]
        return [*words, *(["--unshare-user", *ids] if os.geteuid() else ())]

    def _above(self, command: list[str]) -> list[str]:
        """The command in a mount namespace in which the overlays are made before."""
        if not self.overlaid:
            return command
        user = os.geteuid() != 0
        made = overlay.lines(self._top(), self.overlaid, user=user)
        script = "\n".join(["set -e", *made, 'exec "$@"'])
        mapped = ["--user", "--map-root-user"] if user else []
        return ["unshare", *mapped, "--mount", "sh", "-c", script, "sh", *command]

    def _top(self) -> Path:
        return self.base.with_name("top")

    def _unshare(self, argv: Sequence[str]) -> list[str]:
        opt = self.base.with_name("opt")
        lines = ["set -e", f"mkdir -p {_q(opt / 'ml')}"]
        if self.overlaid:
            lines += overlay.lines(opt / ".top", self.overlaid, user=True)
        for child in _beside_ml():
            lines += [f"mkdir -p {_q(opt / child.name)}"]
            lines += [f"mount --rbind {_q(child)} {_q(opt / child.name)}"]
        # What is to be seen again is held in /opt while the directories above it are covered.
        layers = self._layers(self.readable, self.writable)
        named = self.names if self.names and NAMES.is_file() else None
        lines += _bound(named, opt / ".names", False) if named else []
        for number, (path, hides) in enumerate(layers):
            lines += [] if hides else _bound(path, opt / f".{number}", path.is_dir())
        lines += [f"mount --bind {_q(self.base)} {_q(opt / 'ml')}", f"mount --rbind {_q(opt)} /opt"]
        lines += [f"mount --rbind {_q(self.temporary)} /tmp"]
        lines += [f"mount --bind /opt/.top{path} {path}" for path in self.overlaid]
        lines += ["cd /", "umount -l /opt/.top"] if self.overlaid else []
        if named:
            lines += [f"mount --bind /opt/.names {_q(NAMES)}", "umount -l /opt/.names"]
        lines += [f"hostname {shlex.quote(self.hostname)} || :"]
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
        words = ["unshare", "--user", "--map-root-user", "--mount", "--uts", "--kill-child"]
        if self.processes:
            words += ["--pid", "--mount-proc"]
        if not self.network:
            words.append("--net")
        return [*words, "--fork", "sh", "-c", "\n".join(lines), "sh", *argv]

    def _hidden_directories(self) -> list[Path]:
        return [path.resolve() for path in self.hidden if path.is_dir()]

    def _hidden_files(self) -> list[Path]:
        return [path for path in self.hidden if not path.is_dir()]

    def _layers(
        self, readable: Sequence[Path], writable: Sequence[Path] = ()
    ) -> list[tuple[Path, bool]]:
        """The hidden directories (True), and those to be seen that they or /tmp would cover, or an
        overlay whose changes are not to vanish: in the order in which each lies in what is mounted
        before it."""
        hidden = self._hidden_directories()
        covering = [Path("/tmp"), *hidden]
        overlaid = [*covering, *map(Path, self.overlaid)]
        covered = {path for path in _resolved(readable) if any(map(path.is_relative_to, covering))}
        covered |= {path for path in _resolved(writable) if any(map(path.is_relative_to, overlaid))}
        layers = [(path, True) for path in hidden] + [(path, False) for path in covered]
        return sorted(layers, key=lambda layer: layer[0].parts)


def under(path: str, base: str = BASE) -> bool:
    """Whether a path is ``base`` or lies below it, once its ``..`` are followed."""
    return posixpath.normpath(path) == base or posixpath.normpath(path).startswith(f"{base}/")


def _resolved(paths: Sequence[Path]) -> set[Path]:
    return {path.resolve() for path in paths}


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


@cache
def overlays(level: str) -> tuple[str, ...]:
    """The directories over which a program can have something of its own; none where the machine
    does not allow it."""
    tops = overlay.candidates() if level != "L0" else ()
    if not tops or _works(level, overlaid=tops):
        return tops
    return tuple(top for top in tops if _works(level, overlaid=(top,)))


def _works(level: str, processes: bool = False, overlaid: tuple[str, ...] = ()) -> bool:
    with tempfile.TemporaryDirectory(prefix="smkit-probe-") as made:
        base, temporary = Path(made, "ml"), Path(made, "tmp")
        base.mkdir()
        temporary.mkdir()
        box = Sandbox(level, base, temporary, processes=processes, overlaid=overlaid)
        write = 'for each in "$@"; do : > "$each/.smkit" || exit 1; done'
        command = box.command(["sh", "-c", write, "sh", BASE, *overlaid])
        try:
            return subprocess.run(command, capture_output=True, timeout=20).returncode == 0
        except (OSError, subprocess.TimeoutExpired):
            return False
