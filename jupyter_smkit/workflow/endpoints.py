"""Endpoints: serving a model and asking it."""

from __future__ import annotations

import csv
import io
import json
import re
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jupyter_smkit.client.switch import side
from jupyter_smkit.workflow import examples, session, watch
from jupyter_smkit.workflow.data import split, upload
from jupyter_smkit.workflow.jobs import Job

_NUMBER = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?([eE][+-]?\d+)?|nan|-?inf")
_SETTLED = frozenset({"InService", "Failed", "OutOfService", "UpdateRollbackFailed"})


class EndpointFailed(Exception):
    """An endpoint did not come into service; the message is its FailureReason."""


@dataclass(frozen=True)
class Endpoint:
    name: str

    def describe(self) -> dict[str, Any]:
        return session.caller().call("DescribeEndpoint", EndpointName=self.name)

    def changes(self, tick: Callable[[], bool] = lambda: True) -> Iterator[dict[str, Any]]:
        """Its description now and whenever it changed, until it is in service or has failed."""
        return watch.changes(
            "Endpoint",
            self.name,
            self.describe,
            lambda found: found["EndpointStatus"] not in _SETTLED,
            tick,
        )

    def wait(self) -> Endpoint:
        """Returns when it is in service; raises EndpointFailed otherwise."""
        *_, last = self.changes()
        if last["EndpointStatus"] != "InService":
            raise EndpointFailed(
                f"{self.name}: {last.get('FailureReason', last['EndpointStatus'])}"
            )
        return self

    def delete(self) -> None:
        """Ends it; its model and its configuration, where they bear its name, go with it."""
        call = session.caller().call
        config = self.describe()["EndpointConfigName"]
        call("DeleteEndpoint", EndpointName=self.name)
        if config != self.name:
            return
        variants = call("DescribeEndpointConfig", EndpointConfigName=config)["ProductionVariants"]
        call("DeleteEndpointConfig", EndpointConfigName=config)
        if self.name in [variant.get("ModelName") for variant in variants]:
            call("DeleteModel", ModelName=self.name)


def deploy(
    model: Job | str | Mapping[str, Any],
    name: str = "",
    *,
    example: Any = None,
    instance_type: str = "ml.m5.large",
    role: str = "",
    wait: bool = True,
) -> Endpoint:
    """Serves a model at an endpoint: of an AutoML job the best candidate (by the job or its name),
    or a container definition as CreateModel takes it.

    ``example``: a frame of rows as the model was trained on; of its columns the endpoint takes
    their names and types. AutoML's models know theirs.
    """
    if isinstance(model, Mapping):
        name = name or session.unique("endpoint")
        containers = [dict(model) if example is None else _with_example(model, name, example)]
    elif example is not None:
        raise ValueError("a model of an AutoML job knows its columns: leave the example out")
    else:
        job = model.name if isinstance(model, Job) else model
        found = session.caller().call("DescribeAutoMLJobV2", AutoMLJobName=job)
        containers = found.get("BestCandidate", {}).get("InferenceContainers", [])
        if not containers:
            raise ValueError(f"{job} has no candidate to serve: {found['AutoMLJobStatus']}")
        name = name or job
    call = session.caller().call
    shape = (
        {"PrimaryContainer": containers[0]} if len(containers) == 1 else {"Containers": containers}
    )
    call("CreateModel", ModelName=name, ExecutionRoleArn=role or session.role(), **shape)
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": name,
        "InitialInstanceCount": 1,
        "InstanceType": instance_type,
    }
    call("CreateEndpointConfig", EndpointConfigName=name, ProductionVariants=[variant])
    call("CreateEndpoint", EndpointName=name, EndpointConfigName=name)
    endpoint = Endpoint(name)
    return endpoint.wait() if wait else endpoint


def _with_example(container: Mapping[str, Any], name: str, example: Any) -> dict[str, Any]:
    """The container with a copy of its archive to which the example's columns were added."""
    bucket, key = split(str(container["ModelDataUrl"]))
    s3 = session.client("s3")
    packed = examples.repacked(s3.get_object(Bucket=bucket, Key=key)["Body"].read(), example)
    place = {"Bucket": session.default_bucket(), "Key": f"models/{name}/model.tar.gz"}
    s3.put_object(**place, Body=packed)
    return {**container, "ModelDataUrl": f"s3://{place['Bucket']}/{place['Key']}"}


def archive(name: str, code: str = "", model: Any = None, example: Any = None) -> str:
    """Packs ``model.tar.gz`` into the default bucket; its address.

    ``code`` becomes ``code/inference.py``; ``model`` is a file or folder's path, whose files come
    beside it, or an object, which is kept as ``model.joblib``. ``example``: as ``deploy`` takes it.
    """
    with tempfile.TemporaryDirectory() as directory:
        base = Path(directory)
        files = base / "model"
        files.mkdir()
        if code:
            (files / "code").mkdir()
            (files / "code" / "inference.py").write_text(code)
        if isinstance(model, str | Path):
            path = Path(model).expanduser()
            if path.is_dir():
                shutil.copytree(path, files, dirs_exist_ok=True)
            else:
                shutil.copy2(path, files)
        elif model is not None:
            import joblib

            joblib.dump(model, files / "model.joblib")
        if example is not None:
            examples.add(files, example)
        packed = base / "model.tar.gz"
        with tarfile.open(packed, "w:gz") as out:
            for entry in sorted(files.iterdir()):
                out.add(entry, entry.name)
        return upload(packed, f"s3://{session.default_bucket()}/models/{name}/model.tar.gz")


def deploy_code(
    name: str,
    code: str = "",
    model: Any = None,
    *,
    example: Any = None,
    image: str = "",
    instance_type: str = "ml.m5.large",
    role: str = "",
    wait: bool = True,
) -> Endpoint:
    """Serves a model with code of one's own (model_fn, predict_fn, …) or with smkit's server.

    Without an image it is the scikit-learn container, which has pandas and joblib as well.
    ``example``: as ``deploy`` takes it; without an input_fn the code gets such frames.
    """
    from jupyter_smkit.compute.images import uri

    container = {
        "Image": image or uri("sagemaker-scikit-learn", session.region()),
        "ModelDataUrl": archive(name, code, model, example),
        "Environment": {"SAGEMAKER_PROGRAM": "inference.py"} if code else {},
    }
    return deploy(container, name, instance_type=instance_type, role=role, wait=wait)


def invoke(
    endpoint: Endpoint | str,
    body: bytes | str,
    content_type: str = "text/csv",
    accept: str = "",
) -> tuple[bytes, str]:
    """InvokeEndpoint; the answer's body and content type. Raises CallFailed."""
    name = endpoint.name if isinstance(endpoint, Endpoint) else endpoint
    wanted = {"Accept": accept} if accept else {}
    answer = session.caller().call(
        "InvokeEndpoint",
        "sagemaker-runtime",
        EndpointName=name,
        Body=body,
        ContentType=content_type,
        **wanted,
    )
    return answer["Body"].read(), answer["ContentType"]


def predict(endpoint: Endpoint | str, rows: Any) -> list[Any]:
    """The predictions for the rows of a frame: of each row a value, or a list of several."""
    is_polars = type(rows).__module__.startswith("polars")
    # smkit puts named columns in the model's order; AWS's containers want rows only.
    header = side() == "local"
    if is_polars:
        text = rows.write_csv(include_header=header)
    else:
        text = rows.to_csv(index=False, header=header)
    content_type = "text/csv; header=present" if header else "text/csv"
    body, answered = invoke(endpoint, text, content_type, "text/csv")
    return parse(body, answered)


def parse(body: bytes, content_type: str) -> list[Any]:
    """An answer of CSV or JSON as a list with an entry a row; numbers are numbers."""
    if "json" in content_type:
        found = json.loads(body)
        if isinstance(found, dict):
            found = found.get("predictions", [found])
        return found if isinstance(found, list) else [found]
    rows = [[_number(cell) for cell in row] for row in csv.reader(io.StringIO(body.decode()))]
    return [row[0] if len(row) == 1 else row for row in rows if row]


def _number(cell: str) -> Any:
    """Labels such as ``007`` and ``1_000`` are no numbers."""
    return float(cell) if _NUMBER.fullmatch(cell) else cell
