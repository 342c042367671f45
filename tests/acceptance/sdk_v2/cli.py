"""The AWS CLI."""

from __future__ import annotations

import json
import os
import subprocess

from given import scratch, session, unique
from scenario import scenario

AWS = ["aws"]


def aws(*words: str) -> str:
    done = subprocess.run([*AWS, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"aws {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


@scenario
def cli_sts_and_sagemaker() -> None:
    assert json.loads(aws("sts", "get-caller-identity"))["Account"] == session().account_id()
    for what in (
        "list-models",
        "list-endpoints",
        "list-endpoint-configs",
        "list-processing-jobs",
        "list-training-jobs",
        "list-auto-ml-jobs",
        "list-domains",
        "list-pipelines",
        "list-experiments",
        "list-model-package-groups",
    ):
        json.loads(aws("sagemaker", what, "--max-items", "5"))
    jobs = aws(
        *("sagemaker", "list-processing-jobs", "--status-equals", "Completed", "--sort-order"),
        *("Ascending", "--query", "ProcessingJobSummaries[].ProcessingJobName"),
        *("--output", "text"),
    )
    assert isinstance(jobs, str)


@scenario
def cli_s3() -> None:
    bucket, prefix = session().default_bucket(), unique("acceptance/cli")
    folder = scratch() / "cli"
    (folder / "deep").mkdir(parents=True, exist_ok=True)
    (folder / "one.txt").write_text("1")
    (folder / "deep" / "two.txt").write_text("22")
    assert bucket in aws("s3", "ls")
    aws("s3", "cp", str(folder / "one.txt"), f"s3://{bucket}/{prefix}/one.txt")
    aws("s3", "sync", str(folder), f"s3://{bucket}/{prefix}")
    assert "deep/two.txt" in aws("s3", "ls", "--recursive", f"s3://{bucket}/{prefix}/")
    back = scratch() / "cli-back"
    aws("s3", "sync", f"s3://{bucket}/{prefix}", str(back))
    assert (back / "deep" / "two.txt").read_text() == "22"
    aws("s3", "rm", "--recursive", f"s3://{bucket}/{prefix}")
    assert prefix not in aws("s3", "ls", "--recursive", f"s3://{bucket}")
    big = scratch() / "big.bin"
    big.write_bytes(os.urandom(1 << 20) * 20)
    aws("s3", "cp", str(big), f"s3://{bucket}/{prefix}/big.bin")
    aws("s3", "cp", f"s3://{bucket}/{prefix}/big.bin", str(scratch() / "big.back"))
    assert (scratch() / "big.back").read_bytes() == big.read_bytes()
    url = aws("s3", "presign", f"s3://{bucket}/{prefix}/big.bin").strip()
    assert "amazonaws" not in url, url


@scenario
def cli_logs_and_invoke() -> None:
    groups = aws("logs", "describe-log-groups", "--query", "logGroups[].logGroupName")
    assert "/aws/sagemaker/ProcessingJobs" in groups, groups
    group = "/aws/sagemaker/ProcessingJobs"
    found = aws(
        *("logs", "filter-log-events", "--log-group-name", group),
        *("--filter-pattern", "rows", "--query", "events[0].message"),
    )
    assert "rows" in found, found
    streams = aws(
        *("logs", "describe-log-streams", "--log-group-name", group),
        *("--query", "logStreams[0].logStreamName", "--output", "text"),
    )
    events = aws(
        *("logs", "get-log-events", "--log-group-name", group, "--start-from-head"),
        *("--log-stream-name", streams.strip(), "--query", "events[].message"),
    )
    assert json.loads(events), events
