"""``smkit env`` and ``smkit run``."""

from __future__ import annotations

import json
import os
import shlex
import sys
from argparse import Namespace

from jupyter_smkit.client.environment import CLEARED, client_environment
from jupyter_smkit.config import Home
from jupyter_smkit.serve import ensure_running


def run(arguments: Namespace, home: Home) -> int:
    values = client_environment(home, ensure_running(home))
    if arguments.command == "env":
        print(script(values, arguments.shell))
        return 0
    argv = arguments.argv[1:] if arguments.argv[:1] == ["--"] else arguments.argv
    if not argv:
        print("smkit run: name the command: smkit run -- python train.py", file=sys.stderr)
        return 2
    kept = {name: value for name, value in os.environ.items() if name not in CLEARED}
    try:
        os.execvpe(argv[0], argv, {**kept, **values})
    except FileNotFoundError:
        print(f"smkit run: {argv[0]}: command not found", file=sys.stderr)
        return 127


def script(values: dict[str, str], shell: str) -> str:
    """The settings in the syntax of ``sh``, ``fish`` or as JSON (null: remove the variable)."""
    if shell == "json":
        return json.dumps({**values, **dict.fromkeys(CLEARED)}, indent=2)
    if shell == "fish":
        lines = [f"set -gx {name} {_fish(value)};" for name, value in values.items()]
        return "\n".join([*lines, f"set -e {' '.join(CLEARED)};"])
    lines = [f"export {name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join([*lines, f"unset {' '.join(CLEARED)}"])


def _fish(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
