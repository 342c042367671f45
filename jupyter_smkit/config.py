"""Where smkit keeps its data, and the few settings a user may change.

Only the standard library is imported here: supervisors and jobs start through this module.
"""

from __future__ import annotations

import hashlib
import os
import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

DEFAULT_ACCOUNT = "123456789012"
DEFAULT_REGION = "us-east-1"
# A path in a sockaddr_un holds 107 bytes on Linux, 103 on macOS; our longest socket name follows.
_LONGEST_SOCKET_DIRECTORY = 103 - len("/workers/0123456789abcdef0123/s")


class CannotStart(RuntimeError):
    """smkit cannot run as it is set up. The text says what is wrong, where, and what to do."""


class BadSettings(CannotStart, ValueError):
    """``config.toml`` or a variable ``SMKIT_<NAME>`` holds what is no setting."""


@dataclass(frozen=True)
class Home:
    """The directory that holds everything smkit keeps, and the paths in it."""

    path: Path

    @classmethod
    def from_environment(cls) -> Home:
        """``$SMKIT_HOME``, or ``smkit`` in the user's data directory."""
        if chosen := os.environ.get("SMKIT_HOME"):
            return cls(Path(chosen).expanduser().absolute())
        data = os.environ.get("XDG_DATA_HOME") or "~/.local/share"
        return cls(Path(data).expanduser().absolute() / "smkit")

    @cached_property
    def run(self) -> Path:
        """Sockets and process logs; elsewhere where a socket's path would be too long."""
        inside = self.path / "run"
        if len(os.fsencode(inside)) <= _LONGEST_SOCKET_DIRECTORY:
            return inside
        digest = hashlib.sha256(os.fsencode(self.path)).hexdigest()[:16]
        # Not $TMPDIR: every process of the home has to find the same place.
        return Path(f"/tmp/smkit-{os.getuid()}") / digest

    @property
    def locks(self) -> Path:
        """Which process holds which role: always inside the home, and gone with it."""
        return self.path / "locks"

    @property
    def credentials(self) -> Path:
        return self.path / "credentials.json"

    @property
    def state(self) -> Path:
        return self.path / "state.db"

    @property
    def objects(self) -> Path:
        return self.path / "objects"

    @property
    def logs(self) -> Path:
        """Log streams: ``<account>/<region>/<log group>/<log stream>.log``."""
        return self.path / "logs"

    @property
    def jobs(self) -> Path:
        """One directory a launched process: ``job.json``, ``status.json``, its working files."""
        return self.path / "jobs"

    @property
    def previews(self) -> Path:
        """Data of s3:// that the flow editor's workers read."""
        return self.path / "previews"

    @property
    def environments(self) -> Path:
        """Built environments; ``SMKIT_ENVIRONMENTS`` lets several homes share them."""
        shared = os.environ.get("SMKIT_ENVIRONMENTS")
        return Path(shared) if shared else self.path / "environments"

    @property
    def routes(self) -> Path:
        """What the gateway serves, written by the endpoints controller."""
        return self.run / "routes.json"

    @property
    def demand(self) -> Path:
        """What is asked of each endpoint, written by the edge: see ``gateway.demand``."""
        return self.run / "demand.json"

    @property
    def api_socket(self) -> Path:
        return self.run / "api.sock"

    @property
    def port_file(self) -> Path:
        """The port that the edge keeps for this home, decimal."""
        return self.path / "port"

    @property
    def base_url(self) -> str | None:
        """The edge's kept address, ``http://127.0.0.1:<port>``; None before its first start."""
        try:
            return f"http://127.0.0.1:{int(self.port_file.read_text())}"
        except (FileNotFoundError, ValueError):
            return None

    def prepare(self) -> None:
        """Makes the directories, closed to other users. Raises PermissionError where another
        user has made the one for sockets."""
        for directory in (
            self.path,
            self.locks,
            self.run,
            self.run / "wake",
            self.run / "workers",
            self.logs,
        ):
            directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.run.parent != self.path:
            for directory in (self.run.parent, self.run):
                if directory.lstat().st_uid != os.getuid():
                    raise PermissionError(f"{directory} belongs to another user; remove it")

    @cached_property
    def settings(self) -> Settings:
        return Settings.load(self.path / "config.toml")


@dataclass(frozen=True)
class Settings:
    """``config.toml`` in the home; an environment variable ``SMKIT_<NAME>`` goes before it."""

    state_url: str = ""
    """A PostgreSQL address for a team's shared state; empty: SQLite in the home."""
    account: str = DEFAULT_ACCOUNT
    region: str = DEFAULT_REGION
    port: int = 0
    """The edge's port; 0: any free one, chosen once and kept."""
    sandbox: str = "auto"
    """``none``, ``bwrap``, ``unshare`` or ``auto``: the strongest that works here."""
    max_jobs: int = 0
    """Jobs that run at once; 0: one a core."""
    s3_endpoint: str = ""
    """A real S3-compatible service that s3:// stands for; empty: the store in the home."""

    @classmethod
    def load(cls, file: Path) -> Settings:
        """Raises BadSettings."""
        found: dict[str, Any] = {}
        text = file.read_text(errors="replace") if file.exists() else ""
        try:
            found = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise BadSettings(
                f'{file}: {error}. A setting is a line: region = "eu-west-1"'
            ) from None
        for name, value in found.items():
            if wrong := cls._wrong(name, value):
                raise BadSettings(f"{file}, line {_line_of(name, text)}: {wrong}")
        for name, field in cls.__dataclass_fields__.items():
            variable = f"SMKIT_{name.upper()}"
            if text := os.environ.get(variable, ""):
                number = field.type == "int" and text.isascii() and text.isdigit()
                found[name] = int(text) if number else text
                if wrong := cls._wrong(name, found[name]):
                    raise BadSettings(f"the variable {variable}: {wrong}")
        return cls(**found)

    @classmethod
    def _wrong(cls, name: str, value: Any) -> str:
        """What is to be changed about a setting; nothing: it is good."""
        field = cls.__dataclass_fields__.get(name)
        if field is None:
            return f"no such setting: {name}; there are {', '.join(cls.__dataclass_fields__)}"
        if field.type == "str":
            good, wanted = isinstance(value, str), "a text in quotation marks"
        elif name == "port":
            good, wanted = type(value) is int and 0 <= value < 65536, "a number from 0 to 65535"
        else:
            good, wanted = type(value) is int and value >= 0, "a number, 0 or more"
        return "" if good else f"{name} is {wanted}, not {value!r}"


def _line_of(name: str, toml: str) -> int:
    found = re.search(rf"""^\s*\[?["']?{re.escape(name)}\b""", toml, re.MULTILINE)
    return toml.count("\n", 0, found.end()) + 1 if found else 1
