"""``smkit doctor``: what works here, and the command that mends what does not."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from collections.abc import Callable
from dataclasses import asdict

from jupyter_smkit.cli import checks
from jupyter_smkit.cli.checks import Finding
from jupyter_smkit.config import Home

CHECKS: tuple[Callable[[Home], Finding], ...] = (
    checks.python,
    checks.uv,
    checks.home,
    checks.file_system,
    checks.disk,
    checks.settings,
    checks.clock,
    checks.state,
    checks.port,
    checks.processes,
    checks.sandbox,
    checks.server_extension,
    checks.lab_extension,
    checks.clients,
)
_MARKS = {"ok": "ok  ", "warning": "warn", "error": "FAIL"}


def run(arguments: Namespace, home: Home) -> int:
    """Exit status 1 where something does not work; warnings do not count."""
    found = [_made(check, home) for check in CHECKS]
    if arguments.json:
        json.dump([asdict(finding) for finding in found], sys.stdout, indent=2)
        print()
    else:
        for finding in found:
            print(f"{_MARKS[finding.level]}  {finding.what}: {finding.says}")
            if finding.mend:
                print(f"        → {finding.mend}")
    return int(any(finding.level == "error" for finding in found))


def _made(check: Callable[[Home], Finding], home: Home) -> Finding:
    """A check that cannot be made is a finding, too: the others go on."""
    try:
        return check(home)
    except (OSError, ValueError) as error:
        return Finding(check.__name__.replace("_", " "), "error", str(error))
