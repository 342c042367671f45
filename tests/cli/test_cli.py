"""The command, as a user types it, against a real smkit."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import boto3
import pytest

from jupyter_smkit.cli import quickstart
from jupyter_smkit.cli.backup import backup
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease, processes
from jupyter_smkit.objects.store import ObjectStore

if TYPE_CHECKING:
    from conftest import Smkit

FLOW = Path(__file__).parents[2] / "examples" / "quickstart" / "flights.flow"
COMMAND = (
    sys.executable,
    "-c",
    "import sys; from jupyter_smkit.cli import main; sys.exit(main())",
)


def smkit_command(smkit: Smkit, *argv: str, ok: bool = True, **more: str) -> str:
    environ = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "SMKIT_"))}
    done = subprocess.run(
        [*COMMAND, *argv],
        env={**environ, "SMKIT_HOME": str(smkit.home.path), **more},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert (done.returncode == 0) is ok, done.stdout + done.stderr
    return done.stdout if ok else done.stderr


def test_serve_says_where_and_status_what(smkit: Smkit) -> None:
    assert smkit_command(smkit, "serve").strip() == smkit.url
    found = json.loads(smkit_command(smkit, "status", "--json"))
    assert found["address"] == smkit.url
    assert all(found["processes"].values())


def test_what_the_foreground_starts_heeds_signals(tmp_path: Path) -> None:
    home = Home(tmp_path)
    with subprocess.Popen(
        [*COMMAND, "serve", "--foreground"],
        env={**os.environ, "SMKIT_HOME": str(tmp_path)},
        stdout=subprocess.PIPE,
    ) as foreground:
        assert foreground.stdout is not None
        foreground.stdout.readline()
        pids = [lease.holder(home.locks, role) for role in processes.ROLES]
        told = [Path(f"/proc/{pid}/status").read_text() for pid in pids]
        foreground.terminate()
    assert foreground.returncode == 0
    assert all("SigBlk:\t0000000000000000\n" in status for status in told)
    assert not any(lease.holder(home.locks, role) for role in processes.ROLES)


def test_what_smkit_refuses_is_one_line(smkit: Smkit) -> None:
    said = smkit_command(smkit, "logs", "no name", ok=False)
    assert said.startswith("smkit: 1 validation error") and said.count("\n") == 1


def test_env_points_a_shell_here(smkit: Smkit) -> None:
    script = smkit_command(smkit, "env")
    shown = subprocess.run(
        ["sh", "-c", 'eval "$SCRIPT"; echo "$AWS_ENDPOINT_URL $AWS_PROFILE"'],
        env={**os.environ, "SCRIPT": script, "AWS_PROFILE": "work"},
        capture_output=True,
        text=True,
    ).stdout
    assert shown.strip() == smkit.url
    assert json.loads(smkit_command(smkit, "env", "--json"))["AWS_PROFILE"] is None
    assert "set -gx AWS_ENDPOINT_URL " in smkit_command(smkit, "env", "--shell", "fish")


def test_run_keeps_a_program_from_aws(smkit: Smkit) -> None:
    code = """
import boto3
sts = boto3.client("sts", endpoint_url="https://sts.us-east-1.amazonaws.com")
print(sts.get_caller_identity()["Account"])
s3 = boto3.client("s3", use_ssl=False)
s3.create_bucket(Bucket="plain")
s3.put_object(Bucket="plain", Key="a folder/ä+b.csv", Body=b"a,b")
from urllib.request import urlopen
at = "http://plain.s3.amazonaws.com/a%20folder/%C3%A4+b.csv"
print(urlopen(at + "?response-content-type=text/csv").read().decode())
"""
    real = {"AWS_ACCESS_KEY_ID": "AKIAREALKEY", "AWS_SECRET_ACCESS_KEY": "x"}
    said = smkit_command(smkit, "run", "--", sys.executable, "-c", code, **real)
    assert said.split() == ["123456789012", "a,b"]
    assert "not found" in smkit_command(smkit, "run", "--", "no-such-program", ok=False)


def test_the_sample_project_comes_with_its_data(smkit: Smkit, tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    smkit_command(smkit, "samples", "quickstart", str(folder))
    names = {file.name for file in FLOW.parent.iterdir() if file.is_file()}
    assert {file.name for file in folder.iterdir()} == {*names, "flights.csv"}
    assert len((folder / "flights.csv").read_text().splitlines()) == 8001


def test_the_sample_project_replaces_nothing(tmp_path: Path) -> None:
    (tmp_path / "flights.flow").write_text("mine")
    with pytest.raises(FileExistsError, match=r"flights\.flow already: name another folder"):
        quickstart.write(tmp_path)
    assert [file.name for file in tmp_path.iterdir()] == ["flights.flow"]


def test_the_sample_project_is_in_the_wheel(tmp_path: Path) -> None:
    build = (sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path))
    subprocess.run(build, cwd=FLOW.parents[2], check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = {name for name in wheel.namelist() if name.startswith("jupyter_smkit/quickstart/")}
    assert {f"jupyter_smkit/quickstart/{FLOW.name}", "jupyter_smkit/quickstart/smkit.toml"} < held


def test_logs_and_events_tell_of_a_job(smkit: Smkit) -> None:
    smkit.bucket("cli-code")
    smkit.client("sagemaker").create_processing_job(
        ProcessingJobName="cli-hello",
        RoleArn="arn:aws:iam::123456789012:role/SmkitExecutionRole",
        AppSpecification={
            "ImageUri": "python",
            "ContainerEntrypoint": ["python3", "-c", "print('hello from a job')"],
        },
        ProcessingResources={
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "VolumeSizeInGB": 1,
            }
        },
    )
    assert smkit_command(smkit, "logs", "--follow", "cli-hello") == "hello from a job\n"
    events = [json.loads(line) for line in smkit_command(smkit, "events").splitlines()]
    mine = [event["status"] for event in events if event["key"] == "cli-hello"]
    assert mine[-1] == "Completed"
    assert "no log of 'nobody'" in smkit_command(smkit, "logs", "nobody", ok=False)


def test_a_key_of_ones_own_may_sign(smkit: Smkit) -> None:
    smkit_command(smkit, "credentials", "add", "TESTKEY", "secret", "--account", "210987654321")
    assert "TESTKEY  210987654321" in smkit_command(smkit, "credentials", "list")
    sts = boto3.client(
        "sts",
        region_name="us-east-1",
        endpoint_url=smkit.url,
        aws_access_key_id="TESTKEY",
        aws_secret_access_key="secret",
    )
    assert sts.get_caller_identity()["Account"] == "210987654321"
    wrong = ("credentials", "add", "K", "S", "--account", "12")
    assert "12 digits" in smkit_command(smkit, *wrong, ok=False)


def test_a_backup_starts_again_elsewhere(smkit: Smkit, tmp_path: Path) -> None:
    s3 = smkit.client("s3")
    smkit.bucket("kept")
    s3.put_object(Bucket="kept", Key="a/b", Body=b"bytes to keep")
    smkit_command(smkit, "backup", str(tmp_path / "all.tar.gz"))
    assert "exists already" in smkit_command(
        smkit, "backup", str(tmp_path / "all.tar.gz"), ok=False
    )
    with tarfile.open(tmp_path / "all.tar.gz") as archive:
        archive.extractall(tmp_path / "restored", filter="data")

    store = ObjectStore(tmp_path / "restored" / "objects")
    store.fetch("kept", "a/b", tmp_path / "fetched")
    store.close()
    assert (tmp_path / "fetched").read_bytes() == b"bytes to keep"
    assert (tmp_path / "restored" / "state.db").stat().st_size > 0
    assert [path.name for path in smkit.home.path.glob("backup-*")] == []


def test_a_backup_is_a_zip_where_its_name_says_so(smkit: Smkit, tmp_path: Path) -> None:
    smkit.bucket("zipped")
    smkit.client("s3").put_object(Bucket="zipped", Key="a", Body=b"bytes to keep")
    backup(smkit.home, tmp_path / "all.zip")
    with zipfile.ZipFile(tmp_path / "all.zip") as archive:
        archive.extractall(tmp_path / "restored")
    store = ObjectStore(tmp_path / "restored" / "objects")
    store.fetch("zipped", "a", tmp_path / "fetched")
    store.close()
    assert (tmp_path / "fetched").read_bytes() == b"bytes to keep"


@pytest.mark.parametrize("name", ["all.rar", "all", "all.gz"])
def test_a_backup_of_no_known_ending_is_refused(smkit: Smkit, tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match=r"one of \.tar, \.tar\.gz, .*\.zip"):
        backup(smkit.home, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_samples_fill_the_buckets_that_notebooks_read(smkit: Smkit) -> None:
    smkit_command(smkit, "samples")
    s3 = smkit.client("s3")
    for bucket in ("sagemaker-sample-files", "sagemaker-example-files-prod-us-east-1"):
        body = s3.get_object(Bucket=bucket, Key="datasets/tabular/iris/iris.data")["Body"].read()
        lines = body.decode().splitlines()
        assert len(lines) == 150
        assert lines[0] == "5.1,3.5,1.4,0.2,Iris-setosa"
    tumours = s3.get_object(Bucket=bucket, Key="datasets/tabular/breast_cancer/wdbc.csv")
    first = tumours["Body"].read().decode().splitlines()[0].split(",")
    assert (len(first), first[1]) == (32, "M")


def test_gc_keeps_what_is_young(smkit: Smkit) -> None:
    assert "0 would go" in smkit_command(smkit, "gc", "--dry-run")


def test_a_flow_becomes_a_script(smkit: Smkit, tmp_path: Path) -> None:
    smkit_command(smkit, "flow", "export", str(FLOW), "-o", str(tmp_path / "flights.py"))
    text = (tmp_path / "flights.py").read_text()
    compile(text, "flights.py", "exec")
    assert "def main(" in text
    assert "nowhere.flow" in smkit_command(smkit, "flow", "export", "nowhere.flow", ok=False)


def test_the_doctor_finds_this_machine_fit(smkit: Smkit) -> None:
    found = json.loads(smkit_command(smkit, "doctor", "--json"))
    levels = {finding["what"]: finding["level"] for finding in found}
    assert levels["processes"] == levels["port"] == levels["file system"] == "ok"


def test_help_needs_nothing_heavy() -> None:
    code = """
import sys
from jupyter_smkit.cli.arguments import parser
parser().format_help()
print([m for m in ("botocore", "polars", "pandas", "sqlalchemy", "asyncio") if m in sys.modules])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("argv", [["nonsense"], ["logs"], ["credentials", "drop"], ["run"]])
def test_a_wrong_line_is_refused(smkit: Smkit, argv: list[str]) -> None:
    assert smkit_command(smkit, *argv, ok=False)
