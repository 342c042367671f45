from __future__ import annotations

import runpy
import time
from collections.abc import Iterator
from pathlib import Path

import boto3
import pytest
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell

from jupyter_smkit import magics
from jupyter_smkit.client import side, site
from jupyter_smkit.magics import arguments
from jupyter_smkit.magics.completion import complete
from tests.conftest import ROLE


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    magics.load_ipython_extension(shell)
    shell.user_ns["rows"] = [1]
    yield shell
    InteractiveShell.clear_instance()


@pytest.fixture(scope="module")
def model() -> str:
    boto3.client("sagemaker").create_model(
        ModelName="completed-model",
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/python:1"},
    )
    return "completed-model"


def tab(shell: InteractiveShell, text: str) -> list[str]:
    """What is offered after Tab at the end of the text."""
    with provisionalcompleter():
        return [each.text for each in shell.Completer.completions(text, len(text))]


def test_commands_are_offered(shell: InteractiveShell) -> None:
    assert tab(shell, "%sm st") == ["status", "stop"]
    assert "process" not in tab(shell, "%sm ")
    assert tab(shell, "x = 1\n%sm endp") == ["endpoint", "endpoints"]
    assert tab(shell, "%%sm pro") == ["process"]


def test_options_and_their_values_are_offered(shell: InteractiveShell) -> None:
    assert tab(shell, "%%sm process --in") == ["--input", "--instance-type"]
    assert tab(shell, "%sm automl rows --target price --no") == ["--no-wait"]
    assert tab(shell, "%sm automl rows --problem-type M") == ["MulticlassClassification"]
    assert tab(shell, "%sm invoke iris --df ro") == ["rows"]
    # Once given, an option is offered again only where it may be.
    assert "--name" not in complete("%%sm process --name a --")
    assert "--input" in complete("%%sm process --input a=b --")


def test_names_of_records_are_offered(shell: InteractiveShell, model: str) -> None:
    assert tab(shell, "%sm delete compl") == [model]
    assert tab(shell, f"%sm delete {model} compl") == []
    assert tab(shell, "%sm delete --kind Mo") == ["Model"]


def test_a_kernel_born_on_smkits_side_completes_before_the_first_magic(
    shell: InteractiveShell,
) -> None:
    shell.Completer.custom_matchers.clear()
    smkit_kernel = runpy.run_path(str(Path(site.__path__[0], "smkit_kernel.py")))
    smkit_kernel["load_ipython_extension"](shell)
    assert tab(shell, "%sm sto") == ["stop"]
    assert len(shell.Completer.custom_matchers) == 1


def test_every_command_can_be_completed() -> None:
    for name in arguments.COMMANDS:
        complete(f"%sm {name} --")


def test_python_is_left_to_ipython(shell: InteractiveShell) -> None:
    assert "rows" in tab(shell, "ro")
    assert complete("sm st") == complete("%smoke st") == complete("%sm") == []


def test_tab_is_silent_without_smkit(
    shell: InteractiveShell, model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(side.switch, "target", None)
    began = time.perf_counter()
    assert complete("%sm delete compl") == []
    assert time.perf_counter() - began < 0.1
