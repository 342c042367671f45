"""``instance_type="local"`` of the SageMaker SDK v2: runs in smkit, where the SDK would take Docker.

The SDK's ``LocalSession`` gets real clients, whose requests the hook sends to smkit; what only a
container on the same machine could read (``file://``) is uploaded first. Loaded by path with the
hook, so it imports the standard library and ``side`` alone.
"""

from __future__ import annotations

import sys
import time
from functools import partial
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import unquote, urlsplit

from jupyter_smkit.client.side import switch

MODULE = "sagemaker.local.local_session"
INSTANCES = {"local": "ml.m5.large", "local_gpu": "ml.g4dn.xlarge"}
"""What the API is told: a type is recorded, and means nothing on this machine."""
_OURS = "_smkit"
"""Marks a session of local mode that talks to smkit."""


class Misplaced(RuntimeError):
    """What was made for local mode on smkit, and cannot be sent where it would go now."""


def install() -> None:
    """Changes ``LocalSession``, now or once it is imported."""
    if (loaded := sys.modules.get(MODULE)) is not None:
        adapt(loaded)
    elif not any(isinstance(each, Watch) for each in sys.meta_path):
        sys.meta_path.insert(0, Watch())


class Watch:
    """Stands in front of the import system until the SDK's local mode is imported."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        if name != MODULE:
            return None
        sys.meta_path.remove(self)
        spec = PathFinder.find_spec(name, path)
        if spec is not None and spec.loader is not None:
            spec.loader.exec_module = partial(_execute, spec.loader.exec_module)  # type: ignore[method-assign]
        return spec


def _execute(execute: Any, module: ModuleType) -> None:
    execute(module)
    adapt(module)


def adapt(module: Any) -> None:
    """Makes ``LocalSession`` talk to smkit while the process is on its side."""
    local = module.LocalSession
    if _OURS in vars(local):
        return
    setattr(local, _OURS, False)
    remote = local.__mro__[1]
    initialize, config = local._initialize, local.config

    def _initialize(self: Any, *given: Any, **more: Any) -> None:
        initialize(self, *given, **more)
        # The SDK's pipelines run step by step in the process; their sessions are left alone.
        if switch.target is not None and type(self) is local:
            setattr(self, _OURS, True)
            self.config = self.config
            _connect(self)

    def configure(self: Any, value: dict[str, Any] | None) -> None:
        if getattr(self, _OURS) and "local" in (value or {}):
            value = {**(value or {}), "local": {**(value or {})["local"], "local_code": False}}
        config.fset(self, value)

    local._initialize = _initialize
    local.config = property(config.fget, configure)
    for name in ("logs_for_job", "logs_for_processing_job"):
        setattr(local, name, _either(getattr(remote, name), getattr(local, name)))


def _either(remote: Any, own: Any) -> Any:
    def logs(self: Any, *given: Any, **more: Any) -> Any:
        return (remote if getattr(self, _OURS) else own)(self, *given, **more)

    return logs


def _connect(session: Any) -> None:
    clients = session.boto_session
    session.sagemaker_client = clients.client("sagemaker")
    session.sagemaker_runtime_client = clients.client("sagemaker-runtime")
    session.sagemaker_client.meta.events.register(
        "provide-client-params.sagemaker", partial(_here, session)
    )


def _here(session: Any, params: dict[str, Any], **_: Any) -> dict[str, Any]:
    if switch.target is None:
        raise Misplaced(
            "This session was made for local mode on smkit, and this process now talks to the "
            "real AWS. Make a new session, or switch back with `%sm local`. Nothing was sent."
        )
    adapted: dict[str, Any] = adapted_to(session, params)
    return adapted


def adapted_to(session: Any, value: Any) -> Any:
    """A request of local mode in the form that the API takes; its files are uploaded."""
    if isinstance(value, list):
        return [adapted_to(session, each) for each in value]
    if not isinstance(value, dict):
        return value
    if (files := value.get("FileDataSource")) is not None:
        source = {"S3DataType": "S3Prefix", "S3Uri": _uploaded(session, files["FileUri"])}
        distribution = {"S3DataDistributionType": files["FileDataDistributionType"]}
        return {"S3DataSource": {**source, **distribution}}
    return {name: _member(session, name, each) for name, each in value.items()}


def _member(session: Any, name: str, value: Any) -> Any:
    if name == "InstanceType":
        return INSTANCES.get(value, value)
    if not isinstance(value, str) or not value.startswith("file://"):
        return adapted_to(session, value)
    if name in ("S3OutputPath", "S3ModelArtifacts"):
        raise Misplaced(
            f"{name}: {value} is a folder of this machine, and jobs of smkit write to s3://. "
            "Leave output_path out, or name an s3:// address; its objects open in JupyterLab."
        )
    return _uploaded(session, value)


def _uploaded(session: Any, uri: str) -> str:
    parts = urlsplit(uri)
    path = Path(unquote(parts.netloc + parts.path)).absolute()
    if not path.exists():
        raise FileNotFoundError(f"{uri}: there is no such file or folder")
    # A place of its own: what was in the folder earlier is not part of it now.
    prefix = f"local-mode/{time.time_ns() // 1_000_000}/{path.name if path.is_dir() else ''}"
    uploaded: str = session.upload_data(str(path), key_prefix=prefix.rstrip("/"))
    return uploaded
