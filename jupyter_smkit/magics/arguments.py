"""What each command of ``%sm`` and ``%%sm`` takes."""

from __future__ import annotations

import argparse
import difflib
import shlex
from collections.abc import Callable
from typing import NoReturn

from jupyter_smkit.workflow.deletion import KINDS

LINE, CELL = "line", "cell"


class Usage(Exception):
    """The line cannot be understood; the message says what would."""


class Help(Exception):
    """What a command takes was asked for; the message says it."""


class Parser(argparse.ArgumentParser):
    """Raises Usage instead of ending the process."""

    def error(self, message: str) -> NoReturn:
        raise Usage(f"{message}\n{self.format_usage().strip()}")

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        raise Usage(message or "")

    def print_help(self, file: object = None) -> None:
        raise Help(self.format_help().strip())


def parse(line: str, has_cell: bool) -> tuple[str, argparse.Namespace]:
    """The command and its arguments. Raises Usage and Help."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise Usage(f"{line}: {error}") from None
    name = words[0] if words else "help"
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, 1, 0.5)
        raise Usage(
            f"%sm has no command {name!r}. "
            + (f"Did you mean {near[0]!r}? " if near else "")
            + "`%sm help` lists them."
        )
    about, where, fill = COMMANDS[name]
    if _asks_for_help(words):
        has_cell = LINE not in where
    if has_cell and CELL not in where:
        raise Usage(f"`%sm {name}` takes no cell: write it with one %")
    if not has_cell and LINE not in where:
        raise Usage(f"`%%sm {name}` works on a cell: write it with two % above one")
    mark = "%%sm" if has_cell else "%sm"
    parser = Parser(prog=f"{mark} {name}", description=about)
    fill(parser)
    return name, parser.parse_args(words[1:])


def _asks_for_help(words: list[str]) -> bool:
    own = words[: words.index("--")] if "--" in words else words
    return "--help" in own or "-h" in own


def usage() -> str:
    lines = []
    for name, (about, where, _) in COMMANDS.items():
        mark = "%sm" if LINE in where else "%%sm"
        lines.append(f"{mark:>4} {name:10} {about}")
    return "\n".join([*lines, "", "`%sm COMMAND --help` says what a command takes."])


def _nothing(parser: Parser) -> None:
    pass


def _name(parser: Parser) -> None:
    parser.add_argument("name")


def _waiting(parser: Parser) -> None:
    parser.add_argument("--wait", action=argparse.BooleanOptionalAction, default=True)


def _logs(parser: Parser) -> None:
    _name(parser)
    parser.add_argument("-n", "--lines", type=int, default=50, help="how many of the last lines")


def _process(parser: Parser) -> None:
    parser.add_argument("--name", default="")
    parser.add_argument("--image", default="", help="an image URI; without one, Python as here")
    for which in ("input", "output"):
        parser.add_argument(
            f"--{which}",
            action="append",
            default=[],
            type=_pair,
            metavar="NAME=PLACE",
            help=f"/opt/ml/processing/{which}/NAME: an s3:// address"
            + (" or a path here" if which == "input" else ""),
        )
    parser.add_argument("--env", action="append", default=[], type=_pair, metavar="NAME=VALUE")
    parser.add_argument("--instance-type", default="ml.m5.xlarge")
    _waiting(parser)
    parser.add_argument("arguments", nargs="*", help="arguments of the program, after --")


def _invoke(parser: Parser) -> None:
    _name(parser)
    parser.add_argument("--content-type", default="")
    parser.add_argument("--accept", default="")
    parser.add_argument("--df", default="", help="a frame whose rows are sent, instead of the cell")


def _automl(parser: Parser) -> None:
    parser.add_argument("data", nargs="?", help="a frame or an s3:// address; or the cell's value")
    parser.add_argument("--target", required=True)
    parser.add_argument(
        "--problem-type",
        default="",
        choices=("Regression", "BinaryClassification", "MulticlassClassification"),
    )
    parser.add_argument("--objective", default="", help="the metric, such as AUC or RMSE")
    parser.add_argument("--max-runtime", type=int, default=300, metavar="SECONDS")
    parser.add_argument("--name", default="")
    _waiting(parser)


def _deploy(parser: Parser) -> None:
    parser.add_argument(
        "what",
        metavar="JOB|NAME",
        help="an AutoML job; with --model or a cell the endpoint's name",
    )
    parser.add_argument("--name", default="", help="of a job's endpoint (default: the job's)")
    parser.add_argument(
        "--model",
        default="",
        help="a variable, a file or folder here, a model.tar.gz in s3://, or a model's name",
    )
    parser.add_argument("--image", default="", help="an image URI, beside code or a model")
    parser.add_argument(
        "--update",
        action="store_true",
        help="where the endpoint exists: give it the new model, without an interruption",
    )
    parser.add_argument("--example", default="", help="a frame of rows as the model was trained on")
    parser.add_argument("--instance-type", default="ml.m5.large")
    _waiting(parser)


def _endpoint(parser: Parser) -> None:
    _name(parser)
    _waiting(parser)


def _delete(parser: Parser) -> None:
    _name(parser)
    parser.add_argument(
        "--all",
        action="store_true",
        help="of an endpoint also the configurations and models that were made with it",
    )
    parser.add_argument("--kind", default="", choices=KINDS, help="where several bear the name")


def _wrangle(parser: Parser) -> None:
    parser.add_argument("data", help="a frame, a file here, or an s3:// address")
    parser.add_argument("--file", default="", help="the .flow file to write")


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name or not value:
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


COMMANDS: dict[str, tuple[str, tuple[str, ...], Callable[[Parser], None]]] = {
    "local": ("Send this kernel's AWS requests to smkit.", (LINE,), _nothing),
    "aws": ("Send this kernel's AWS requests to the real AWS.", (LINE,), _nothing),
    "status": ("Say which side this kernel is on, and what there is.", (LINE,), _nothing),
    "jobs": ("List the newest jobs.", (LINE,), _nothing),
    "logs": ("Show the end of a job's or an endpoint's log.", (LINE,), _logs),
    "stop": ("Stop a job.", (LINE,), _name),
    "endpoints": ("List the endpoints.", (LINE,), _nothing),
    "endpoint": ("Show an endpoint, with a box to try it.", (LINE,), _endpoint),
    "delete": ("Delete an endpoint, a model or a job's record.", (LINE,), _delete),
    "wrangle": ("Write a data flow that reads a frame or a file.", (LINE,), _wrangle),
    "deploy": (
        "Serve an AutoML job's best, a model, or the cell's model_fn.",
        (LINE, CELL),
        _deploy,
    ),
    "process": ("Run the cell as a Processing job.", (CELL,), _process),
    "invoke": ("Send the cell, or a frame's rows, to an endpoint.", (LINE, CELL), _invoke),
    "automl": ("Train models that predict a column of a table.", (LINE, CELL), _automl),
    "help": ("Show this.", (LINE,), _nothing),
}
