"""The worker processes that an endpoint's configuration asks for."""

from __future__ import annotations

import hashlib
import http.client
import socket
from dataclasses import dataclass
from pathlib import Path

from jupyter_smkit.compute import images
from jupyter_smkit.compute.executor import Input, Launch
from jupyter_smkit.control.context import Context
from jupyter_smkit.endpoints import containers
from jupyter_smkit.serving.inference import MODEL_TIMEOUT
from jupyter_smkit.state.records import Json, Record

_CODE = "/opt/ml/code"
_PING = 2.0
"""Seconds that an answer to /ping is waited for, as SageMaker does."""
_STARTUP = 480.0
"""Seconds in which a container must be ready where the variant sets no other limit."""
_DRAINING = MODEL_TIMEOUT + 5.0
"""Seconds for what a worker was asked before it was told to stop, which it lets end itself."""


@dataclass(frozen=True)
class Worker:
    """One model server of a variant; as many as the variant has instances."""

    variant: str
    weight: float
    image: str
    launch: Launch
    patience: float
    """Seconds in which its container must be ready."""


def wanted(context: Context, endpoint: Record) -> list[Worker]:
    """The workers that the endpoint's configuration asks for; raises KeyError with a message."""
    config = _record(context, endpoint, "EndpointConfig", endpoint.request["EndpointConfigName"])
    weights = endpoint.observed.get("_weights") or {}
    found = []
    for variant in config.request["ProductionVariants"]:
        name = variant["VariantName"]
        model = _record(context, endpoint, "Model", variant["ModelName"])
        container = containers.of(model)[0]
        chosen = weights.get(name) or {}
        weight = chosen.get("weight")
        count = chosen.get("count") or variant.get("InitialInstanceCount") or 1
        for number in range(count):
            launch = _launch(context, endpoint, config, model, container, name, number)
            found.append(
                Worker(
                    name,
                    float(variant.get("InitialVariantWeight", 1.0) if weight is None else weight),
                    container.get("Image", ""),
                    launch,
                    variant.get("ContainerStartupHealthCheckTimeoutInSeconds", _STARTUP),
                )
            )
    return found


def _record(context: Context, endpoint: Record, kind: str, key: str) -> Record:
    found = context.state.get(endpoint.account, endpoint.region, kind, key)
    if found is None:
        raise KeyError(f'{kind} "{key}" was deleted; create it again, or update the endpoint')
    return found


def _launch(
    context: Context,
    endpoint: Record,
    config: Record,
    model: Record,
    container: Json,
    variant: str,
    number: int,
) -> Launch:
    # The configuration's creation time is part of the identity: one that was deleted and made
    # again under the same name is another one.
    identity = f"{endpoint.arn}/{endpoint.created}/{config.key}/{config.created}/{variant}/{number}"
    digest = hashlib.sha256(identity.encode()).hexdigest()[:20]
    source = (container.get("ModelDataSource") or {}).get("S3DataSource") or {}
    uri = container.get("ModelDataUrl") or source.get("S3Uri")
    packed = source.get("CompressionType", "Gzip") == "Gzip"
    environment = container.get("Environment") or {}
    # A script that the SageMaker SDK left beside the model's archive, not in it.
    code = environment.get("SAGEMAKER_SUBMIT_DIRECTORY", "")
    inputs = [Input(uri, "/opt/ml/model", extract=packed)] if uri else []
    if code.startswith("s3://"):
        inputs.append(Input(code, _CODE, extract=True))
        environment = {**environment, "SAGEMAKER_SUBMIT_DIRECTORY": _CODE}
    image = container.get("Image", "")
    if not images.resolve(image).known:
        environment = {**environment, "SMKIT_UNKNOWN_IMAGE": image}
    return Launch(
        id=f"{launch_prefix(endpoint)}{digest}",
        argv=("python", "-m", "jupyter_smkit.serving.worker"),
        image=image,
        account=endpoint.account,
        region=endpoint.region,
        log_group=f"/aws/sagemaker/Endpoints/{endpoint.key}",
        log_stream=f"{variant}/{digest}",
        environment={
            "AWS_REGION": endpoint.region,
            "SM_MODEL_DIR": "/opt/ml/model",
            **environment,
        },
        inputs=tuple(inputs),
        directories=("/opt/ml/model",),
        requirement_files=tuple(f"{at}/requirements.txt" for at in (_CODE, "/opt/ml/model/code")),
        socket=str(context.home.run / "workers" / digest / "s"),
        network=not model.request.get("EnableNetworkIsolation", False),
        grace=_DRAINING,
        hosts=("model",),
    )


def served(record: Record) -> dict[str, Json]:
    """The weight and the instance count of each variant that serves now."""
    return {
        variant["name"]: {"weight": variant["weight"], "count": len(variant["workers"])}
        for variant in record.observed.get("_variants") or ()
    }


def launch_prefix(endpoint: Record) -> str:
    """With which the ids of the endpoint's launches begin, and of no other's."""
    return f"{endpoint.account}.{endpoint.region}.Worker.{endpoint.key}."


def answers(path: str) -> bool:
    """Whether the worker at a unix socket is ready: GET /ping gives 200."""
    if not Path(path).exists():
        return False
    connection = _UnixConnection(path, timeout=_PING)
    try:
        connection.request("GET", "/ping")
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


class _UnixConnection(http.client.HTTPConnection):
    def __init__(self, path: str, timeout: float) -> None:
        super().__init__("model", timeout=timeout)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.sock.settimeout(self.timeout)
        self.sock.connect(self._path)
