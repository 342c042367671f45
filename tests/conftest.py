"""A real smkit for tests: its own home, its processes, and boto3 clients that talk to it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.config import Config
from hypothesis import settings

from jupyter_smkit import serve
from jupyter_smkit.api.credentials import Credential, Credentials
from jupyter_smkit.client import switch
from jupyter_smkit.compute import environments, images
from jupyter_smkit.config import Home
from jupyter_smkit.control.processes import wait_until

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
# Built environments are the slow part of a fresh home: all tests share them.
os.environ.setdefault(
    "SMKIT_ENVIRONMENTS", str(Path(__file__).parents[1] / ".smkit" / "environments")
)
# The same examples each time: a change is judged by what it changes.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("new", deadline=None)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))
ROLE = "arn:aws:iam::123456789012:role/SmkitExecutionRole"


@dataclass(frozen=True)
class Smkit:
    """A running smkit."""

    home: Home
    url: str
    credential: Credential

    def client(self, service: str, region: str = "us-east-1", **more: Any) -> Any:
        """A boto3 client that tries once, so that a test sees the first answer."""
        return boto3.client(
            service,
            region_name=region,
            endpoint_url=self.url,
            aws_access_key_id=self.credential.access_key,
            aws_secret_access_key=self.credential.secret,
            config=Config(retries={"total_max_attempts": 1}, **more),
        )

    def bucket(self, name: str) -> str:
        self.client("s3").create_bucket(Bucket=name)
        return name

    def settled(
        self, describe: Callable[[], dict[str, Any]], status: str, seconds: float = 60
    ) -> dict[str, Any]:
        """Waits until ``describe()[status]`` is none of those that pass."""
        passing = {"InProgress", "Stopping", "Creating", "Updating", "Deleting", "Pending"}
        found: dict[str, Any] = {}

        def done() -> bool:
            found.update(describe())
            return found[status] not in passing

        assert wait_until(done, seconds), f"still {found[status]} after {seconds} s"
        return found


def start(path: Path) -> Smkit:
    home = Home(path)
    url = serve.ensure_running(home)
    return Smkit(home, url, Credentials(home.credentials).default())


@pytest.fixture(scope="session")
def smkit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smkit]:
    """One that a whole run of tests shares: use names of your own."""
    running = start(tmp_path_factory.mktemp("smkit") / "home")
    yield running
    serve.stop(running.home)
    end_jobs(running.home)


@pytest.fixture
def fresh_smkit(tmp_path: Path) -> Iterator[Smkit]:
    """One for a test that kills processes or changes settings."""
    running = start(tmp_path / "home")
    yield running
    serve.stop(running.home)
    end_jobs(running.home)


@pytest.fixture(scope="session")
def automl_python() -> Path:
    """The interpreter of the AutoML environment, built on first use and kept between runs."""
    if given := os.environ.get("SMKIT_TEST_AUTOML_PYTHON"):
        return Path(given)
    cache = Path(os.environ.get("XDG_CACHE_HOME", "~/.cache")).expanduser() / "smkit-tests"
    image = images.resolve(images.uri(images.AUTOML_REPOSITORY, "us-east-1"))
    return environments.ensure(Home(cache), image)


@pytest.fixture(scope="session")
def runtime(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A directory with nothing in it but the package, as a launched job sees it."""
    return environments.runtime(Home(tmp_path_factory.mktemp("runtime")))


@pytest.fixture(scope="module")
def switched(smkit: Smkit) -> Iterator[None]:
    """This process on smkit's side; on none before and after."""
    before = dict(os.environ)
    os.environ["SMKIT_HOME"] = str(smkit.home.path)
    boto3.DEFAULT_SESSION = None
    switch.switch_on(smkit.home)
    yield
    switch.leave()
    boto3.DEFAULT_SESSION = None
    os.environ.clear()
    os.environ.update(before)


def end_jobs(home: Home) -> None:
    """Jobs and workers outlive smkit by design; a test's must not."""
    from jupyter_smkit.compute.local import LocalExecutor

    executor = LocalExecutor(home)
    if not home.jobs.exists():
        return
    for directory in home.jobs.iterdir():
        executor.forget(directory.name)
        wait_until(lambda at=directory: executor.poll(at.name).state != "running", 20)
