"""Jobs: running code as one, waiting for it, its log."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_smkit.client import logs
from jupyter_smkit.workflow import session, watch
from jupyter_smkit.workflow.data import put, upload

ROOT = "/opt/ml/processing"
_IMAGE = "sagemaker-base-python"


class JobFailed(Exception):
    """A job that was waited for failed; the message is its FailureReason."""


@dataclass(frozen=True)
class Job:
    """A job by its kind (``ProcessingJob``) and name."""

    kind: str
    name: str

    def describe(self) -> dict[str, Any]:
        return session.caller().call(logs.DESCRIBE[self.kind], **{f"{self.kind}Name": self.name})

    @property
    def status(self) -> str:
        return str(self.describe()[f"{self.kind}Status"])

    def changes(self, tick: Callable[[], bool] = lambda: True) -> Iterator[dict[str, Any]]:
        """Its description now and whenever it changed, until it has ended or ``tick`` is False."""
        return watch.changes(
            self.kind,
            self.name,
            self.describe,
            lambda found: found[f"{self.kind}Status"] not in logs.ENDED,
            tick,
        )

    def wait(self) -> Job:
        """Returns when it is completed; raises JobFailed otherwise."""
        *_, last = self.changes()
        if last[f"{self.kind}Status"] != "Completed":
            reason = last.get("FailureReason") or last.get("ExitMessage") or ""
            status = last[f"{self.kind}Status"].lower()
            raise JobFailed(f"{self.name} {status}. {reason}".strip())
        return self

    def stop(self) -> None:
        session.caller().call(f"Stop{self.kind}", **{f"{self.kind}Name": self.name})

    def tail(self, count: int = 20) -> list[str]:
        """The last lines of its log."""
        return logs.tail(session.caller(), self.name, count)


def find(name: str) -> Job:
    """The job of that name. Raises ValueError where there is none."""
    found = logs.describe_job(session.caller(), name)
    if found is None:
        raise ValueError(f"there is no job {name!r}; `%sm jobs` lists them")
    return Job(found[0], name)


def require_free(kind: str, name: str) -> None:
    """Raises ValueError where there is such a job: before what it was given would be replaced."""
    found = session.find(logs.DESCRIBE[kind], **{f"{kind}Name": name})
    if found is not None:
        status = found[f"{kind}Status"]
        raise ValueError(
            f"there is a {kind} {name!r} already ({status}): name another (--name, name=)"
        )


def process(
    code: str,
    *,
    inputs: Mapping[str, str] | None = None,
    outputs: Mapping[str, str] | None = None,
    arguments: Sequence[str] = (),
    environment: Mapping[str, str] | None = None,
    image: str = "",
    instance_type: str = "ml.m5.xlarge",
    name: str = "",
    role: str = "",
    wait: bool = True,
) -> Job:
    """Runs Python source as a Processing job.

    An input is an ``s3://`` address or a path here, found by the job in
    ``/opt/ml/processing/input/<name>``; what the job leaves in
    ``/opt/ml/processing/output/<name>`` comes to that output's address.
    """
    if name:
        require_free("ProcessingJob", name)
    name = name or session.unique("cell")
    base = f"s3://{session.default_bucket()}/{name}"
    source = f"{base}/input/code/cell.py"
    put(source, code.encode())
    given = {"code": source}
    for label, where in (inputs or {}).items():
        given[label] = where if where.startswith("s3://") else _uploaded(where, base, label)
    request: dict[str, Any] = {
        "ProcessingJobName": name,
        "RoleArn": role or session.role(),
        "ProcessingInputs": [_input(label, uri) for label, uri in given.items()],
        "AppSpecification": {
            "ImageUri": image or _python_image(),
            "ContainerEntrypoint": ["python3", f"{ROOT}/input/code/cell.py"],
            **({"ContainerArguments": list(arguments)} if arguments else {}),
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": instance_type,
                "VolumeSizeInGB": 30,
            }
        },
    }
    if outputs:
        made = [_output(label, uri) for label, uri in outputs.items()]
        request["ProcessingOutputConfig"] = {"Outputs": made}
    if environment:
        request["Environment"] = dict(environment)
    session.caller().call("CreateProcessingJob", **request)
    job = Job("ProcessingJob", name)
    return job.wait() if wait else job


def _python_image() -> str:
    from jupyter_smkit.compute.images import uri

    return uri(_IMAGE, session.region())


def _uploaded(where: str, base: str, label: str) -> str:
    path = Path(where).expanduser()
    ending = f"/{path.name}" if path.is_file() else ""
    return upload(path, f"{base}/input/{label}{ending}")


def _input(label: str, uri: str) -> dict[str, Any]:
    return {
        "InputName": label,
        "S3Input": {
            "S3Uri": uri,
            "LocalPath": f"{ROOT}/input/{label}",
            "S3DataType": "S3Prefix",
            "S3InputMode": "File",
        },
    }


def _output(label: str, uri: str) -> dict[str, Any]:
    return {
        "OutputName": label,
        "S3Output": {
            "S3Uri": uri,
            "LocalPath": f"{ROOT}/output/{label}",
            "S3UploadMode": "EndOfJob",
        },
    }
