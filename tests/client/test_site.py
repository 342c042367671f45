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


WATCHED = """
import json, sys
def audit(event, args):
    name = str(args[0] if event == "socket.getaddrinfo" else args[1:])
    if event in ("socket.getaddrinfo", "socket.connect") and "127.0.0.1" not in name:
        print("LEFT", event, args)
        raise RuntimeError("left this machine")
sys.addaudithook(audit)
def attempt(call):
    try:
        return str(call())
    except Exception as error:
        while error.__cause__ is not None:
            error = error.__cause__
        return str(getattr(error, "reason", error))
"""


def test_plain_http_to_a_bucket_reaches_smkit(environ: dict[str, str], smkit: Server) -> None:
    """Of whatever client: those that sit on http.client are signed for, too."""
    code = f"""{WATCHED}
import asyncio, urllib.request
url = "http://data.s3.us-west-2.amazonaws.com/a/b%20c.csv?x=1"
print(attempt(lambda: urllib.request.urlopen(url).status))
import aiohttp, boto3, botocore, botocore.config, httpx, requests
print(attempt(lambda: requests.get(url).status_code))
print(attempt(lambda: requests.put(url, data=b"1", headers={{"Authorization": "mine"}}).status_code))
print(attempt(lambda: httpx.get(url).status_code))
async def by_aiohttp():
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return answer.status
print(attempt(lambda: asyncio.run(by_aiohttp())))
for more in ({{"use_ssl": False}}, {{"endpoint_url": "http://s3.amazonaws.com"}},
             {{"endpoint_url": "http://s3.amazonaws.com."}}):
    s3 = boto3.client("s3", **more)
    print(attempt(lambda: s3.get_object(Bucket="data", Key="k")["ResponseMetadata"]["HTTPStatusCode"]))
print(attempt(lambda: requests.post("http://runtime.sagemaker.us-east-1.amazonaws.com/x").status_code))
"""
    assert run(code, environ).split() == ["200"] * 9
    by_name, by_boto, service = smkit.heads[:5], smkit.heads[5:8], smkit.heads[8]
    assert {head[1] for head in by_name} == {"/a/b%20c.csv?x=1"}
    assert {head[2]["host"] for head in by_name} == {"data.s3.us-west-2.amazonaws.com"}
    signed = [head[2].get("authorization", "").split("/")[0] for head in by_name]
    ours = f"AWS4-HMAC-SHA256 Credential={environ['AWS_ACCESS_KEY_ID']}"
    assert signed == [ours, ours, "mine", "", ""]
    assert {head[1] for head in by_boto} == {"/data/k"}
    assert service[2]["host"] == "runtime.sagemaker.us-east-1.amazonaws.com"


def test_plain_http_to_what_smkit_has_not_goes_nowhere(
    environ: dict[str, str], smkit: Server
) -> None:
    code = f"""{WATCHED}
import urllib.request
import boto3, httpx, requests
for url in ("http://dynamodb.us-east-1.amazonaws.com/", "http://my-1.us-east-1.elb.amazonaws.com/",
            "http://data.s3.amazonaws.com:8080/k"):
    print(attempt(lambda: urllib.request.urlopen(url)))
    print(attempt(lambda: requests.get(url)))
print(attempt(lambda: httpx.get("http://dynamodb.us-east-1.amazonaws.com/")))
print(attempt(lambda: boto3.client("dynamodb", use_ssl=False).list_tables()))
proxies = {{"http": "http://127.0.0.1:9"}}
print(attempt(lambda: requests.get("http://data.s3.amazonaws.com/k", proxies=proxies)))
"""
    said = run(code, environ).splitlines()
    assert len(said) == 9 and "LEFT" not in str(said)
    assert all("Nothing was sent" in line or "does not implement" in line for line in said), said
    assert "a proxy, 127.0.0.1, would send it" in said[-1]
    assert smkit.heads == []


def test_a_library_that_was_looked_for_is_hooked_all_the_same(environ: dict[str, str]) -> None:
    code = "import importlib.util, sys; importlib.util.find_spec('botocore'); import botocore; "
    assert run(f"{code}print('jupyter_smkit.client.hook' in sys.modules)", environ) == "True"
