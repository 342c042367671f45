"""Showing a program its own ``/opt/ml``: levels, probed once.

L0  environment variables only: a path under /opt/ml in the command is rewritten.
L1  bubblewrap: own /opt/ml and /tmp, the rest of the file system read-only.
L2  unshare: the same through a user and mount namespace, where bubblewrap is missing.

L1 and L2 emulate paths; they are no security boundary against hostile code.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
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
    """Directories that it must see although they lie below /tmp, which it has its own of."""
    hidden: tuple[Path, ...] = ()
    """Files that it cannot read, or finds empty. Not at level L0."""
    network: bool = True
    hostname: str = "algo-1"

    def outside(self, path: str) -> Path:
        """The file on this machine that ``/opt/ml/…`` in the sandbox is."""
        if path != BASE and not path.startswith(f"{BASE}/"):
            raise ValueError(f"{path} is not under {BASE}")
        return self.base / path.removeprefix(BASE).lstrip("/")

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
        words += ["--unshare-ipc", "--bind", str(self.temporary), "/tmp"]
        for directory in self._below_tmp():
            words += ["--ro-bind", str(directory), str(directory)]
        words += ["--tmpfs", "/opt"]
        for child in _beside_ml():
            words += ["--ro-bind", str(child), str(child)]
        words += ["--bind", str(self.base), BASE, "--chdir", BASE]
        for directory in self.writable:
            words += ["--bind", str(directory), str(directory)]
        for file in self.hidden:
            words += ["--ro-bind", "/dev/null", str(file)]
        if not self.network:
            words.append("--unshare-net")
        return words

    def _unshare(self, argv: Sequence[str]) -> list[str]:
        opt = self.base.with_name("opt")
        lines = ["set -e", f"mkdir -p {_q(opt / 'ml')}"]
        for child in _beside_ml():
            lines += [f"mkdir -p {_q(opt / child.name)}"]
            lines += [f"mount --rbind {_q(child)} {_q(opt / child.name)}"]
        lines += [f"mount --bind {_q(self.base)} {_q(opt / 'ml')}", f"mount --rbind {_q(opt)} /opt"]
        keep = [*self._below_tmp(), *(one for one in self.writable if _in_tmp(one))]
        for number, directory in enumerate(keep):
            held = self.base.with_name("held") / str(number)
            lines += [f"mkdir -p {_q(held)}", f"mount --rbind {_q(directory)} {_q(held)}"]
            target = self.temporary / directory.relative_to("/tmp")
            lines += [f"mkdir -p {_q(target)}", f"mount --rbind {_q(held)} {_q(target)}"]
        lines += [f"mount --rbind {_q(self.temporary)} /tmp"]
        lines += [f"mount --bind /dev/null {_q(file)}" for file in self.hidden]
        lines += [f"cd {BASE}", 'exec "$@"']
        words = ["unshare", "--user", "--map-root-user", "--mount", "--kill-child"]
        if not self.network:
            words.append("--net")
        return [*words, "--fork", "sh", "-c", "\n".join(lines), "sh", *argv]

    def _below_tmp(self) -> list[Path]:
        resolved = [directory.resolve() for directory in self.readable]
        return [directory for directory in resolved if _in_tmp(directory)]


def _in_tmp(path: Path) -> bool:
    return path.is_relative_to("/tmp")


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


def _works(level: str) -> bool:
    base = Path(os.environ.get("TMPDIR", "/tmp")) / f"smkit-probe-{os.getpid()}"
    (base / "ml").mkdir(parents=True, exist_ok=True)
    (base / "tmp").mkdir(exist_ok=True)
    try:
        command = Sandbox(level, base / "ml", base / "tmp").command(["test", "-w", BASE])
        return subprocess.run(command, capture_output=True, timeout=20).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False
    finally:
        shutil.rmtree(base, ignore_errors=True)
