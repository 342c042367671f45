"""What ``smkit doctor`` looks at; each check starts nothing and changes nothing."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from jupyter_smkit.config import Home, Settings

_SCARCE = 2e9
"""Free bytes below which a job's environment may not fit."""
_NETWORKED = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "lustre", "gpfs", "beegfs", "ceph", "glusterfs",
     "fuse.sshfs", "fuse.glusterfs", "afs", "9p"}
)  # fmt: skip
"""File systems whose locks SQLite's write-ahead log cannot rely on."""


@dataclass(frozen=True)
class Finding:
    what: str
    level: Literal["ok", "warning", "error"]
    says: str
    mend: str = ""
    """The command or the setting that mends it."""


def python(home: Home) -> Finding:
    version = ".".join(map(str, sys.version_info[:3]))
    if sys.platform == "darwin":
        return Finding("python", "warning", f"{version} on macOS: jobs run without a sandbox")
    if sys.platform != "linux":
        return Finding("python", "error", f"{version} on {sys.platform}", "use WSL2 on Windows")
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        says = f"{version}; PYTHONDONTWRITEBYTECODE makes every start slower"
        return Finding("python", "warning", says, "unset PYTHONDONTWRITEBYTECODE")
    return Finding("python", "ok", f"{version} ({sys.executable})")


def uv(home: Home) -> Finding:
    if find_spec("uv") or shutil.which("uv"):
        return Finding("uv", "ok", "builds the environments of jobs")
    says = "missing: jobs can only use this interpreter's packages"
    return Finding("uv", "warning", says, f"{sys.executable} -m pip install uv")


def home(home: Home) -> Finding:
    at = _existing(home.path)
    if not at.is_dir():
        return Finding("home", "error", f"{at} is not a directory", "set SMKIT_HOME elsewhere")
    if not os.access(at, os.W_OK):
        return Finding("home", "error", f"{at} cannot be written", "set SMKIT_HOME elsewhere")
    if home.path.exists() and home.path.stat().st_mode & 0o077:
        says = f"{home.path} is open to other users"
        return Finding("home", "warning", says, f"chmod 700 {home.path}")
    return Finding("home", "ok", str(home.path))


def file_system(home: Home) -> Finding:
    kind = file_system_of(_existing(home.path))
    if kind not in _NETWORKED:
        return Finding("file system", "ok", kind or "unknown")
    if home.settings.state_url:
        says = f"{kind}: the state is in PostgreSQL, but the objects' index is in SQLite"
    else:
        says = f"{kind} is a network file system: SQLite's locks do not hold there"
    mend = "set SMKIT_HOME to a local disk (SMKIT_STATE_URL=postgresql://… shares the state)"
    return Finding("file system", "error", says, mend)


def file_system_of(path: Path, mounts: Path = Path("/proc/mounts")) -> str:
    """The type of the file system that holds a path; empty where the kernel does not say."""
    if not mounts.exists():
        return ""
    best, found = "", ""
    for line in mounts.read_text().splitlines():
        at, kind = line.split()[1:3]
        at = at.replace("\\040", " ")
        if len(at) >= len(best) and path.is_relative_to(at):
            best, found = at, kind
    return found


def disk(home: Home) -> Finding:
    free = shutil.disk_usage(_existing(home.path)).free
    says = f"{free / 1e9:.1f} GB free"
    if free < _SCARCE:
        return Finding("disk", "warning", says, "smkit gc --days 7")
    return Finding("disk", "ok", says)


def settings(home: Home) -> Finding:
    try:
        Settings.load(home.path / "config.toml")
    except ValueError as error:
        return Finding("settings", "error", str(error), f"edit {home.path / 'config.toml'}")
    return Finding("settings", "ok", f"{home.settings.region}, account {home.settings.account}")


def clock(home: Home) -> Finding:
    """Signatures are good for 15 minutes: what matters is that the clock does not run wild."""
    newest = max(
        (path.stat().st_mtime for path in (home.state, home.port_file) if path.exists()), default=0
    )
    if newest > time.time() + 60:
        says = "the state was written in the future: the clock went backwards"
        return Finding("clock", "warning", says, "sudo timedatectl set-ntp true")
    return Finding("clock", "ok", time.strftime("%Y-%m-%d %H:%M:%S %Z"))


def state(home: Home) -> Finding:
    if not home.settings.state_url:
        return Finding("state", "ok", "SQLite in the home")
    from jupyter_smkit.state.engine import StateUnreachable, reach

    try:
        reach(home)
    except StateUnreachable as error:
        mend = f"start the server, or correct state_url in {home.path / 'config.toml'}"
        return Finding("state", "error", str(error), mend)
    return Finding("state", "ok", "PostgreSQL answers")


def port(home: Home) -> Finding:
    from jupyter_smkit.gateway.listeners import who
    from jupyter_smkit.gateway.port import HOST, kept_port

    number = kept_port(home)
    if not number:
        return Finding("port", "ok", "one is chosen at the first start, and kept")
    with socket.socket() as probe:
        probe.settimeout(1)
        taken = probe.connect_ex((HOST, number)) == 0
    if taken and not _running(home)["edge"]:
        says = f"{number} is taken by {who(number) or 'another program'}"
        mend = f'stop it, or write "port = N" into {home.path / "config.toml"}; then smkit serve'
        return Finding("port", "error", says, mend)
    return Finding("port", "ok", f"http://{HOST}:{number}")


def processes(home: Home) -> Finding:
    pids = _running(home)
    missing = [role for role, pid in pids.items() if not pid]
    for file in home.locks.glob("*.failed"):
        if file.stem not in pids:
            mend = f"its log is {home.run / file.stem}.log"
            return Finding("processes", "warning", f"{file.stem}: {file.read_text()}", mend)
    if not missing:
        return Finding("processes", "ok", ", ".join(f"{role} {pid}" for role, pid in pids.items()))
    if len(missing) == len(pids):
        return Finding("processes", "ok", "not running; any client starts them", "smkit serve")
    says = f"not running: {', '.join(missing)}"
    return Finding("processes", "warning", says, f"smkit serve; logs are in {home.run}")


def sandbox(home: Home) -> Finding:
    from jupyter_smkit.compute.sandbox import overlays, probe

    try:
        level = probe(home.settings.sandbox)
    except RuntimeError as error:
        return Finding("sandbox", "error", str(error), 'set sandbox = "auto" in config.toml')
    if level != "L0":
        says = f"{level}: jobs see /opt/ml of their own"
        if changed := overlays(level):
            says = f"{says}; what they change in {', '.join(changed)} vanishes with them"
        else:
            says = f"{says}; elsewhere they cannot write, as this machine has no overlays for users"
        return Finding("sandbox", "ok", says)
    says = "L0: jobs run without /opt/ml of their own; programs must use the SM_* variables"
    if os.environ.get("SMKIT_SANDBOX") == "none":
        says = f"{says} (SMKIT_SANDBOX=none says so)"
        return Finding("sandbox", "warning", says, "unset SMKIT_SANDBOX")
    if home.settings.sandbox == "none":
        mend = f'set sandbox = "auto" in {home.path / "config.toml"}'
        return Finding("sandbox", "warning", f"{says} (config.toml says so)", mend)
    if not shutil.which("bwrap"):
        return Finding("sandbox", "warning", says, "sudo apt-get install bubblewrap")
    if _user_namespaces_restricted():
        mend = "sudo sysctl kernel.unprivileged_userns_clone=1 user.max_user_namespaces=15000"
        return Finding("sandbox", "warning", f"{says} (user namespaces are switched off)", mend)
    return Finding("sandbox", "warning", f"{says} (bwrap is here, but fails)", "bwrap --version")


def server_extension(home: Home) -> Finding:
    listed = _listed("jupyter_server.extension.serverextension")
    if listed is None:
        return _no_lab("server extension")
    if "jupyter_smkit" in listed and "enabled" in _line_with("jupyter_smkit", listed):
        return Finding("server extension", "ok", "enabled")
    mend = "jupyter server extension enable jupyter_smkit"
    return Finding("server extension", "error", "not enabled", mend)


def lab_extension(home: Home) -> Finding:
    listed = _listed("jupyterlab.labextensions")
    if listed is None:
        return _no_lab("lab extension")
    line = _line_with("jupyter-smkit", listed)
    if "enabled" in line and "OK" in line:
        return Finding("lab extension", "ok", "enabled")
    if "disabled" in line:
        mend = "jupyter labextension enable jupyter-smkit"
        return Finding("lab extension", "error", "disabled", mend)
    mend = f"{sys.executable} -m pip install --force-reinstall jupyter-smkit"
    return Finding("lab extension", "error", "not installed", mend)


def clients(home: Home) -> Finding:
    elsewhere = os.environ.get("AWS_ENDPOINT_URL", "")
    if elsewhere and elsewhere != home.base_url:
        says = f"AWS_ENDPOINT_URL points elsewhere: {elsewhere}"
        return Finding("clients", "warning", says, 'eval "$(smkit env)"')
    if elsewhere:
        return Finding("clients", "ok", "this shell's AWS clients talk to smkit")
    return Finding("clients", "ok", "this shell talks to AWS", 'eval "$(smkit env)" for smkit')


def _running(home: Home) -> dict[str, int | None]:
    from jupyter_smkit.control import processes

    return processes.pids(home)


def _existing(path: Path) -> Path:
    """The path, or its nearest parent that is there."""
    return next(parent for parent in (path, *path.parents) if parent.exists()).resolve()


def _user_namespaces_restricted() -> bool:
    for name, blocking in (
        ("kernel/unprivileged_userns_clone", "0"),
        ("user/max_user_namespaces", "0"),
        ("kernel/apparmor_restrict_unprivileged_userns", "1"),
    ):
        knob = Path("/proc/sys") / name
        if knob.exists() and knob.read_text().strip() == blocking:
            return True
    return False


def _listed(module: str) -> str | None:
    """The extensions that Jupyter lists; None where JupyterLab is not installed beside smkit."""
    if find_spec("jupyterlab") is None:
        return None
    command = [sys.executable, "-m", module, "list"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    return done.stdout + done.stderr


def _line_with(word: str, text: str) -> str:
    return next((line for line in text.splitlines() if word in line), "")


def _no_lab(what: str) -> Finding:
    mend = f"{sys.executable} -m pip install 'jupyter-smkit[lab]'"
    return Finding(what, "warning", "JupyterLab is not installed here", mend)
