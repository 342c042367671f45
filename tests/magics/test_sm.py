from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import jupyter_smkit
from jupyter_smkit.client import switch


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    with capture_output() as said:
        jupyter_smkit.load_ipython_extension(shell)
    assert re.search(r"talk to smkit at http://127\.0\.0\.1:\d+", said.stdout)
    yield shell
    InteractiveShell.clear_instance()


def sm(shell: InteractiveShell, line: str, cell: str | None = None) -> str:
    """What the magic printed and showed, as a terminal has it."""
    with capture_output() as said:
        result = (
            shell.run_line_magic("sm", line)
            if cell is None
            else shell.run_cell_magic("sm", line, cell)
        )
    shown = [str(output.data["text/plain"]) for output in said.outputs]
    return "\n".join([said.stdout, *shown, "" if result is None else repr(result)])


def test_a_cell_runs_as_a_job_and_is_listed(shell: InteractiveShell) -> None:
    said = sm(shell, "process --name greeting -- Ann", "import sys\nprint('hello', sys.argv[1])")
    assert "ProcessingJob greeting" in said
    assert re.search(r"greeting +ProcessingJob +Completed", sm(shell, "jobs"))
    assert "hello Ann" in sm(shell, "logs greeting")
    assert re.search(r"ProcessingJob: .*\d+ Completed", sm(shell, "status"))


def test_a_cell_that_fails_stops_the_notebook(shell: InteractiveShell) -> None:
    with pytest.raises(UsageError, match="division by zero"):
        sm(shell, "process", "1 / 0")


def test_a_job_is_stopped(shell: InteractiveShell) -> None:
    sm(shell, "process --name long --no-wait", "import time\ntime.sleep(600)")
    assert "long is stopping" in sm(shell, "stop long")
    with pytest.raises(UsageError, match="there is no job 'lang'"):
        sm(shell, "stop lang")


def test_a_cell_with_a_model_becomes_an_endpoint(shell: InteractiveShell) -> None:
    cell = """
def model_fn(directory):
    import joblib
    return joblib.load(f"{directory}/model.joblib")["factor"]

def input_fn(body, content_type):
    return [float(value) for value in body.split(",")]

def predict_fn(values, factor):
    return [value * factor for value in values]

def output_fn(values, accept):
    return "\\n".join(map(str, values)) if accept.endswith("lines") else str(values)
"""
    shell.user_ns["scale"] = {"factor": 3}
    shell.user_ns["rows"] = pd.DataFrame({"value": [1.0]})
    assert "times: " in sm(shell, "deploy times --model scale --example rows", cell)
    assert re.search(r"times +InService", sm(shell, "endpoints"))
    said = sm(shell, "invoke times --content-type text/csv --accept application/json", "1,2")
    assert "[3.0, 6.0]" in said
    lines = sm(shell, "invoke times --content-type text/csv --accept application/jsonlines", "1,2")
    assert r"3.0\n6.0" in lines


def test_a_kernel_switches_to_aws_and_back(shell: InteractiveShell) -> None:
    try:
        assert "REAL AWS" in sm(shell, "aws")
        assert switch.side() == "aws"
        assert "switched to the REAL AWS" in sm(shell, "status")
        switch.leave()
        assert "switched to neither side" in sm(shell, "status")
    finally:
        assert "talk to smkit" in sm(shell, "local")
    assert switch.side() == "local"


@pytest.mark.parametrize(
    ("line", "cell", "message"),
    [
        ("jbos", None, "Did you mean 'jobs'"),
        ("logs", None, "required: name"),
        ("process", None, "works on a cell"),
        ("jobs", "x = 1", "takes no cell"),
        ("process --input data", "1", "'data' is not NAME=VALUE"),
        ("automl --target y missing", None, "no variable here"),
        (f"automl --target y [{'missing,' * 99}]", None, "no variable here"),
        ("automl --target y ~no-such-user/x", None, "no variable here"),
        ("invoke nobody", "1,2", "nobody"),
        ("process 'open", "1", "No closing quotation"),
    ],
)
def test_what_is_wrong_is_said(
    shell: InteractiveShell, line: str, cell: str | None, message: str
) -> None:
    with pytest.raises(UsageError, match=message):
        sm(shell, line, cell)


def test_what_a_cell_raises_keeps_its_traceback(shell: InteractiveShell) -> None:
    with pytest.raises(ValueError, match="invalid literal") as raised:
        sm(shell, "automl --target y", "rows = 1\nint('x')")
    at = raised.traceback[-1]
    assert (str(at.path).rpartition("/")[2], at.lineno + 1) == ("<cell>", 2)


def test_help_names_every_command(shell: InteractiveShell) -> None:
    said = sm(shell, "")
    for name in ("local", "aws", "jobs", "process", "automl", "invoke", "wrangle", "endpoints"):
        assert name in said
    with pytest.raises(UsageError, match="--max-runtime"):
        sm(shell, "automl --help")
    assert sm(shell, "endpoints")
