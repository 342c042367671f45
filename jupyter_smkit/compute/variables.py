"""The environment variables of a launched program."""

from __future__ import annotations

import os
from pathlib import Path

from jupyter_smkit.compute.executor import Launch
from jupyter_smkit.compute.sandbox import BASE, Sandbox
from jupyter_smkit.compute.site import Site

_INHERITED = (
    *("PATH", "LANG", "LC_ALL", "TZ", "OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"),
    *("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"),
    *("http_proxy", "https_proxy", "all_proxy", "no_proxy"),
)
_INHERITED_PREFIXES = ("PIP_", "SSL_", "CUDA_", "NVIDIA_")


def variables(
    site: Site, launch: Launch, sandbox: Sandbox, commands: list[Path], report: Path
) -> dict[str, str]:
    """``commands``: the directories that come first on ``PATH``."""
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name in _INHERITED or name.startswith(_INHERITED_PREFIXES)
    }
    given = dict(launch.environment)
    if sandbox.level == "L0":
        given = {k: v.replace(f"{BASE}/", f"{sandbox.base}/") for k, v in given.items()}
    # The client hook is found by PYTHONPATH: a job may add to it, not take it away.
    paths = [str(site.runtime), *filter(None, [given.pop("PYTHONPATH", "")])]
    about = {**inherited, "PYTHONPATH": os.pathsep.join(paths)}
    own = site.client_variables(about, launch.account, launch.region)
    settled = {
        **inherited,
        **own,
        "PATH": os.pathsep.join([*map(str, commands), inherited.get("PATH", os.defpath)]),
        "HOME": "/tmp" if sandbox.level != "L0" else str(sandbox.temporary),
        "PYTHONUNBUFFERED": "1",
        "SMKIT_REPORT": str(report),
        "SAGEMAKER_BASE_DIR": sandbox.inside(BASE),
    }
    if launch.socket:
        settled["SMKIT_BIND"] = launch.socket
    return {**settled, **given}
