"""Folders whose Python kernels talk to smkit from their start."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from tornado.web import HTTPError

MARKER = "smkit.toml"
"""A file that makes the folder it lies in a project, and the folders under it."""
_SETTINGS = "jupyter-smkit:core"


class Unreadable(Exception):
    """The user's list of projects cannot be read; the message says why."""


@dataclass(frozen=True)
class Projects:
    """The projects below the folder that a Jupyter server shows."""

    root: Path
    listed: Callable[[], Sequence[str]]
    """The user's list, folders as the file browser names them. Raises Unreadable."""

    def marker(self, folder: Path) -> PurePosixPath | None:
        """The file that makes a project of ``folder`` or of one that it lies in, as the file
        browser names it."""
        for each, name in self._up(folder):
            if (each / MARKER).is_file():
                return name / MARKER
        return None

    def holds(self, folder: Path) -> bool:
        """Raises Unreadable."""
        if self.marker(folder):
            return True
        listed = {PurePosixPath(name.lstrip("/")) for name in self.listed()}
        return any(name in listed for _, name in self._up(folder))

    def _up(self, folder: Path) -> Iterator[tuple[Path, PurePosixPath]]:
        """``folder`` and those it lies in, up to the root, with their names in the file browser."""
        # As they are called, and as they are where links have been followed.
        for here, root in (
            (Path(os.path.normpath(folder.absolute())), self.root.absolute()),
            (folder.resolve(), self.root.resolve()),
        ):
            for each in (here, *here.parents):
                if each.is_relative_to(root):
                    yield each, PurePosixPath(each.relative_to(root))


def projects_of(app: Any) -> Projects:
    """Those of a ServerApp, by its file browser's root and its JupyterLab's settings."""
    return Projects(Path(app.root_dir), lambda: _listed(app))


def _listed(app: Any) -> Sequence[str]:
    for lab in _labs(app):
        # JupyterLab is there, so this is; the server runs without either.
        from jupyterlab_server.settings_utils import get_settings

        try:
            found, warnings = get_settings(
                lab.app_settings_dir,
                lab.schemas_dir,
                lab.user_settings_dir,
                schema_name=_SETTINGS,
                labextensions_path=lab.extra_labextensions_path + lab.labextensions_path,
            )
        except HTTPError as error:
            if error.status_code == 404:  # The front end is not installed: nothing is listed.
                continue
            raise Unreadable(error.log_message) from error
        if any(warnings):
            raise Unreadable("; ".join(filter(None, warnings)))
        default = found["schema"]["properties"]["projects"]["default"]
        listed: list[str] = found["settings"].get("projects", default)
        return listed
    return ()


def _labs(app: Any) -> list[Any]:
    """The applications with JupyterLab's settings: JupyterLab itself, Notebook 7."""
    return [
        each
        for apps in app.extension_manager.extension_apps.values()
        for each in apps
        if getattr(each, "user_settings_dir", "")
    ]
