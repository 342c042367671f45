"""Environments: an image and a list of requirements become a cached virtual environment."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path

import jupyter_smkit
from jupyter_smkit.compute.images import BASE_REQUIREMENTS, Image
from jupyter_smkit.config import Home

Say = Callable[[str], None]
_TORCH = re.compile(r"^torch(vision|audio)?\b")
_NAME = re.compile(r"^[A-Za-z0-9._-]+")


class BuildFailed(Exception):
    """The environment could not be made; the message holds the end of the installer's output."""


def ensure(
    home: Home, image: Image, requirements: Sequence[str] = (), say: Say = lambda line: None
) -> Path:
    """The interpreter that has what ``image`` and ``requirements`` ask for.

    The current interpreter where it already does, else a cached environment, which is built on
    first use (several processes may ask at once). Raises BuildFailed.
    """
    wanted = (*image.requirements, *requirements)
    if not wanted or satisfied(wanted):
        return Path(sys.executable)
    wanted = tuple(sorted({*wanted, *BASE_REQUIREMENTS}))
    home.environments.mkdir(parents=True, exist_ok=True)
    directory = home.environments / f"{image.name}-{_digest(wanted)}"
    python = directory / "bin" / "python"
    if python.exists():
        return python
    with open(directory.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not python.exists():
            say(f"Building the environment {directory.name}: {', '.join(wanted)}")
            _build(directory, wanted, say)
    return python


def satisfied(requirements: Sequence[str]) -> bool:
    """Whether the current interpreter has them, in the versions asked for."""
    from packaging.requirements import InvalidRequirement, Requirement

    for line in requirements:
        try:
            requirement = Requirement(line)
            version = metadata.version(requirement.name)
        except (InvalidRequirement, metadata.PackageNotFoundError):
            return False
        if not requirement.specifier.contains(version, prereleases=True):
            return False
    return True


def requirements(file: Path) -> list[str]:
    """What a requirements.txt asks for, and in the files it names: one word each for uv."""
    wanted = []
    for line in file.read_text(errors="replace").replace("\\\n", " ").splitlines():
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        match text.split(None, 1) if text.startswith("-") else [text]:
            case ["-r" | "--requirement", other]:
                wanted += requirements(file.parent / other)
            case [option, value]:
                wanted.append(f"{option}={value}" if option.startswith("--") else option + value)
            case [requirement] if requirement:
                wanted.append(requirement)
    return wanted


def runtime(home: Home) -> Path:
    """A directory with nothing but a link to this package, to be put on another's PYTHONPATH."""
    package = Path(jupyter_smkit.__file__).parent
    directory = home.environments / "runtime"
    link = directory / package.name
    if not (link.is_symlink() and link.readlink() == package):
        directory.mkdir(parents=True, exist_ok=True)
        temporary = directory / f".{os.getpid()}"
        temporary.unlink(missing_ok=True)
        temporary.symlink_to(package)
        temporary.replace(link)
    return directory


def _build(directory: Path, wanted: Sequence[str], say: Say) -> None:
    # A virtual environment cannot be moved, so one that was not finished is known by its mark.
    shutil.rmtree(directory, ignore_errors=True)
    uv = uv_binary()
    _run([uv, "venv", "--quiet", "--python", sys.executable, str(directory)], say)
    python = directory / "bin" / "python"
    unfinished = python.with_name("python.unfinished")
    python.rename(unfinished)
    try:
        _install(uv, unfinished, wanted, say)
    except BuildFailed:
        shutil.rmtree(directory, ignore_errors=True)
        raise
    unfinished.rename(python)


def _install(uv: str, python: Path, wanted: Sequence[str], say: Say) -> None:
    if torch := [line for line in wanted if _TORCH.match(line)]:
        # The user's pip configuration knows where the right build lies; a resolver left alone
        # takes a CUDA build of several GB.
        pinned = [line if line != "torch" else "torch==2.13.0" for line in torch]
        _run([uv, "pip", "install", "--quiet", "--python", str(python), "pip"], say)
        _run([str(python), "-m", "pip", "install", *pinned], say)
    rest = [line for line in wanted if not _TORCH.match(line)]
    install = [uv, "pip", "install", "--compile-bytecode", "--python", str(python)]
    _run([*install, *rest], say)


def uv_binary() -> str:
    from uv import find_uv_bin

    return str(find_uv_bin())


def _run(argv: Sequence[str], say: Say) -> None:
    environment = dict(os.environ)
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV"):
        environment.pop(name, None)
    with subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=environment,
    ) as process:
        assert process.stdout is not None
        lines = []
        try:
            for line in process.stdout:
                lines.append(line)
                say(line.rstrip())
        except BaseException:
            process.kill()
            raise
    if process.returncode != 0:
        command = " ".join(argv[:3])
        raise BuildFailed(f"{command} … ended with {process.returncode}: {''.join(lines[-12:])}")


def _digest(wanted: Sequence[str]) -> str:
    parts = [f"{sys.version_info.major}.{sys.version_info.minor}", *wanted]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def main() -> int:
    """``python -m jupyter_smkit.compute.environments IMAGE…`` builds environments ahead of time."""
    from jupyter_smkit.compute import images

    for name in sys.argv[1:]:
        print(f"{name}: {ensure(Home.from_environment(), images.resolve(name))}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
