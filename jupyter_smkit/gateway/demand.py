"""What is asked of each variant: for whoever starts its workers, or changes how many there are."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_smkit.compute import jsonfile

Key = tuple[str, str, str, str]
"""Account, region, endpoint, variant."""


@dataclass(slots=True)
class Use:
    in_flight: int = 0
    """Invocations that a worker has."""
    queued: int = 0
    """Invocations that wait for a worker."""
    used: float = 0.0
    """Unix seconds of the last invocation; 0: never."""


class Demand:
    """Counted here, and told in a file when it has changed."""

    def __init__(self, file: Path | None = None) -> None:
        """Takes from ``file`` when the variants were used before this process began."""
        self._file = file
        self._uses: dict[Key, Use] = {}
        self._told: dict[str, Any] = {}
        if file:
            self._uses = {key: Use(used=use.used) for key, use in read(file).items()}

    def of(self, key: Key) -> Use:
        use = self._uses.get(key)
        if use is None:
            use = self._uses[key] = Use()
        return use

    def keep(self, keys: Iterable[Key]) -> None:
        """Forgets what is not served any more."""
        there = set(keys)
        for key, use in tuple(self._uses.items()):
            if key not in there and not use.in_flight and not use.queued:
                del self._uses[key]

    def tell(self) -> None:
        found = {
            "/".join(key): {
                "in_flight": use.in_flight,
                "queued": use.queued,
                "last_used": int(use.used),
            }
            for key, use in self._uses.items()
        }
        if self._file and found != self._told:
            jsonfile.write(self._file, {"variants": found}, durable=False)
            self._told = found


def read(file: Path) -> dict[Key, Use]:
    """What an edge has told; nothing where none has."""
    found = {}
    for name, told in jsonfile.read(file).get("variants", {}).items():
        if key := _key(name):
            found[key] = Use(told["in_flight"], told["queued"], float(told["last_used"]))
    return found


def request(key: Key) -> str:
    """The datagram by which a daemon is asked to look at a variant at once."""
    return f"demand {'/'.join(key)}"


def requested(datagram: str) -> Key | None:
    """What a datagram asks for; None where it is another one."""
    verb, _, name = datagram.partition(" ")
    return _key(name) if verb == "demand" else None


def _key(name: str) -> Key | None:
    parts = name.split("/")
    return (parts[0], parts[1], parts[2], parts[3]) if len(parts) == 4 else None


Ask = Callable[[Key], bool]
"""Sends the request; False: nobody heard it."""
