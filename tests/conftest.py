"""A real smkit for tests: its own home, its processes, and boto3 clients that talk to it."""

from __future__ import annotations

import os
import signal
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
from jupyter_smkit.api.dispatch import registry_of
from jupyter_smkit.client import switch
from jupyter_smkit.compute import environments, images, jsonfile
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease
from jupyter_smkit.control.processes import wait_until
from tests import in_process

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

    def launches(self, kind: str = "*", name: str = "*") -> list[str]:
        """Ids of what was launched for a record and is not forgotten; a model worker is a Worker."""
        return sorted(path.name for path in self.home.jobs.glob(f"[0-9]*.{kind}.{name}.*"))

    def supervisor(self, launch: str) -> dict[str, Any]:
        """What the supervisor of a launch last said of it, empty before its first word."""
        found: dict[str, Any] = jsonfile.read(self.home.jobs / launch / "status.json") or {}
        return found

    def end_supervisor(self, launch: str, by: signal.Signals = signal.SIGKILL) -> None:
        assert wait_until(lambda: "pid" in self.supervisor(launch), 20)
        os.kill(self.supervisor(launch)["pid"], by)

    def end_role(self, role: str, by: signal.Signals = signal.SIGKILL) -> int:
        """Ends smkit's daemon, api or edge; its process id."""
        pid = lease.holder(self.home.locks, role)
        assert pid is not None, f"no {role} runs"
        os.kill(pid, by)
        return pid

    def jobs_hold(self, file: str) -> bool:
        """Whether a file of this name lies anywhere in what jobs have on disk."""
        # Other than Path.rglob, it does not mind that what it walks through is being removed.
        return any(file in files for _, _, files in os.walk(self.home.jobs))

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


@pytest.fixture(scope="module", autouse=True)
def no_session_of_others() -> Iterator[None]:
    """boto3's own session keeps the credentials of the file of tests before."""
    boto3.DEFAULT_SESSION = None
    yield
    boto3.DEFAULT_SESSION = None


@pytest.fixture(scope="session")
def smkit(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Smkit]:
    """One that a whole run of tests shares: use names of your own."""
    running = start(tmp_path_factory.mktemp("smkit") / "home")
    yield running
    serve.stop(running.home)
    end_jobs(running.home)


@pytest.fixture(scope="session")
def api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[in_process.Api]:
    """All operations in this process, for tests of kinds and operations; use names of your own."""
    path = tmp_path_factory.mktemp("api") / "home"
    made = in_process.over(path, registry_of(), dict(serve.lifecycles()))
    yield made
    made.state.engine.dispose()


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
    image = images.resolve("smkit-automl")
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
