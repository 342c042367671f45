"""The port of the edge: chosen once for a home, and kept."""

from __future__ import annotations

import os
import socket
import tempfile
import zlib
from pathlib import Path

from jupyter_smkit.config import CannotStart, Home
from jupyter_smkit.gateway.listeners import who

HOST = "127.0.0.1"
_PORTS = range(20000, 32000)
"""Below the ports that Linux and macOS give to outgoing connections: a kept one stays free."""


class PortTaken(CannotStart):
    """Another program listens on the port that this home keeps."""


def listen(home: Home) -> socket.socket:
    """The listening socket on the port kept for ``home``, chosen where none is kept yet."""
    kept = kept_port(home)
    if not kept:
        listening = _first_free(home)
        if _keep_first(home.port_file, listening.getsockname()[1]):
            return listening
        # Somebody else chose at the same moment.
        listening.close()
        kept = kept_port(home)
    try:
        listening = _bound(kept)
    except OSError as error:
        raise taken(home, kept, error.strerror or "") from None
    if _in_file(home.port_file) != kept:
        _written(home.port_file, kept).replace(home.port_file)
    return listening


def address(home: Home) -> str:
    """Where the edge of ``home`` listens, or will: ``http://127.0.0.1:<port>``. Starts nothing.

    Raises PortTaken where a port has to be chosen and none is free.
    """
    home.prepare()
    if not kept_port(home):
        with _first_free(home) as chosen:
            port = chosen.getsockname()[1]
        _keep_first(home.port_file, port)
    return f"http://{HOST}:{kept_port(home)}"


def kept_port(home: Home) -> int:
    """The port that the edge of ``home`` listens on when it runs; 0: none was chosen yet."""
    return home.settings.port or _in_file(home.port_file)


def taken(home: Home, port: int, reason: str = "") -> PortTaken:
    holder = who(port)
    return PortTaken(
        f"smkit cannot listen on {HOST}:{port}, the port kept for {home.path}: "
        f"{f'{holder} uses it' if holder else reason or 'another program uses it'}. "
        f'Stop that program, or choose another port by a line "port = N" in '
        f"{home.path / 'config.toml'} (clients then need the new address: "
        '"smkit env" prints it)'
    )


def _in_file(file: Path) -> int:
    try:
        return int(file.read_text())
    except (FileNotFoundError, ValueError):
        return 0


def _keep_first(file: Path, port: int) -> bool:
    """Writes the file unless there is a good one; False: there is."""
    written = _written(file, port)
    try:
        os.link(written, file)
    except FileExistsError:
        if _in_file(file):
            return False
        written.replace(file)
    finally:
        written.unlink(missing_ok=True)
    return True


def _written(file: Path, port: int) -> Path:
    descriptor, name = tempfile.mkstemp(prefix=f"{file.name}.", dir=file.parent)
    with open(descriptor, "w") as out:
        out.write(f"{port}\n")
        out.flush()
        os.fsync(out.fileno())
    return Path(name)


def _first_free(home: Home) -> socket.socket:
    start = zlib.crc32(os.fsencode(home.path)) % len(_PORTS)
    for offset in range(len(_PORTS)):
        try:
            return _bound(_PORTS[(start + offset) % len(_PORTS)])
        except OSError:
            continue
    raise PortTaken(f"no port of {_PORTS.start} to {_PORTS.stop} on {HOST} is free")


def _bound(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen(1024)
    except OSError:
        made.close()
        raise
    made.setblocking(False)
    return made
