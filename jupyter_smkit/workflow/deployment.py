"""Serving a model at an endpoint: a new one, or one that serves another model so far."""

from __future__ import annotations

import shutil
import tarfile
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jupyter_smkit.workflow import examples, session
from jupyter_smkit.workflow.data import split, upload
from jupyter_smkit.workflow.endpoints import Endpoint
from jupyter_smkit.workflow.jobs import Job

_UPDATABLE = ("InService", "UpdateRollbackFailed")


def deploy(
    model: Job | str | Mapping[str, Any],
    name: str = "",
    *,
    example: Any = None,
    instance_type: str = "ml.m5.large",
    role: str = "",
    update: bool = False,
    wait: bool = True,
) -> Endpoint:
    """Serves a model at an endpoint: of an AutoML job the best candidate (by the job or its name),
    or a container definition as CreateModel takes it.

    ``example``: a frame of rows as the model was trained on; of its columns the endpoint takes
    their names and types. AutoML's models know theirs.
    Where there is an endpoint of that name it raises ValueError, or, with ``update``, gives it the
    model, by UpdateEndpoint.
    """
    if isinstance(model, Mapping):
        containers = [dict(model)]
        name = name or session.unique("endpoint")
    elif example is not None:
        raise ValueError("a model of an AutoML job knows its columns: leave the example out")
    else:
        job = model.name if isinstance(model, Job) else model
        found = session.caller().call("DescribeAutoMLJobV2", AutoMLJobName=job)
        containers = found.get("BestCandidate", {}).get("InferenceContainers", [])
        if not containers:
            raise ValueError(f"{job} has no candidate to serve: {found['AutoMLJobStatus']}")
        name = name or job
    require_place(name, update)
    if example is not None:
        containers = [_with_example(containers[0], name, example)]
    shape = (
        {"PrimaryContainer": containers[0]} if len(containers) == 1 else {"Containers": containers}
    )
    made = _free_name(name)
    session.caller().call(
        "CreateModel", ModelName=made, ExecutionRoleArn=role or session.role(), **shape
    )
    return _serve(made, name, made, instance_type, wait)


def deploy_model(
    model: str,
    name: str = "",
    *,
    instance_type: str = "ml.m5.large",
    update: bool = False,
    wait: bool = True,
) -> Endpoint:
    """Serves what CreateModel has made, by its name, at an endpoint; ``update`` as in ``deploy``."""
    session.caller().call("DescribeModel", ModelName=model)
    name = name or model
    require_place(name, update)
    return _serve(model, name, _free_name(name, "EndpointConfig"), instance_type, wait)


def deploy_code(
    name: str,
    code: str = "",
    model: Any = None,
    *,
    example: Any = None,
    image: str = "",
    instance_type: str = "ml.m5.large",
    role: str = "",
    update: bool = False,
    wait: bool = True,
) -> Endpoint:
    """Serves a model with code of one's own (model_fn, predict_fn, …) or with smkit's server.

    ``model`` is what ``archive`` takes, or a ``model.tar.gz`` in s3://. Without an image it is
    the scikit-learn container, which has pandas and joblib as well; ``update`` as in ``deploy``.
    ``example``: as ``deploy`` takes it; without an input_fn the code gets such frames.
    """
    from jupyter_smkit.compute.images import uri

    require_place(name, update)
    packed = isinstance(model, str) and model.startswith("s3://")
    if packed and code:
        raise ValueError(f"{model} is packed already: its code belongs in it, in code/inference.py")
    container = {
        "Image": image or uri("sagemaker-scikit-learn", session.region()),
        "ModelDataUrl": model if packed else archive(name, code, model, example),
        "Environment": {"SAGEMAKER_PROGRAM": "inference.py"} if code else {},
    }
    return deploy(
        container,
        name,
        example=example if packed else None,
        instance_type=instance_type,
        role=role,
        update=update,
        wait=wait,
    )


def _with_example(container: Mapping[str, Any], name: str, example: Any) -> dict[str, Any]:
    """The container with a copy of its archive to which the example's columns were added."""
    bucket, key = split(str(container["ModelDataUrl"]))
    s3 = session.client("s3")
    packed = examples.repacked(s3.get_object(Bucket=bucket, Key=key)["Body"].read(), example)
    place = {"Bucket": session.default_bucket(), "Key": _archive_key(name)}
    s3.put_object(**place, Body=packed)
    return {**container, "ModelDataUrl": f"s3://{place['Bucket']}/{place['Key']}"}


def _archive_key(name: str) -> str:
    """Of its own: an endpoint of that name may serve what was packed before."""
    return f"models/{name}/{session.unique(name)}/model.tar.gz"


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
        return upload(packed, f"s3://{session.default_bucket()}/{_archive_key(name)}")


def require_place(name: str, update: bool) -> None:
    """Raises ValueError where there is an endpoint of that name that must not be, or cannot be,
    updated."""
    found = session.find("DescribeEndpoint", EndpointName=name)
    if found is None:
        return
    status = found["EndpointStatus"]
    if status == "Failed":
        mend = f"end it first: `%sm delete {name} --all`, Endpoint({name!r}).delete()"
    elif status not in _UPDATABLE:
        mend = f"`%sm endpoint {name}` waits until that is over"
    elif update:
        return
    else:
        mend = (
            "--update (update=True) gives it this model without an interruption, "
            "another name makes another endpoint"
        )
    raise ValueError(f"there is an endpoint {name!r} already, and it is {status}: {mend}")


def _free_name(name: str, *kinds: str) -> str:
    """``name``, or one made from it where a model or a configuration bears it already."""
    taken = (
        session.find(f"Describe{kind}", **{f"{kind}Name": name})
        for kind in kinds or ("EndpointConfig", "Model")
    )
    return session.unique(name) if any(taken) else name


def _serve(model: str, name: str, config: str, instance_type: str, wait: bool) -> Endpoint:
    call = session.caller().call
    variant = {
        "VariantName": "AllTraffic",
        "ModelName": model,
        "InitialInstanceCount": 1,
        "InstanceType": instance_type,
    }
    call("CreateEndpointConfig", EndpointConfigName=config, ProductionVariants=[variant])
    there = session.find("DescribeEndpoint", EndpointName=name)
    verb = "UpdateEndpoint" if there else "CreateEndpoint"
    call(verb, EndpointName=name, EndpointConfigName=config)
    endpoint = Endpoint(name, config if there else "")
    return endpoint.wait() if wait else endpoint
