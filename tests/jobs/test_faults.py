"""Jobs that misbehave, and jobs whose supervisors do."""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
import tempfile
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError

from jupyter_smkit import serve
from jupyter_smkit.compute import environments
from jupyter_smkit.compute.executor import Launch
from jupyter_smkit.compute.images import BASE_REQUIREMENTS
from jupyter_smkit.compute.local import LocalExecutor
from jupyter_smkit.config import Home
from jupyter_smkit.control import lease
from jupyter_smkit.control.processes import wait_until
from tests.conftest import start
from tests.jobs.conftest import finished, job, log_of, packed, started, training_request


def processes_with(word: str) -> list[str]:
    found = []
    for file in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = file.read_bytes().replace(b"\0", b" ").decode(errors="replace")
        except OSError:
            continue
        if word in line:
            found.append(line)
    return found


def test_a_path_that_leaves_opt_ml_is_refused(smkit: Any) -> None:
    client = smkit.client("sagemaker")
    outside = "/opt/ml/processing/../../../../outside"
    given = {"S3Uri": "s3://code/x", "LocalPath": outside, "S3DataType": "S3Prefix"}
    asked = job(smkit, "leaves", "pass")
    asked["ProcessingInputs"].append(
        {"InputName": "i", "S3Input": {**given, "S3InputMode": "File"}}
    )
    with pytest.raises(ClientError, match="must be a directory under"):
        client.create_processing_job(**asked)
    asked = job(smkit, "leaves", "pass")
    made = {"S3Uri": "s3://code/x", "LocalPath": outside, "S3UploadMode": "EndOfJob"}
    asked["ProcessingOutputConfig"] = {"Outputs": [{"OutputName": "o", "S3Output": made}]}
    with pytest.raises(ClientError, match="must be a directory under"):
        client.create_processing_job(**asked)


def test_an_ended_job_leaves_nothing(fresh_smkit: Any) -> None:
    for name in ("first", "second"):
        fresh_smkit.client("sagemaker").create_processing_job(**job(fresh_smkit, name, "pass"))
        assert finished(fresh_smkit, name)["ProcessingJobStatus"] == "Completed"
    assert wait_until(lambda: not fresh_smkit.launches(), 10)
    # The supervisor of the first job was waited for: at most the last one is a zombie.
    daemon = lease.holder(fresh_smkit.home.locks, "daemon")
    children = Path(f"/proc/{daemon}/task/{daemon}/children").read_text().split()
    assert len(children) <= 3


STARTS_ANOTHER = (
    "import subprocess, sys\n"
    "subprocess.Popen(['sleep', '{seconds}'], start_new_session=True)\n"
    "print('started', flush=True)\n"
)


def test_what_a_program_started_ends_with_it(smkit: Any) -> None:
    word = f"sleep 1{os.getpid()}"
    code = STARTS_ANOTHER.format(seconds=word.split()[1])
    smkit.client("sagemaker").create_processing_job(**job(smkit, "starts", code))
    assert finished(smkit, "starts")["ProcessingJobStatus"] == "Completed"
    assert not processes_with(word)


def test_what_a_program_started_does_not_outlive_its_supervisor(smkit: Any) -> None:
    word = f"sleep 2{os.getpid()}"
    code = STARTS_ANOTHER.format(seconds=word.split()[1]) + "import signal; signal.pause()"
    client = smkit.client("sagemaker")
    client.create_processing_job(**job(smkit, "orphan", code))
    started(smkit, "orphan")
    assert wait_until(lambda: len(processes_with(word)) == 1, 20)
    [launch] = smkit.launches(name="orphan")
    smkit.end_supervisor(launch)
    assert wait_until(lambda: log_of(smkit, "orphan").count("started") == 2, 20)
    assert len(processes_with(word)) == 1
    client.stop_processing_job(ProcessingJobName="orphan")
    finished(smkit, "orphan")


def test_a_machine_that_shuts_down_stops_no_job(smkit: Any) -> None:
    code = "print('started', flush=True)\nimport signal; signal.pause()"
    client = smkit.client("sagemaker")
    client.create_processing_job(**job(smkit, "goes-on", code))
    started(smkit, "goes-on")
    assert wait_until(lambda: log_of(smkit, "goes-on").count("started") == 1, 20)
    [launch] = smkit.launches(name="goes-on")
    smkit.end_supervisor(launch, signal.SIGTERM)
    assert wait_until(lambda: log_of(smkit, "goes-on").count("started") == 2, 20)
    client.stop_processing_job(ProcessingJobName="goes-on")
    assert finished(smkit, "goes-on")["ProcessingJobStatus"] == "Stopped"


def test_pipes_in_place_of_files_hold_up_nobody(smkit: Any) -> None:
    code = (
        "import os\n"
        "os.mkfifo(os.environ['SMKIT_REPORT'])\n"
        "os.remove('/opt/ml/output/message'); os.mkfifo('/opt/ml/output/message')\n"
    )
    smkit.client("sagemaker").create_processing_job(**job(smkit, "pipes", code))
    assert finished(smkit, "pipes", 20)["ProcessingJobStatus"] == "Completed"


def test_a_job_sees_no_keys_and_no_other_jobs(smkit: Any) -> None:
    code = (
        "import os\n"
        "home = os.environ['SMKIT_HOME']\n"
        "print('sees', *sorted(os.listdir(home)), *os.listdir(f'{home}/jobs'))\n"
        "try: open(f'{home}/jobs/made', 'w')\n"
        "except OSError as error: print(error)\n"
        "open('/lib/made-by-a-job', 'w').close(); print('made')\n"
    )
    smkit.client("sagemaker").create_processing_job(**job(smkit, "sees", code))
    assert finished(smkit, "sees")["ProcessingJobStatus"] == "Completed"
    said = log_of(smkit, "sees")
    [seen] = [line.split() for line in said if line.startswith("sees")]
    assert {"jobs", "sagemaker-config.yaml"} <= set(seen)
    assert not {"credentials.json", "state.db", "objects", "run", "logs"} & set(seen)
    assert len([name for name in seen if "ProcessingJob" in name]) == 1
    assert any("Read-only file system" in line for line in said)
    assert "made" in said and not Path("/lib/made-by-a-job").exists()


def test_pip_installs_into_the_job_alone(smkit: Any) -> None:
    code = (
        "import subprocess, sys, zipfile\n"
        "with zipfile.ZipFile('/tmp/mine-1.0-py3-none-any.whl', 'w') as wheel:\n"
        "    wheel.writestr('mine.py', 'said = 7')\n"
        "    info = 'mine-1.0.dist-info/'\n"
        "    wheel.writestr(info + 'METADATA', 'Metadata-Version: 2.1\\nName: mine\\nVersion: 1.0\\n')\n"
        "    wheel.writestr(info + 'WHEEL', 'Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\n')\n"
        "    wheel.writestr(info + 'RECORD', '')\n"
        "install = ['install', '--no-index', '/tmp/mine-1.0-py3-none-any.whl']\n"
        "subprocess.check_call({how} + install)\n"
        "import mine; print('mine', mine.said)\n"
    )
    for name, how in (("module", "[sys.executable, '-m', 'pip']"), ("command", "['pip']")):
        asked = job(smkit, f"pip-{name}", code.replace("{how}", how))
        smkit.client("sagemaker").create_processing_job(**asked)
        found = finished(smkit, f"pip-{name}")
        assert found["ProcessingJobStatus"] == "Completed", found.get("FailureReason")
        assert "mine 7" in log_of(smkit, f"pip-{name}")
    with pytest.raises(ModuleNotFoundError):
        __import__("mine")


def test_a_long_log_still_tells_the_last_line(smkit: Any) -> None:
    code = "for n in range(30): print('x' * 200)\nraise ValueError('the cause')"
    smkit.client("sagemaker").create_processing_job(**job(smkit, "long-log", code))
    found = finished(smkit, "long-log")
    assert len(found["FailureReason"]) <= 1024
    assert found["FailureReason"].startswith("AlgorithmError: the program failed, exit code: 1")
    assert found["FailureReason"].endswith("ValueError: the cause")


def test_a_log_that_fits_is_told_whole(smkit: Any) -> None:
    code = "print('the first line' + 'x' * 500)\nraise SystemExit('no luck')"
    smkit.client("sagemaker").create_processing_job(**job(smkit, "fitting-log", code))
    reason = finished(smkit, "fitting-log")["FailureReason"]
    assert "the first line" in reason and reason.endswith("no luck")


def test_of_a_long_message_the_exception_is_told(smkit: Any) -> None:
    code = (
        "import traceback\n"
        "def deep(n):\n"
        "    if n == 0: raise ValueError('the cause')\n"
        "    deep(n - 1)\n"
        "try: deep(2)\n"
        "except ValueError:\n"
        "    said = '# ' + 'x' * 900 + chr(10) + traceback.format_exc()\n"
        "    open('/opt/ml/output/message', 'w').write(said)\n"
        "    raise SystemExit(1)\n"
    )
    smkit.client("sagemaker").create_processing_job(**job(smkit, "long-message", code))
    found = finished(smkit, "long-message")
    assert found["FailureReason"].endswith("ValueError: the cause")
    assert found["ExitMessage"].endswith("ValueError: the cause")


def test_an_empty_prefix_fails_the_job(smkit: Any) -> None:
    bucket = smkit.bucket("empty-input")
    given = {
        "S3Uri": f"s3://{bucket}/nothing/",
        "LocalPath": "/opt/ml/processing/input/data",
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
    }
    asked = job(smkit, "empty", "pass", ProcessingInputs=[{"InputName": "i", "S3Input": given}])
    smkit.client("sagemaker").create_processing_job(**asked)
    found = finished(smkit, "empty")
    assert found["ProcessingJobStatus"] == "Failed"
    assert "no S3 objects found" in found["FailureReason"]


def test_the_clients_hook_stays_where_a_job_sets_pythonpath(smkit: Any) -> None:
    code = "import boto3; print(boto3.client('sts').get_caller_identity()['Account'])"
    asked = job(smkit, "pythonpath", code, Environment={"PYTHONPATH": "/opt/ml/code"})
    smkit.client("sagemaker").create_processing_job(**asked)
    assert finished(smkit, "pythonpath")["ProcessingJobStatus"] == "Completed"
    assert "123456789012" in log_of(smkit, "pythonpath")


def test_a_sandbox_that_does_not_work_fails_the_job(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (tmp_path / "config.toml").write_text('sandbox = "chroot"\n')
    executor = LocalExecutor(home)
    executor.launch(Launch("one", ("true",), "python", "1", "r", "/g", "s"))
    seen = executor.poll("one")
    assert (seen.state, seen.outcome) == ("done", "Failed")
    assert "smkit doctor" in seen.reason
    assert seen.ended is not None


def test_a_job_is_stopped_while_its_environment_is_built(smkit: Any) -> None:
    wanted = "no-such-package-at-all==1"
    names = tuple(sorted({wanted, *BASE_REQUIREMENTS}))
    lock = smkit.home.environments / f"python-{environments.fingerprint(names)}.lock"
    lock.parent.mkdir(parents=True, exist_ok=True)
    s3, client = smkit.client("s3"), smkit.client("sagemaker")
    files = {"train.py": "pass", "requirements.txt": wanted}
    s3.put_object(
        Bucket=smkit.bucket("training-data"),
        Key="builds/sourcedir.tar.gz",
        Body=packed(smkit.home.path / "made" / "sourcedir.tar.gz", files),
    )
    s3.put_object(Bucket="training-data", Key="in/rows.csv", Body=b"1,2\n")
    asked = training_request(
        smkit,
        "builds",
        {
            "sagemaker_program": "train.py",
            "sagemaker_submit_directory": "s3://training-data/builds/sourcedir.tar.gz",
        },
    )
    asked["AlgorithmSpecification"]["TrainingImage"] = "python"

    def described() -> dict[str, Any]:
        answer: dict[str, Any] = client.describe_training_job(TrainingJobName="builds")
        return answer

    with open(lock, "w") as builds:
        # Another job builds the same environment and does not come to an end.
        fcntl.flock(builds, fcntl.LOCK_EX)
        client.create_training_job(**asked)
        assert wait_until(lambda: described()["SecondaryStatus"] == "Downloading", 20)
        client.stop_training_job(TrainingJobName="builds")
        found = smkit.settled(described, "TrainingJobStatus", 20)
    assert found["TrainingJobStatus"] == "Stopped"
    lock.unlink()


def test_a_home_may_have_a_long_name_with_spaces(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = start(tmp_path / ("a löng näme " * 8) / "home")
    try:
        assert running.home.run.parent != running.home.path
        running.client("sagemaker").create_processing_job(**job(running, "far", "print('here')"))
        assert finished(running, "far")["ProcessingJobStatus"] == "Completed"
        assert "here" in log_of(running, "far")
        # Whoever has another temporary directory finds the same sockets.
        monkeypatch.setenv("TMPDIR", str(tmp_path))
        tempfile.tempdir = None
        assert serve.up(Home(running.home.path))
    finally:
        serve.stop(running.home)
        shutil.rmtree(running.home.run)
        tempfile.tempdir = None
