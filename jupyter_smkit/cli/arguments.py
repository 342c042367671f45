"""What the ``smkit`` command takes."""

from __future__ import annotations

import argparse

SHELLS = ("sh", "fish", "json")


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(
        prog="smkit", description="The Amazon SageMaker workflow on this machine."
    )
    commands = made.add_subparsers(metavar="COMMAND", required=True)

    def command(name: str, help: str, module: str = "") -> argparse.ArgumentParser:
        sub = commands.add_parser(name, help=help, description=help)
        sub.set_defaults(module=module or name, command=name)
        return sub

    serve = command("serve", "Start smkit and say where it listens.", "processes")
    serve.add_argument(
        "--foreground", action="store_true", help="stay, and stop smkit on Ctrl-C or SIGTERM"
    )

    env = command("env", 'Print what points AWS clients here: eval "$(smkit env)".', "environment")
    env.add_argument("--shell", choices=SHELLS, default="sh", help="whose syntax (default: sh)")
    env.add_argument("--json", action="store_const", const="json", dest="shell")

    run = command("run", "Run a command whose AWS clients talk to smkit.", "environment")
    run.add_argument("argv", nargs=argparse.REMAINDER, metavar="-- CMD")

    status = command("status", "Show what runs here.", "processes")
    status.add_argument("--json", action="store_true")
    command("stop", "Stop smkit's processes; jobs and model servers go on.", "processes")

    logs = command("logs", "Print the log of a job or an endpoint.")
    logs.add_argument("name")
    logs.add_argument("--follow", "-f", action="store_true", help="go on until it has ended")

    events = command("events", "Print what has happened, one JSON object a line.")
    events.add_argument("--follow", "-f", action="store_true", help="go on with what happens")
    events.add_argument("--after", type=int, default=0, metavar="SEQ", help="only later events")

    flow = command("flow", "Run a data flow, or write it as a Python script.")
    flow.add_argument("verb", choices=("run", "export"))
    flow.add_argument("file")
    flow.add_argument("--node", help="the step whose result is wanted (default: the last)")
    flow.add_argument("--output", "-o", metavar="PATH", help="s3://… or a file (export: stdout)")

    doctor = command("doctor", "Say what works here, and what mends the rest.")
    doctor.add_argument("--json", action="store_true")

    samples = command("samples", "Fill the sample buckets, or write the sample project.")
    samples.add_argument(
        "project",
        nargs="?",
        choices=("quickstart",),
        help="write this project instead: a flow, a notebook and their data",
    )
    samples.add_argument("folder", nargs="?", help="where to (default: a folder of that name here)")
    samples.add_argument("--list", action="store_true", help="only say what data there are")

    credentials = command("credentials", "The keys that may sign requests to this smkit.")
    verbs = credentials.add_subparsers(dest="verb", required=True)
    add = verbs.add_parser("add", help="let a key pair of yours sign")
    add.add_argument("key")
    add.add_argument("secret")
    add.add_argument("--account", help="12 digits; another account sees other records")
    verbs.add_parser("list", help="show the access keys")

    backup = command("backup", "Copy everything smkit keeps into one archive, while it runs.")
    backup.add_argument("file", help="….tar, ….tar.gz, ….tar.xz or ….zip")

    gc = command("gc", "Remove what piles up: ended jobs' working files, logs, unused data.")
    gc.add_argument("--days", type=float, default=30, help="keep what is newer (default: 30)")
    gc.add_argument("--dry-run", action="store_true", help="only say what would go")
    return made
