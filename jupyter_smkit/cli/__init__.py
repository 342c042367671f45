"""The ``smkit`` command."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib import import_module


def main(argv: Sequence[str] | None = None) -> int:
    """Runs a subcommand; its exit status."""
    from jupyter_smkit.cli.arguments import parser
    from jupyter_smkit.config import Home

    arguments = parser().parse_args(argv)
    run = import_module(f"jupyter_smkit.cli.{arguments.module}").run
    try:
        status: int = run(arguments, Home.from_environment())
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        sys.stderr.close()
        return 141
    except Exception as error:
        # Messages of these, CallFailed among them, are written for the user; others are bugs.
        if not isinstance(error, (OSError, RuntimeError, ValueError)):
            raise
        print(f"smkit: {error}", file=sys.stderr)
        return 1
    return status
