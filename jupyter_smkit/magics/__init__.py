"""``%sm`` and ``%%sm``: the SageMaker workflow in a notebook."""

from __future__ import annotations

from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Adds the magics and leaves the kernel on its side."""
    from jupyter_smkit.magics.completion import offer
    from jupyter_smkit.magics.sm import SmMagics

    shell.register_magics(SmMagics)
    offer(shell)


def load(shell: Any) -> None:
    """What ``%load_ext jupyter_smkit`` does: switches the kernel to smkit and adds the magics."""
    from IPython.core.error import UsageError

    from jupyter_smkit.client.switch import switch_on
    from jupyter_smkit.config import CannotStart

    load_ipython_extension(shell)
    try:
        url = switch_on()
    except (CannotStart, OSError) as error:
        raise UsageError(str(error)) from None
    print(f"This kernel's AWS clients talk to smkit at {url}. `%sm aws` switches to the real AWS.")
