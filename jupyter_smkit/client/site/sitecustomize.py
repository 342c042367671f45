"""On the PYTHONPATH of jobs, ``smkit env`` and ``smkit run``: leads AWS's requests to smkit.

The client hook is loaded after botocore, the watch over plain HTTP (``client.plainhttp``) when
somebody asks for a host of AWS. Costs next to nothing until then, and gives way to any other
sitecustomize. Importing pathlib or typing would cost every start more than all that stands here.
"""

# ruff: noqa: PTH100, PTH118, PTH120

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MODULES = (
    "api.services",
    "control.lease",
    "control.starting",
    "client.side",
    "client.presence",
    "client.plainhttp",
    "client.local_mode",
    "client.hook",
)
"""What the hook needs, each after those that it imports."""


class Finder:
    """Stands in front of the import system until botocore, socket and http.client were imported,
    and does after each what has to be done then."""

    def __init__(self) -> None:
        self.then = {
            "botocore": load_hook,
            "socket": watch_resolver,
            "http.client": watch_requests,
        }

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        if name not in self.then:
            return None
        found = (each.find_spec(name, path, target) for each in sys.meta_path if each is not self)
        spec: Any = next((spec for spec in found if spec is not None), None)
        if spec is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: "Any") -> None:
            del spec.loader.exec_module
            execute(module)
            self.done(name)

        spec.loader.exec_module = exec_module
        return spec

    def done(self, name: str) -> None:
        then = self.then.pop(name, None)
        if not self.then and self in sys.meta_path:
            sys.meta_path.remove(self)
        if then is not None:
            then()


def load(wanted: str) -> "Any":
    """A module of smkit, by its file: there may be no package here to import it from."""
    for name in MODULES[: MODULES.index(wanted) + 1]:
        load_one(name)
    return sys.modules[f"jupyter_smkit.{wanted}"]


def load_one(short: str) -> None:
    name = f"jupyter_smkit.{short}"
    if name in sys.modules:
        return
    from importlib.machinery import ModuleSpec, SourceFileLoader

    package = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
    loader = SourceFileLoader(name, os.path.join(package, *short.split(".")) + ".py")
    module = type(sys)(name)
    module.__file__ = loader.path
    module.__spec__ = ModuleSpec(name, loader, origin=loader.path)
    sys.modules[name] = module
    loader.exec_module(module)


def load_hook() -> None:
    if "jupyter_smkit.client.hook" not in sys.modules:  # Else whoever imported it points it.
        load("client.hook").point_by_environment()


def watch() -> "Any":
    side = load("client.side")
    if not side.switch.engaged and (to := side.told_by_environment()) is not None:
        side.point(to)
    return load("client.plainhttp")


def watch_resolver() -> None:
    import socket

    original = socket.getaddrinfo

    def getaddrinfo(host: "Any", port: "Any", *rest: "Any", **more: "Any") -> "Any":
        if (b"aws" if isinstance(host, bytes) else "aws") in (host or "").lower():
            return watch().getaddrinfo(original, host, port, *rest, **more)
        return original(host, port, *rest, **more)

    getaddrinfo.smkit = True  # type: ignore[attr-defined]
    socket.getaddrinfo = getaddrinfo


def watch_requests() -> None:
    from http.client import HTTPConnection

    original = HTTPConnection.endheaders

    def endheaders(self: "Any", *rest: "Any", **more: "Any") -> None:
        if "aws" in self.host.lower() or b"aws" in b"".join(self._buffer[:1]).lower():
            watch().endheaders(original, self, *rest, **more)
        else:
            original(self, *rest, **more)

    endheaders.smkit = True  # type: ignore[attr-defined]
    HTTPConnection.endheaders = endheaders  # type: ignore[method-assign]


def run_next() -> None:
    """Runs the sitecustomize that this one hides, where there is one."""
    from importlib.machinery import PathFinder

    here = os.path.dirname(os.path.abspath(__file__))
    elsewhere = [entry for entry in sys.path if os.path.abspath(entry or ".") != here]
    spec = PathFinder.find_spec("sitecustomize", elsewhere)
    if spec is not None and spec.loader is not None:
        module = type(sys)("sitecustomize")
        module.__file__ = spec.origin
        module.__spec__ = spec
        sys.modules["sitecustomize"] = module
        spec.loader.exec_module(module)


if os.environ.get("SMKIT_ENDPOINT_URL"):
    finder = Finder()
    sys.meta_path.insert(0, finder)
    for found in [name for name in finder.then if name in sys.modules]:
        finder.done(found)
run_next()
