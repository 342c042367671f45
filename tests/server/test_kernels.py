"""Kernels that a real Jupyter server starts: those of projects talk to smkit, whatever happens."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from jupyter_smkit import serve
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, processes
from jupyter_smkit.control.processes import wait_until
from tests.server.lab import Kernel, Lab, end, start_lab

WHO = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
SIDE = "from jupyter_smkit.client import switch; print(switch.side() or 'none')"
REAL = {
    "AWS_ACCESS_KEY_ID": "AKIAREALKEY",
    "AWS_SECRET_ACCESS_KEY": "real-secret",
    "AWS_PROFILE": "work",
    # The stand-in for AWS: whatever goes there is refused.
    "AWS_ENDPOINT_URL": "http://127.0.0.1:1",
}
KEYS = f"import os; print(*(os.environ.get(name) for name in {[*REAL]}))"


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    tmp_path = tmp_path_factory.mktemp("lab")
    (tmp_path / "aws-config").write_text("[profile work]\nregion = eu-west-1\n")
    home = Home(tmp_path / "home")
    running = start_lab(tmp_path, home, **REAL)
    yield running
    end(running)
    serve.stop(home)


@pytest.fixture(scope="module")
def project(lab: Lab) -> str:
    """A folder in a project, on a machine where smkit has never run."""
    (lab.root / "marked").mkdir()
    (lab.root / "marked/smkit.toml").touch()
    return "marked/deeper"


def roles(home: Home) -> list[int | None]:
    return [lease.holder(home.locks, role) for role in processes.ROLES]


def test_a_project_s_first_cell_goes_to_smkit(lab: Lab, project: str) -> None:
    assert roles(lab.home) == [None, None, None]
    assert lab.kernel(project).run(WHO) == "123456789012"
    assert all(roles(lab.home))


def test_a_kernel_keeps_its_side_through_restarts(lab: Lab, project: str) -> None:
    kernel = lab.kernel(project)
    assert "REAL AWS" in kernel.run("%sm aws")
    assert kernel.run(SIDE) == "aws"
    lab.api("POST", f"/api/kernels/{kernel.id}/restart")
    assert kernel.run(WHO) == "123456789012"

    pid = int(kernel.run("import os; print(os.getpid())"))
    os.kill(pid, 9)
    assert wait_until(lambda: started_again(lab, kernel, pid), 30)
    assert kernel.run(SIDE) == "local"


def started_again(lab: Lab, kernel: Kernel, pid: int) -> bool:
    """Whether jupyter_client has noticed that the kernel was killed, and has a new one ready."""
    said = kernel.run("import os; print(os.getpid())")
    return bool(said) and int(said) != pid


def test_a_kernel_goes_over_to_aws_and_back(lab: Lab, project: str) -> None:
    kernel = lab.kernel(project)
    assert "talk to smkit at http" in kernel.run("%sm status")
    kernel.run("%sm aws")
    assert kernel.run(KEYS) == " ".join(REAL.values())
    assert "switched to the REAL AWS" in kernel.run("%sm status")
    assert "talk to smkit" in kernel.run("%sm local")
    assert kernel.run(WHO) == "123456789012"
    kernel.run("__import__('jupyter_smkit.client.switch', fromlist=['leave']).leave()")
    assert "switched to neither side" in kernel.run("%sm status")
    assert kernel.run(KEYS) == " ".join(REAL.values())


def test_kernels_elsewhere_are_left_alone(lab: Lab) -> None:
    kernel = lab.kernel("elsewhere")
    assert kernel.run(KEYS) == " ".join(REAL.values())
    assert kernel.run("import sys; print('jupyter_smkit' in sys.modules)") == "False"
    assert kernel.run(SIDE) == "none"


def test_the_users_list_makes_projects(lab: Lab) -> None:
    settings = "/lab/api/settings/jupyter-smkit:core"
    lab.api("PUT", settings, raw=json.dumps({"projects": ["listed/one"]}))
    assert lab.kernel("listed/one/deeper").run(SIDE) == "local"
    assert lab.kernel("listed/other").run(SIDE) == "none"
    lab.api("PUT", settings, raw=json.dumps({"projects": ["/"]}))
    assert lab.kernel("listed/other").run(SIDE) == "local"
    lab.api("PUT", settings, raw="{}")


def test_a_list_that_cannot_be_read_lets_nothing_through(lab: Lab) -> None:
    settings = "/lab/api/settings/jupyter-smkit:core"
    lab.api("PUT", settings, raw=json.dumps({"projects": []}))
    file = next((lab.root.parent / "settings").rglob("core.jupyterlab-settings"))
    file.write_text('{"projects": [')
    said = lab.kernel("elsewhere").run(WHO)
    assert "NotRunning" in said and "not known whether" in said
    lab.api("PUT", settings, raw="{}")


def test_the_kernel_of_a_smkit_that_cannot_start_reaches_nothing(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    home.path.write_text("a file where the home should be")
    lab = start_lab(tmp_path, home, **REAL)
    try:
        (lab.root / "smkit.toml").touch()
        kernel = lab.kernel("notes")
        assert "NotRunning: smkit does not answer" in kernel.run(WHO)
        assert "UsageError" in kernel.run("%sm local")
        assert "NotRunning: smkit does not answer" in kernel.run(WHO)
        home.path.unlink()
        assert "talk to smkit" in kernel.run("%sm local")
        assert kernel.run(WHO) == "123456789012"
    finally:
        end(lab)
        serve.stop(home)
