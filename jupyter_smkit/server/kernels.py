"""Kernels of a project start on smkit's side: by the environment that they are born with."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from jupyter_client.provisioning.factory import KernelProvisionerFactory
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from jupyter_server.serverapp import ServerApp

from jupyter_smkit.client.environment import born, client_environment, refusing_environment
from jupyter_smkit.config import Home
from jupyter_smkit.server.backend import Backend
from jupyter_smkit.server.projects import Projects, Unreadable

NAME = "smkit-provisioner"
"""Of the entry point, in the group ``jupyter_client.kernel_provisioners``."""
_DEFAULT = "local-provisioner"


def provide(app: ServerApp) -> None:
    """Lets ``ProjectProvisioner`` start the kernels that jupyter_client's own would have started."""
    factory = KernelProvisionerFactory.instance(parent=app)
    if NAME not in factory.get_provisioner_entries():
        raise RuntimeError(f"{NAME} is not registered: install jupyter-smkit again")
    if factory.default_provisioner_name == _DEFAULT:
        factory.default_provisioner_name = NAME


class ProjectProvisioner(LocalProvisioner):
    """Starts kernels as jupyter_client does, and a project's Python kernels on smkit's side."""

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        app = self._app()
        if app is None or not (self.kernel_spec.language or "").lower().startswith("python"):
            return prepared
        backend: Backend = app.web_app.settings["smkit_backend"]
        projects: Projects = app.web_app.settings["smkit_projects"]
        folder = Path(prepared.get("cwd") or Path.cwd())
        values = await asyncio.to_thread(_values, projects, folder, backend.home, prepared["env"])
        if values is None:
            return prepared
        backend.begin()
        prepared["env"] = born(values, prepared["env"])
        if any("ipykernel" in word for word in prepared["cmd"]):
            prepared["cmd"] = [*prepared["cmd"], "--ext=smkit_kernel"]
        return prepared

    def _app(self) -> ServerApp | None:
        """The server whose kernel this is; other programs start kernels as they always did."""
        above = self.parent
        while above is not None and not isinstance(above, ServerApp):
            above = above.parent
        return above if above is not None and "smkit_backend" in above.web_app.settings else None


def _values(
    projects: Projects, folder: Path, home: Home, environ: Mapping[str, str]
) -> dict[str, str] | None:
    """What to set in a kernel of ``folder``; None: it is to be left alone."""
    try:
        if not projects.holds(folder):
            return None
    except (Unreadable, OSError) as error:
        reason = f"it is not known whether {folder} is one of your projects: {error}"
        return refusing_environment(reason, environ)
    try:
        # Imported here, as the port is chosen but once in a home's life.
        address = home.base_url or import_module("jupyter_smkit.gateway.port").address(home)
        return client_environment(home, address, environ)
    except (Exception, SystemExit) as error:
        return refusing_environment(f"{type(error).__name__}: {error}", environ)
