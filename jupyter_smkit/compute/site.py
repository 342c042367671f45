"""What a supervisor needs from home: one port, so that it may run elsewhere one day."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jupyter_smkit.compute import jsonfile
from jupyter_smkit.compute.logfile import LogFile
from jupyter_smkit.compute.logfile import path as log_path
from jupyter_smkit.config import Home

if TYPE_CHECKING:
    from jupyter_smkit.compute.images import Image
    from jupyter_smkit.objects.staging import Objects

Say = Callable[[str], None]


class Site(Protocol):
    @property
    def readable(self) -> tuple[Path, ...]:
        """What a program must see although it lies below a hidden directory."""

    @property
    def hidden(self) -> tuple[Path, ...]: ...

    @property
    def runtime(self) -> Path:
        """The directory that holds nothing but smkit's own code, for ``PYTHONPATH``."""

    def objects(self) -> Objects:
        """s3://"""

    def log(self, account: str, region: str, group: str, stream: str) -> LogFile: ...

    def ring(self, id: str) -> None:
        """The status, the report or the metrics of the launch have changed."""

    def publish(self, points: Sequence[Mapping[str, Any]], *, wait: bool) -> bool:
        """Hands on data points of metrics. With ``wait`` it does not, and answers False, where
        the last ones were not taken yet."""

    def environment(self, image: Image, wanted: Sequence[str], say: Say) -> tuple[Path, str]:
        """An interpreter with the packages wanted, and the version of the image's library where it
        is not the one asked for. Raises BuildFailed."""

    def client_variables(
        self, environ: Mapping[str, str], account: str, region: str
    ) -> dict[str, str]:
        """smkit's address and a credential, as AWS's clients read them."""


class LocalSite:
    """The home itself, on this machine."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._published: Path | None = None

    @property
    def readable(self) -> tuple[Path, ...]:
        # Of the home a program sees what it needs: no keys, no other job's data or sockets.
        return (
            self._home.environments,
            self._home.path / "sagemaker-config.yaml",
            Path(__file__).parents[2],
            Path(sys.prefix),
            Path(sys.base_prefix),
        )

    @property
    def hidden(self) -> tuple[Path, ...]:
        return (self._home.path,)

    @property
    def runtime(self) -> Path:
        from jupyter_smkit.compute.environments import runtime

        return runtime(self._home)

    def objects(self) -> Objects:
        from jupyter_smkit.objects import open_store

        return open_store(self._home)

    def log(self, account: str, region: str, group: str, stream: str) -> LogFile:
        return LogFile(log_path(self._home, account, region, group, stream))

    def ring(self, id: str) -> None:
        from jupyter_smkit.state import wake

        wake.ring(self._home.run / "wake", id)

    def publish(self, points: Sequence[Mapping[str, Any]], *, wait: bool) -> bool:
        if wait and self._published is not None and self._published.exists():
            return False
        directory = self._home.run / "metrics"
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._published = directory / f"{time.time_ns()}-{os.getpid()}.json"
        jsonfile.write(self._published, points, durable=False)
        return True

    def environment(self, image: Image, wanted: Sequence[str], say: Say) -> tuple[Path, str]:
        from jupyter_smkit.compute import versions

        return versions.environment(self._home, image, wanted, say)

    def client_variables(
        self, environ: Mapping[str, str], account: str, region: str
    ) -> dict[str, str]:
        from jupyter_smkit.client.environment import client_environment

        return client_environment(self._home, self._home.base_url or "", environ, account, region)
