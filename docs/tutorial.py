"""A hook of MkDocs: executes the quickstart notebook and gives it to the site as the tutorial.

The notebook runs as a reader would run it: in a copy of the sample project, against an smkit with
an empty home. ``DOCS_EXECUTE=0`` shows it without outputs, for quick looks at other pages.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from unittest.mock import patch

import nbformat
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.plugins import event_priority
from mkdocs.structure.files import File, Files
from nbclient import NotebookClient

from jupyter_smkit import serve
from jupyter_smkit.compute.local import LocalExecutor
from jupyter_smkit.config import Home

QUICKSTART = Path(__file__).parents[1] / "examples" / "quickstart"
PAGE = "tutorial.ipynb"
_SECONDS = 1200
"""The longest a cell may run: the first AutoML job builds its environment."""
_scratch = tempfile.TemporaryDirectory(prefix="smkit-docs-")


@event_priority(100)  # before mkdocs-jupyter looks at the files
def on_files(files: Files, config: MkDocsConfig) -> Files:
    place = str(tutorial().parent)
    files.append(File(PAGE, place, config.site_dir, config.use_directory_urls))
    return files


def on_shutdown() -> None:
    _scratch.cleanup()


@cache
def tutorial() -> Path:
    """The notebook's file; executed once in a process, also while ``mkdocs serve`` builds again."""
    project = Path(shutil.copytree(QUICKSTART, Path(_scratch.name) / "quickstart"))
    notebook = nbformat.read(project / "quickstart.ipynb", as_version=4)
    if os.environ.get("DOCS_EXECUTE", "1") != "0":
        with smkit(Path(_scratch.name) / "home"):
            place = {"metadata": {"path": str(project)}}
            NotebookClient(notebook, timeout=_SECONDS, resources=place).execute()
        without_widgets(notebook)
    page = Path(_scratch.name) / PAGE
    nbformat.write(notebook, page)
    return page


@contextmanager
def smkit(path: Path) -> Iterator[None]:
    """An smkit of its own; the environments that the user's one has built serve it too."""
    shared = {"SMKIT_ENVIRONMENTS": str(Home.from_environment().environments)}
    with patch.dict(os.environ, {**shared, "SMKIT_HOME": str(path)}):
        home = Home(path)
        try:
            yield
        finally:
            serve.stop(home)
            executor = LocalExecutor(home)
            for launched in home.jobs.iterdir() if home.jobs.exists() else ():
                executor.forget(launched.name)


def without_widgets(notebook: nbformat.NotebookNode) -> None:
    """Leaves the text that each widget carries for where no kernel answers it."""
    notebook.metadata.pop("widgets", None)
    for cell in notebook.cells:
        for output in cell.get("outputs", ()):
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)
