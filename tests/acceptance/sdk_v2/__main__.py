"""The SageMaker Python SDK v2, boto3 and the AWS CLI, unmodified, against a running smkit.

Not part of `make test`: the SDK weighs 400 MB. Run by the SDK's own Python, pointed at smkit:

    smkit run -- SDK_VENV/bin/python tests/acceptance/sdk_v2 [--aws PATH] [SCENARIO ...]

Every scenario is one function of the modules beside this one; each prints `ok`, `skipped` and why,
or what went wrong.
The exit status is the number of scenarios that failed. A connection to anything but this machine
fails the run.
"""

from __future__ import annotations

import argparse
import os
import sys
from importlib import import_module

import scenario

# After `scenario`, which watches for connections: they import the clients.
MODULES = {
    name: import_module(name)
    for name in [
        "sessions",
        "boto3_alone",
        "endpoints",
        "processing",
        "training",
        "local_mode",
        "automl_jobs",
        "cli",
        "cli_v2",
    ]
}


def main() -> None:
    parser = argparse.ArgumentParser(description="SDK v2, boto3 and the AWS CLI against smkit")
    parser.add_argument("--aws", default="aws", help="the AWS CLI, of version 1 or 2")
    parser.add_argument("--smkit", default="smkit", help="the smkit command")
    parser.add_argument(
        "scenarios", nargs="*", metavar="SCENARIO", help=", ".join(scenario.SCENARIOS)
    )
    arguments = parser.parse_args()
    MODULES["cli"].AWS[:] = [arguments.aws]
    MODULES["cli_v2"].SMKIT[:] = [arguments.smkit]
    if "SMKIT_ENDPOINT_URL" not in os.environ:
        sys.exit('start it with `smkit run -- python …` or after `eval "$(smkit env)"`')
    unknown = [name for name in arguments.scenarios if name not in scenario.SCENARIOS]
    if unknown:
        sys.exit(
            f"no such scenario: {', '.join(unknown)}; there are {', '.join(scenario.SCENARIOS)}"
        )
    sys.exit(scenario.run(arguments.scenarios or list(scenario.SCENARIOS)))


if __name__ == "__main__":
    main()
