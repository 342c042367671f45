"""Pointing this process at smkit, and back at the real AWS, while it runs."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass, field

from jupyter_smkit.client.environment import (
    BEFORE,
    CLEARED,
    client_environment,
    own_credential,
)
from jupyter_smkit.config import Home


@dataclass
class _Kept:
    """What the variables held before smkit's values took their places."""

    variables: dict[str, str | None] = field(default_factory=dict)
    side: str = ""


_kept = _Kept()


def side() -> str:
    """``local``, ``aws``, or nothing while the process was not switched to either."""
    if not _kept.side and os.environ.get("SMKIT_ENDPOINT_URL"):
        return "local"
    return _kept.side


def switch_on(home: Home | None = None, base_url: str = "") -> str:
    """Sends this process's AWS requests to smkit, which starts if it does not run.

    Covers botocore's clients, those made before included, and, by ``os.environ``, other clients
    and the processes started from here. Returns smkit's address.
    """
    home = home or Home.from_environment()
    if not base_url:
        from jupyter_smkit.control.running import ensure_running

        base_url = ensure_running(home)
    from jupyter_smkit.client import hook

    key = own_credential(home)
    values = client_environment(home, base_url)
    _keep((*values, *CLEARED))
    for name in CLEARED:
        os.environ.pop(name, None)
    os.environ.update(values)
    hook.point(hook.Target(base_url, key.access_key, key.secret, home=str(home.path)))
    _kept.side = "local"
    return base_url


def switch_off() -> None:
    """Sends this process's AWS requests to the real AWS, with the user's own credentials."""
    from jupyter_smkit.client import hook

    hook.point_by_environment()
    _restore()
    hook.point(None)
    _kept.side = "aws"


def leave() -> None:
    """Leaves this process's AWS requests alone: it is on no side any more."""
    from jupyter_smkit.client import hook

    _restore()
    hook.release()
    _kept.side = ""


def _restore() -> None:
    """Gives the variables back what they held before."""
    if BEFORE in os.environ:
        _keep(())
    elif not _kept.variables and "SMKIT_ENDPOINT_URL" in os.environ:
        # The process was born in smkit's environment: nothing older is known.
        _keep(client_environment(Home.from_environment(), os.environ["SMKIT_ENDPOINT_URL"]))
    for name, value in _kept.variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value
    _kept.variables.clear()


def _keep(names: Iterable[str]) -> None:
    """Remembers what variables held, or would have held, without smkit."""
    told: dict[str, str | None] = json.loads(os.environ.get(BEFORE, "{}"))
    for name in {*names, *told}:
        before = told[name] if name in told else _without_smkit(name)
        _kept.variables.setdefault(name, before)
    os.environ.pop(BEFORE, None)


def ensure_side() -> str:
    """The side this process is on; smkit's if it was never switched."""
    if not side():
        switch_on()
    return side()


def _without_smkit(name: str) -> str | None:
    """A variable's value, unless smkit's own environment gave it to this process."""
    value = os.environ.get(name)
    if value is None or "SMKIT_ENDPOINT_URL" not in os.environ:
        return value
    if name == "SMKIT_HOME":
        return value
    if name in ("PYTHONPATH", "NO_PROXY", "no_proxy"):
        return value
    return None
