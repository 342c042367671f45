"""The IPython extension of kernels that start on smkit's side: ``%sm`` without ``%load_ext``.

Loaded by name from PYTHONPATH into interpreters that may not have smkit; imports nothing of it.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def load_ipython_extension(shell: "Any") -> None:
    shell.magics_manager.register_lazy("sm", "jupyter_smkit.magics")
