"""Writes reference/command-line.md from the command's own parser: ``python docs/commands.py``."""

from __future__ import annotations

import argparse
from pathlib import Path

from jupyter_smkit.cli.arguments import parser

PAGE = Path(__file__).parent / "reference" / "command-line.md"
_INTRODUCTION = """\
# Command line

`smkit COMMAND`, or `jupyter smkit COMMAND`. Every command works on the home that `SMKIT_HOME` names
([files](files.md)); those that need smkit's processes start them. The exit status is 0 when it
worked, 1 when it did not, 2 when the command line cannot be understood.

This page is generated from the command by `python docs/commands.py`.
"""


def page() -> str:
    return "\n".join([_INTRODUCTION, *map(_section, subcommands(parser()).items())])


def subcommands(made: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in made._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _section(command: tuple[str, argparse.ArgumentParser]) -> str:
    name, made = command
    lines = [f"## smkit {name}", "", made.description or "", ""]
    further = subcommands(made)
    for verb, of in (further or {"": made}).items():
        rows = [_row(action) for action in of._actions if not isinstance(action, _LEFT_OUT)]
        if verb:
            lines += [f"### smkit {name} {verb}", ""]
        if rows:
            lines += [*rows, ""]
    return "\n".join(lines)


_LEFT_OUT = (argparse._HelpAction, argparse._SubParsersAction)


def _row(action: argparse.Action) -> str:
    if action.option_strings:
        shown = ", ".join(f"`{option}`" for option in action.option_strings)
        if action.nargs != 0:
            shown += f" `{action.metavar or action.dest.upper()}`"
    else:
        shown = f"`{action.metavar or '|'.join(action.choices or ()) or action.dest}`"
    if action.choices and action.option_strings:
        shown += f" ({', '.join(map(str, action.choices))})"
    return f"- {shown}: {action.help}" if action.help else f"- {shown}"


if __name__ == "__main__":
    PAGE.write_text(page())
