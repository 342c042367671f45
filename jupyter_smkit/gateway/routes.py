"""What the edge may serve: ``run/routes.json``, written by the endpoints controller."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from jupyter_smkit.gateway.demand import Key

log = logging.getLogger(__name__)

Route = tuple[str, str, str]
"""Account, region, endpoint name."""


@dataclass(frozen=True)
class Variant:
    name: str
    weight: float
    workers: tuple[str, ...]
    """Paths of the unix sockets that serve it."""
    log: str = ""
    """Log group and stream: ``/aws/sagemaker/Endpoints/<endpoint>/<variant>/<id>``."""


@dataclass(frozen=True)
class Endpoint:
    account: str
    region: str
    name: str
    variants: tuple[Variant, ...]

    def variant(self, name: str) -> Variant | None:
        return next((variant for variant in self.variants if variant.name == name), None)

    def log_arn(self, variant: Variant) -> str:
        group = f"/aws/sagemaker/Endpoints/{self.name}"
        arn = f"arn:aws:logs:{self.region}:{self.account}:log-group:{group}"
        stream = variant.log.removeprefix(f"{group}/")
        return f"{arn}:log-stream:{stream}" if variant.log.startswith(f"{group}/") else arn


def choose(variants: tuple[Variant, ...], draw: float) -> Variant | None:
    """The variant that ``draw``, uniform in [0, 1), falls to; None where all weights are 0."""
    left = draw * sum(variant.weight for variant in variants)
    chosen = None
    for variant in variants:
        if variant.weight > 0:
            chosen = variant
            left -= variant.weight
            if left < 0:
                break
    return chosen


def parse(text: str) -> dict[Route, Endpoint]:
    endpoints = {}
    for key, entry in json.loads(text)["endpoints"].items():
        account, region, name = key.split("/")
        variants = tuple(
            Variant(
                variant["name"],
                float(variant["weight"]),
                tuple(variant["workers"]),
                variant.get("log", ""),
            )
            for variant in entry["variants"]
        )
        endpoints[account, region, name] = Endpoint(account, region, name, variants)
    return endpoints


class Routes:
    """The file's content, read again when it has changed."""

    def __init__(self, file: Path, changed: Callable[[Routes], None] = lambda _: None) -> None:
        self.endpoints: Mapping[Route, Endpoint] = {}
        self._file = file
        self._changed = changed
        self._stamp: tuple[int, int, int] | None = None

    def workers(self) -> set[str]:
        return {
            worker
            for endpoint in self.endpoints.values()
            for variant in endpoint.variants
            for worker in variant.workers
        }

    def variants(self) -> Iterator[Key]:
        for route, endpoint in self.endpoints.items():
            for variant in endpoint.variants:
                yield (*route, variant.name)

    def find(self, route: Route) -> Endpoint | None:
        """The endpoint; the file is looked at again before one is said not to be there."""
        if route not in self.endpoints:
            self.refresh()
        return self.endpoints.get(route)

    def refresh(self) -> None:
        """Reads the file where it has changed; one that cannot be read leaves all as it was."""
        try:
            stat = self._file.stat()
            stamp = (stat.st_mtime_ns, stat.st_ino, stat.st_size)
            if stamp == self._stamp:
                return
            self._stamp = stamp
            self.endpoints = parse(self._file.read_text())
        except FileNotFoundError:
            if self._stamp is None:
                return
            self._stamp = None
            self.endpoints = {}
        except (ValueError, KeyError, TypeError, AttributeError, OSError) as error:
            log.error("%s is not as it should be, the routes stay: %r", self._file, error)
            return
        self._changed(self)
