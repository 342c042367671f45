"""The Amazon SageMaker workflow on your own machine, in JupyterLab."""

from importlib import import_module
from typing import Any

__all__ = ["load_ipython_extension"]


def _jupyter_labextension_paths() -> list[dict[str, str]]:
    return [{"src": "labextension", "dest": "jupyter-smkit"}]


def _jupyter_server_extension_points() -> list[dict[str, Any]]:
    return [
        {"module": "jupyter_smkit", "app": import_module("jupyter_smkit.server.app").SmkitExtension}
    ]


def load_ipython_extension(shell: Any) -> None:
    """``%load_ext jupyter_smkit``: switches this kernel to smkit and adds ``%sm`` and ``%%sm``."""
    import_module("jupyter_smkit.magics").load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """``%unload_ext jupyter_smkit``: leaves this kernel's AWS requests alone again."""
    import_module("jupyter_smkit.client.switch").leave()
