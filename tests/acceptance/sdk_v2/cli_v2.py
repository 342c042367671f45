"""The AWS CLI v2, which carries a botocore of its own: the variables alone point it at smkit."""

from __future__ import annotations

import os
import shlex
import subprocess
from functools import cache
from typing import Any

import boto3
from cli import AWS
from given import INSTANCE, role, scratch, session, unique
from outcome import waited
from scenario import Skipped, scenario

GROUP = "/aws/sagemaker/ProcessingJobs"
SMKIT = ["smkit"]
_NOWHERE = "http://127.0.0.1:9"


@cache
def outside() -> dict[str, str]:
    """A shell's environment before smkit, in which nothing reaches another machine."""
    theirs = ("AWS_", "SAGEMAKER_", "SMKIT_", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if not name.startswith(theirs)}
    if "SMKIT_HOME" in os.environ:
        kept["SMKIT_HOME"] = os.environ["SMKIT_HOME"]
    return {**kept, "HTTP_PROXY": _NOWHERE, "HTTPS_PROXY": _NOWHERE, "NO_PROXY": "127.0.0.1"}


def ways() -> list[list[str]]:
    """The CLI after `eval "$(smkit env)"`, and under `smkit run --`; skips where it is no v2."""
    told = subprocess.run([*AWS, "--version"], capture_output=True, text=True, timeout=120)
    version = (told.stdout + told.stderr).split()[0]
    if not version.startswith("aws-cli/2"):
        raise Skipped(f"--aws is {version}, this wants aws-cli/2")
    script = f'eval "$({shlex.join([*SMKIT, "env"])})" && exec "$@"'
    return [["sh", "-c", script, "sh", *AWS], [*SMKIT, "run", "--", *AWS]]


def aws(way: list[str], *words: str) -> str:
    done = subprocess.run(
        [*way, *words], env=outside(), capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, f"aws {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


def say(job: str, words: str) -> None:
    """A processing job that prints ``words``."""
    client: Any = boto3.client("sagemaker")
    client.create_processing_job(
        ProcessingJobName=job,
        RoleArn=role(),
        AppSpecification={
            "ImageUri": "python",
            "ContainerEntrypoint": ["python3", "-c", f"print({words!r})"],
        },
        ProcessingResources={
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": INSTANCE,
                "VolumeSizeInGB": 1,
            }
        },
    )
    waited(client, "processing_job_completed_or_stopped", ProcessingJobName=job)


@scenario
def cli_v2_logs_tail() -> None:
    """`logs tail` shows what a job printed; with `--follow`, what a later one prints."""
    for way in ways():
        job = unique("tail")
        say(job, "the first line")
        tail = ("logs", "tail", GROUP, "--since", "1h", "--log-stream-name-prefix", job)
        assert aws(way, *tail).endswith("the first line\n")
        with subprocess.Popen(
            ["timeout", "60", *way, *tail, "--follow"],
            env=outside(),
            stdout=subprocess.PIPE,
            text=True,
        ) as following:
            assert following.stdout
            assert "the first line" in following.stdout.readline()
            say(f"{job}-again", "a later line")
            assert "a later line" in following.stdout.readline()
            following.terminate()


@scenario
def cli_v2_s3_sync() -> None:
    """The second `s3 sync` moves nothing, up and down."""
    for way in ways():
        name = unique("sync")
        here, back = scratch() / name, scratch() / f"{name}-back"
        (here / "deep").mkdir(parents=True)
        (here / "deep" / "ü b+c.txt").write_text("1")
        (here / "parts.bin").write_bytes(os.urandom(1 << 20) * 20)
        there = f"s3://{session().default_bucket()}/acceptance/{name}"
        for source, target in ((str(here), there), (there, str(back))):
            moved = aws(way, "s3", "sync", source, target, "--no-progress")
            assert len(moved.splitlines()) == 2, moved
            assert aws(way, "s3", "sync", source, target, "--no-progress") == ""
        for file in ("deep/ü b+c.txt", "parts.bin"):
            assert (back / file).read_bytes() == (here / file).read_bytes()
