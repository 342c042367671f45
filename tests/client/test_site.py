"""The sitecustomize of jobs and ``smkit run``, in interpreters of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from jupyter_smkit.client.environment import CLEARED, client_environment

if TYPE_CHECKING:
    from conftest import Server

    from jupyter_smkit.config import Home


@pytest.fixture
def environ(clean: None, smkit: Server, home: Home) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in CLEARED}
    return {**kept, **client_environment(home, smkit.url, kept)}


def run(code: str, environ: dict[str, str]) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code], env=environ, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_explicit_aws_addresses_reach_smkit(environ: dict[str, str], smkit: Server) -> None:
    """The SDK names the address of STS itself, which goes before AWS_ENDPOINT_URL."""
    code = """
import boto3
from botocore.exceptions import BotoCoreError, ClientError
url = "https://sts.us-east-1.amazonaws.com"
sts = boto3.client("sts", endpoint_url=url, aws_access_key_id="AKIA", aws_secret_access_key="x")
try:
    sts.get_caller_identity()
except Exception as error:
    pass
boto3.client("sagemaker").list_models()
"""
    run(code, environ)
    assert len(smkit.heads) == 2
    assert "Credential=SMKIT" in smkit.heads[0][2]["authorization"]


def test_botocore_is_not_imported_before_the_program_does(environ: dict[str, str]) -> None:
    code = "import sys, json; print(json.dumps(sorted(sys.modules)))"
    with_hook = json.loads(run(code, environ))
    assert not [name for name in with_hook if name.startswith(("botocore", "jupyter_smkit"))]
    assert "pathlib" not in with_hook


def test_another_sitecustomize_still_runs(environ: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text("import sys; sys.theirs = True")
    environ["PYTHONPATH"] += f"{os.pathsep}{tmp_path}"
    code = "import sys, botocore; print(sys.theirs, 'jupyter_smkit.client.hook' in sys.modules)"
    assert run(code, environ) == "True True"


def test_a_process_born_here_can_switch_to_aws(environ: dict[str, str], smkit: Server) -> None:
    code = """
import os
from jupyter_smkit.client import switch
assert switch.side() == "local"
switch.switch_off()
print([name for name in os.environ if name.startswith("AWS_") and "SMKIT" in os.environ[name]])
print(os.environ.get("AWS_ENDPOINT_URL"), os.environ.get("SMKIT_ENDPOINT_URL"))
import boto3
try:
    boto3.client("sagemaker", endpoint_url="{url}", region_name="us-east-1",
        aws_access_key_id="AKIA", aws_secret_access_key="x").list_models()
except Exception as error:
    print(type(error).__name__)
""".replace("{url}", smkit.url)
    assert run(code, environ) == "[]\nNone None\nOtherSide"
    assert smkit.heads == []


def test_a_library_that_was_looked_for_is_hooked_all_the_same(environ: dict[str, str]) -> None:
    code = "import importlib.util, sys; importlib.util.find_spec('botocore'); import botocore; "
    assert run(f"{code}print('jupyter_smkit.client.hook' in sys.modules)", environ) == "True"
