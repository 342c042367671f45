"""``smkit flow``."""

from __future__ import annotations

import sys
from argparse import Namespace
from pathlib import Path

from jupyter_smkit.config import Home


def run(arguments: Namespace, home: Home) -> int:
    from jupyter_smkit.wrangler.flow import FlowError

    verb = {"run": _run, "export": _export}[arguments.verb]
    try:
        return verb(arguments)
    except FlowError as error:
        where = f" (step {error.node})" if error.node else ""
        print(f"smkit flow: {arguments.file}: {error.message}{where}", file=sys.stderr)
        return 1


def _run(arguments: Namespace) -> int:
    from jupyter_smkit.workflow.flows import run_flow
    from jupyter_smkit.workflow.jobs import JobFailed

    output = arguments.output or ""
    if output and not output.startswith("s3://"):
        raise ValueError(f"--output is an s3:// address, and {output!r} is not")
    job, rows = run_flow(arguments.file, output=output, node=arguments.node or "", wait=False)
    print(f"{job.name} runs; `smkit logs -f {job.name}` follows it", file=sys.stderr)
    try:
        job.wait()
    except JobFailed as failure:
        print(f"smkit flow: {failure}", file=sys.stderr)
        return 1
    print(rows)
    return 0


def _export(arguments: Namespace) -> int:
    from jupyter_smkit.wrangler import export, flow

    text = export.script(flow.load(Path(arguments.file)), arguments.node or "")
    if arguments.output:
        Path(arguments.output).write_text(text)
    else:
        print(text)
    return 0
