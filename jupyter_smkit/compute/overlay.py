"""Directories of this machine that a program may change as it could in a container: what it writes
lies above them in memory, and vanishes with it."""

from __future__ import annotations

import os
import shlex
from collections.abc import Iterator, Sequence
from pathlib import Path

_WANTED = ("bin", "etc", "home", "lib", "lib64", "root", "sbin", "srv", "usr", "var")
_DEEP = ("/usr/lib", "/usr/local")
"""Directories whose own have to be writable as well."""


def candidates(mounts: Path = Path("/proc/self/mountinfo")) -> tuple[str, ...]:
    """Those that are here. An overlay does not show what is mounted in a directory: one with other
    file systems in it stays as it is."""
    at = [line.split()[4] for line in mounts.read_text().splitlines()] if mounts.exists() else []
    return tuple(
        str(path)
        for path in (Path("/", name) for name in _WANTED)
        if path.is_dir()
        and not path.is_symlink()
        and os.access(path, os.R_OK | os.X_OK)
        and not any(mount.startswith(f"{path}/") for mount in at)
    )


def lines(spot: Path, tops: Sequence[str], *, user: bool) -> list[str]:
    """Lines of a shell script in a mount namespace of its own: afterwards ``spot`` holds what the
    program shall see, ``/usr`` as ``spot/usr``. ``user``: the script has a user namespace, too."""
    names = [top.lstrip("/") for top in tops]
    made = [*names, *(f"{layer}/{name}" for layer in ("upper", "work") for name in names)]
    if os.geteuid() != 0:
        made += [f"upper{path}" for path in _below(tops)]
    # One process mounts them all: each would take longer than its mount.
    place = "".join(f"\\{ord(sign):03o}" if sign in " \t\n\\" else sign for sign in str(spot))
    more = ",userxattr" if user else ""
    table = [
        f"overlay {place}/{name} overlay "
        f"lowerdir=/{name},upperdir=upper/{name},workdir=work/{name}{more} 0 0"
        for name in names
    ]
    return [
        f"mkdir -p {shlex.quote(str(spot))}",
        f"mount -t tmpfs -o mode=755 tmpfs {shlex.quote(str(spot))}",
        f"cd {shlex.quote(str(spot))}",
        f"mkdir -p {' '.join(map(shlex.quote, made))}",
        f"printf '%s\\n' {' '.join(map(shlex.quote, table))} > table",
        "mount -a -T table",
    ]


def _below(tops: Sequence[str]) -> Iterator[str]:
    """A directory's owner is that of its uppermost layer: for somebody who is not root these are
    made there, and so become writable."""
    for top in (*tops, *(deep for deep in _DEEP if deep.startswith(tuple(f"{t}/" for t in tops)))):
        with os.scandir(top) as entries:
            yield from (each.path for each in entries if each.is_dir(follow_symlinks=False))
