"""Environments: an image and a list of requirements become a cached virtual environment."""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import re
import shutil
import site
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from importlib import metadata
from pathlib import Path

import jupyter_smkit
from jupyter_smkit.compute.images import BASE_REQUIREMENTS, Image
from jupyter_smkit.config import Home

Say = Callable[[str], None]
_TORCH = re.compile(r"^torch(vision|audio)?\b")
_OPTION = re.compile(r"(-\w|--[\w-]+)(?:\s*=\s*|\s*)(.*)")
_LONG = {
    "-r": "--requirement",
    "-c": "--constraint",
    "-e": "--editable",
    "-f": "--find-links",
    "-i": "--index-url",
}
_PATH = re.compile(r"([^\s;\[]*)(.*)")
_ARCHIVES = (".whl", ".tar.gz", ".zip")


class BuildFailed(Exception):
    """The environment could not be made; the message holds the end of the installer's output."""


def ensure(
    home: Home, image: Image, requirements: Sequence[str] = (), say: Say = lambda line: None
) -> Path:
    """The interpreter that has what ``image`` and ``requirements`` ask for.

    The current interpreter where it already does, else a cached environment, which is built on
    first use (several processes may ask at once). Raises BuildFailed.
    """
    if found := built(home, image, requirements):
        return found
    wanted = _wanted(image, requirements)
    home.environments.mkdir(parents=True, exist_ok=True)
    directory = home.environments / f"{image.name}-{fingerprint(wanted)}"
    python = directory / "bin" / "python"
    with open(directory.with_suffix(".lock"), "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not python.exists():
            say(f"Building the environment {directory.name}: {', '.join(wanted)}")
            _build(directory, wanted, say)
    return python


def built(home: Home, image: Image, requirements: Sequence[str] = ()) -> Path | None:
    """What ``ensure`` answers without building anything."""
    asked = (*image.requirements, *requirements)
    if not asked or satisfied(asked):
        return Path(sys.executable)
    name = f"{image.name}-{fingerprint(_wanted(image, requirements))}"
    python = home.environments / name / "bin" / "python"
    return python if python.exists() else None


def _wanted(image: Image, requirements: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({*image.requirements, *requirements, *BASE_REQUIREMENTS}))


def satisfied(requirements: Sequence[str]) -> bool:
    """Whether the current interpreter has them, in the versions asked for.

    Of an extra or an address it cannot tell: then the answer is no.
    """
    from packaging.requirements import InvalidRequirement, Requirement

    for line in requirements:
        try:
            requirement = Requirement(line)
            version = metadata.version(requirement.name)
        except (InvalidRequirement, metadata.PackageNotFoundError):
            return False
        if requirement.extras or requirement.url:
            return False
        if not requirement.specifier.contains(version, prereleases=True):
            return False
    return True


def requirements(file: Path, base: Path | None = None) -> list[str]:
    """What a requirements.txt asks for, and in the files it names: one word each for uv.

    Paths in it become absolute, as pip finds them that runs in the file's folder: those of options
    from the file that names them, those of packages from the first file (``base`` is its folder).
    Raises BuildFailed where one of the files is not there.
    """
    folder = file.parent.absolute()
    base = base or folder
    wanted = []
    try:
        lines = file.read_text(errors="replace").replace("\\\n", " ").splitlines()
    except OSError:
        raise BuildFailed(f"ClientError: the requirements file {file.name} is not there") from None
    for line in lines:
        text = re.sub(r"(^|\s)#.*", "", line).strip()
        if found := _OPTION.fullmatch(text):
            option, value = _LONG.get(found[1], found[1]), found[2]
            match option:
                case "--requirement":
                    wanted += requirements(folder / value, base)
                case "--editable":
                    # The environment outlives the job's folder: what is in there is copied.
                    wanted.append(_anchored(value, base))
                case "--constraint" | "--find-links":
                    wanted.append(f"{option}={_absolute(value, folder)}")
                case _:
                    wanted.append(f"{option}={value}" if value else option)
        elif text:
            wanted.append(_anchored(text, base))
    return wanted


def _anchored(requirement: str, base: Path) -> str:
    """With an absolute path where it is a file or a folder, not a package's name."""
    path, rest = _PATH.fullmatch(requirement).groups()  # type: ignore[union-attr]
    local = path.startswith(".") or "/" in path or path.endswith(_ARCHIVES)
    return f"{_absolute(path, base)}{rest}" if local else requirement


def _absolute(path: str, base: Path) -> str:
    return path if "://" in path else os.path.normpath(base / path)


def site_packages(python: Path) -> list[Path]:
    """Where the packages of an interpreter lie that is this one or one smkit has built."""
    if python != Path(sys.executable):
        return list((python.parent.parent / "lib").glob("python3.*/site-packages"))
    users = [site.getusersitepackages()] if site.ENABLE_USER_SITE else []
    return [Path(each) for each in (*users, *site.getsitepackages())]


def runtime(home: Home) -> Path:
    """A directory with nothing but a link to this package, to be put on another's PYTHONPATH.

    Each installation has one of its own: several may share the environments.
    """
    package = Path(jupyter_smkit.__file__).parent
    key = hashlib.sha256(os.fsencode(package)).hexdigest()[:12]
    directory = home.environments / "runtime" / key
    link = directory / package.name
    if not link.is_symlink():
        directory.mkdir(parents=True, exist_ok=True)
        with contextlib.suppress(FileExistsError):
            link.symlink_to(package)
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


def clean(environ: Mapping[str, str]) -> dict[str, str]:
    """Without what would mislead an installer."""
    misleading = ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV")
    return {name: value for name, value in environ.items() if name not in misleading}


def _run(argv: Sequence[str], say: Say) -> None:
    with subprocess.Popen(
        argv,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=clean(os.environ),
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


def fingerprint(wanted: Sequence[str]) -> str:
    """Names an environment by what is asked for, files by what they hold."""
    words = sorted(_contents(word) for word in wanted)
    parts = [f"{sys.version_info.major}.{sys.version_info.minor}", *words]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:12]


def _contents(word: str) -> str:
    """A word with what a file or folder holds in place of its path, which differs by job."""
    option, equals, value = word.partition("=") if word.startswith("--") else ("", "", word)
    path, rest = _PATH.fullmatch(value).groups()  # type: ignore[union-attr]
    top, digest = Path(path), hashlib.sha256()
    if not (top.is_absolute() and top.exists()):
        return word
    for file in sorted(top.rglob("*")) if top.is_dir() else [top]:
        if file.is_file():
            digest.update(f"{file.relative_to(top)}\0{file.stat().st_size}\0".encode())
            digest.update(file.read_bytes())
    return f"{option}{equals}{top.name} {digest.hexdigest()}{rest}"


def main() -> int:
    """``python -m jupyter_smkit.compute.environments IMAGE…`` builds environments ahead of time."""
    from jupyter_smkit.compute import images, versions

    home = Home.from_environment()
    for name in sys.argv[1:]:
        print(f"{name}: {versions.environment(home, images.resolve(name))[0]}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
