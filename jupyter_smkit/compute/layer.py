"""A virtual environment of a job's own, laid over the one it runs in.

Programs in it find all that the one below has; what they install goes into the layer, before what
is below, and is gone with the job.
"""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

from jupyter_smkit.compute.environments import site_packages
from jupyter_smkit.compute.stand_ins import STAND_INS

_PIP = '#!/bin/sh\nexec "$(dirname "$0")/python" -m pip "$@"\n'


def lay(directory: Path, python: Path) -> Path:
    """Makes a layer over the environment of the interpreter ``python``; answers its own."""
    base = Path(os.path.realpath(python))
    commands = directory / "bin"
    packages = directory / "lib" / f"python3.{sys.version_info.minor}" / "site-packages"
    for made in (commands, packages):
        made.mkdir(parents=True, exist_ok=True)
    configuration = f"home = {base.parent}\ninclude-system-site-packages = false\n"
    (directory / "pyvenv.cfg").write_text(configuration)
    (commands / "python").symlink_to(base)
    for name in ("python3", f"python3.{sys.version_info.minor}"):
        (commands / name).symlink_to("python")
    for name in ("pip", "pip3"):
        (commands / name).write_text(_PIP)
        (commands / name).chmod(0o755)
    # smkit's own pip comes last, for environments that have none.
    last = directory / "pip"
    last.mkdir(exist_ok=True)
    if found := importlib.util.find_spec("pip"):
        (last / "pip").symlink_to(Path(str(found.origin)).parent)
    below = [*map(str, site_packages(python)), str(last), str(STAND_INS)]
    line = f"import site; list(map(site.addsitedir, {below!a}))\n"
    (packages / "below.pth").write_text(line)
    if chosen := _pip_configuration():
        (directory / "pip.conf").symlink_to(chosen)
    return commands / "python"


def _pip_configuration() -> Path | None:
    """The user's own: a job has another home directory, and pip looks beside the interpreter."""
    user = Path(os.environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
    choices = (
        Path(sys.prefix) / "pip.conf",
        user / "pip" / "pip.conf",
        Path.home() / ".pip" / "pip.conf",
    )
    return next((file for file in choices if file.is_file()), None)
