"""What Tab offers after ``%sm`` and ``%%sm``: commands, options, and names of records."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from IPython.core.completer import (
    CompletionContext,
    SimpleCompletion,
    SimpleMatcherResult,
    context_matcher,
)

from jupyter_smkit.client import side
from jupyter_smkit.client.calls import CallFailed, Client
from jupyter_smkit.config import Home
from jupyter_smkit.control.lease import holder
from jupyter_smkit.magics.arguments import CELL, COMMANDS, LINE, Parser

_MATCHER = "smkit"
"""As in ``client/site/smkit_kernel.py``, whose matcher gives way to this one."""
_MOST = 100
"""Names of a kind that are offered, the newest."""
_PATIENCE = 1.0
"""Seconds after which Tab offers no names."""
_JOBS = ("ProcessingJob", "TrainingJob", "AutoMLJob")
_NAMED = {
    "logs": (*_JOBS, "Endpoint"),
    "stop": _JOBS,
    "endpoint": ("Endpoint",),
    "invoke": ("Endpoint",),
    "delete": ("Endpoint", "EndpointConfig", "Model"),
    "deploy": ("AutoMLJob",),
}
"""Of which kinds a command's first argument is a name."""
_VARIABLES = {"automl": ("data",), "wrangle": ("data",), "invoke": ("--df",)} | {
    "deploy": ("--model", "--example")
}
"""Arguments that may be a variable of the notebook."""


def offer(shell: Any) -> None:
    """Lets Tab in the shell know ``%sm``."""

    @context_matcher(identifier=_MATCHER)  # type: ignore[untyped-decorator]
    def matcher(context: CompletionContext) -> SimpleMatcherResult:
        line = context.text_until_cursor
        if not line.lstrip().startswith(("%sm ", "%%sm ")):
            return {"completions": []}
        found = complete(line, [name for name in shell.user_ns if not name.startswith("_")])
        return {
            "completions": [SimpleCompletion(each, type="smkit") for each in found],
            "matched_fragment": line.rpartition(" ")[2],
            # Where there is nothing to offer, IPython may know a file of that name.
            "suppress": bool(found),
        }

    matchers = getattr(shell.Completer, "custom_matchers", [])
    matchers[:] = [each for each in matchers if getattr(each, "matcher_identifier", "") != _MATCHER]
    matchers.append(matcher)


def complete(line: str, variables: Iterable[str] = ()) -> list[str]:
    """What may stand in the place of the last word of ``%sm …``, up to the cursor."""
    mark, _, rest = line.lstrip().partition(" ")
    where = {"%sm": LINE, "%%sm": CELL}.get(mark)
    if where is None or not line.lstrip().startswith(f"{mark} "):
        return []
    *before, word = rest.split(" ")
    before = [each for each in before if each]
    if not before:
        offered: Iterable[str] = [name for name, (_, ok, _) in COMMANDS.items() if where in ok]
    elif before[0] in COMMANDS and "--" not in before:
        offered = _arguments(before[0], before[1:], word, variables)
    else:
        offered = ()
    return sorted({each for each in offered if each.startswith(word)})


def _arguments(
    command: str, before: list[str], word: str, variables: Iterable[str]
) -> Iterable[str]:
    parser = Parser(add_help=True)
    COMMANDS[command][2](parser)
    options = {name: action for action in parser._actions for name in action.option_strings}
    taker = options.get(before[-1]) if before else None
    if taker is not None and taker.nargs != 0:
        if taker.choices:
            return list(taker.choices)
        return variables if before[-1] in _VARIABLES.get(command, ()) else ()
    if word.startswith("-"):
        once = {
            name for name in before if not isinstance(options.get(name), argparse._AppendAction)
        }
        return [name for name in options if name not in once and name.startswith("--")]
    if _given(before, options) > 0:
        return ()
    names = _names(_NAMED[command]) if command in _NAMED else []
    return [*names, *(variables if "data" in _VARIABLES.get(command, ()) else ())]


def _given(before: list[str], options: dict[str, argparse.Action]) -> int:
    """How many of the words are arguments by place."""
    count, taken = 0, False
    for word in before:
        if taken:
            taken = False
        elif word in options:
            taken = options[word].nargs != 0
        else:
            count += 1
    return count


def _names(kinds: Iterable[str]) -> list[str]:
    """The newest of each kind; none where smkit does not run, or this kernel talks to AWS."""
    to, home = side.switch.target, Home.from_environment()
    if to is None or to.refusal or holder(home.path / "locks", "edge") is None:
        return []
    client = replace(Client.of(home, to.base_url), patience=_PATIENCE)
    found: list[str] = []
    try:
        for kind in kinds:
            page = client.call(
                f"List{kind}s", MaxResults=_MOST, SortBy="CreationTime", SortOrder="Descending"
            )
            rows: Any = next(each for each in page.values() if isinstance(each, list))
            found += [row[f"{kind}Name"] for row in rows]
    except (CallFailed, OSError):
        return []
    return found
