"""The key pairs that may sign requests: ``credentials.json`` in the home, readable by its owner."""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import string
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from jupyter_smkit.api.errors import ExpiredToken, UnknownKey
from jupyter_smkit.config import DEFAULT_ACCOUNT

_FRESH = 1.0
"""Seconds for which the file is not looked at for a known key."""
_ALPHABET = string.ascii_uppercase + string.digits


@dataclass(frozen=True)
class Credential:
    """A key pair; temporary ones carry a session token and an expiry in Unix seconds."""

    access_key: str
    secret: str
    account: str = DEFAULT_ACCOUNT
    token: str | None = None
    expires: float | None = None
    arn: str | None = None
    """Whom temporary credentials act as."""


class Credentials:
    """Reads the file again when it has changed: a key added now counts at once, a new secret of a
    known key within a second."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self._stamp: tuple[int, int] | None = None
        self._looked = 0.0
        self._default = ""
        self._keys: dict[str, Credential] = {}

    def default(self, account: str = DEFAULT_ACCOUNT) -> Credential:
        """The pair that smkit's own clients use, made on first use."""
        self._refresh()
        if self._default not in self._keys:
            with self._locked():
                self._refresh()
                if self._default not in self._keys:
                    made = new_credential(account)
                    self._default = made.access_key
                    self._keys[made.access_key] = made
                    self._write()
        return self._keys[self._default]

    def of(self, account: str) -> Credential:
        """A lasting pair of an account, made on first use."""
        first = self.default(account)
        if first.account == account:
            return first
        for key in self._keys.values():
            if key.account == account and key.expires is None:
                return key
        made = new_credential(account)
        self.add(made)
        return made

    def add(self, credential: Credential) -> None:
        """Adds a pair; temporary ones that expired a day ago or earlier are dropped."""
        with self._locked():
            self._refresh()
            before = time.time() - 24 * 3600
            self._keys = {
                name: key
                for name, key in self._keys.items()
                if key.expires is None or key.expires > before
            }
            self._keys[credential.access_key] = credential
            self._write()

    def get(self, access_key: str, now: float, token: str | None = None) -> Credential:
        """The pair of an access key; raises UnknownKey or ExpiredToken."""
        if access_key not in self._keys or abs(now - self._looked) > _FRESH:
            self._refresh()
            self._looked = now
        found = self._keys.get(access_key)
        if found is None or (found.token and found.token != token):
            raise UnknownKey(
                "The security token included in the request is invalid: smkit has no access key "
                f'{access_key!r}. Use the one that "smkit env" prints, or add yours with '
                '"smkit credentials add KEY SECRET"'
            )
        if found.expires is not None and found.expires < now:
            raise ExpiredToken("The security token included in the request is expired")
        return found

    def all(self) -> list[Credential]:
        self._refresh()
        return list(self._keys.values())

    def _refresh(self) -> None:
        try:
            stat = self.file.stat()
        except FileNotFoundError:
            return
        stamp = (stat.st_mtime_ns, stat.st_ino)
        if stamp == self._stamp:
            return
        content = json.loads(self.file.read_text())
        self._default = content["default"]
        self._keys = {entry["access_key"]: Credential(**entry) for entry in content["keys"]}
        self._stamp = stamp

    def _write(self) -> None:
        content = {"default": self._default, "keys": [asdict(key) for key in self._keys.values()]}
        temporary = self.file.with_suffix(".new")
        with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as out:
            json.dump(content, out, indent=1)
            out.flush()
            os.fsync(out.fileno())
        temporary.replace(self.file)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        self.file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        with open(self.file.with_suffix(".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield


def new_credential(account: str, **more: object) -> Credential:
    access_key = "SMKIT" + "".join(secrets.choice(_ALPHABET) for _ in range(15))
    return Credential(access_key, secrets.token_urlsafe(30), account, **more)  # type: ignore[arg-type]
