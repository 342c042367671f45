"""On the PYTHONPATH of jobs, ``smkit env`` and ``smkit run``: loads the client hook with botocore.

Costs next to nothing until botocore is imported, and gives way to any other sitecustomize.
Importing pathlib or typing would cost every start more than all that stands here.
"""

# ruff: noqa: PTH100, PTH118, PTH120

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class BotocoreFinder:
    """Stands in front of the import system until botocore is found, then loads the hook after it."""

    def find_spec(self, name: str, path: "Any" = None, target: "Any" = None) -> "Any":
        if name != "botocore":
            return None
        sys.meta_path.remove(self)
        found = (finder.find_spec(name, path, target) for finder in sys.meta_path)
        spec: Any = next((spec for spec in found if spec is not None), None)
        if spec is None:
            return None
        execute = spec.loader.exec_module

        def exec_module(module: "Any") -> None:
            del spec.loader.exec_module
            execute(module)
            load_hook()

        spec.loader.exec_module = exec_module
        return spec


def load_hook() -> None:
    name = "jupyter_smkit.client.hook"
    if name in sys.modules:  # Whoever imported the hook before botocore points it.
        return
    from importlib.machinery import ModuleSpec, SourceFileLoader

    client = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    loader = SourceFileLoader(name, os.path.join(client, "hook.py"))
    module = type(sys)(name)
    module.__file__ = loader.path
    module.__spec__ = ModuleSpec(name, loader, origin=loader.path)
    sys.modules[name] = module
    loader.exec_module(module)
    module.point_by_environment()


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
    if "botocore" in sys.modules:
        load_hook()
    else:
        sys.meta_path.insert(0, BotocoreFinder())
run_next()
