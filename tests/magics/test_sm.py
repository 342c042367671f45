from __future__ import annotations

import re
from collections.abc import Iterator

import boto3
import pandas as pd
import pytest
from IPython.core.error import UsageError
from IPython.core.interactiveshell import InteractiveShell
from IPython.utils.capture import capture_output

import jupyter_smkit
from jupyter_smkit.client import switch
from jupyter_smkit.magics import arguments
from tests.conftest import ROLE


@pytest.fixture(scope="module")
def shell() -> Iterator[InteractiveShell]:
    shell = InteractiveShell.instance()
    with capture_output() as said:
        jupyter_smkit.load_ipython_extension(shell)
    assert re.search(r"talk to smkit at http://127\.0\.0\.1:\d+", said.stdout)
    yield shell
    InteractiveShell.clear_instance()


TIMES = """
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
    shell.user_ns["scale"] = {"factor": 3}
    shell.user_ns["rows"] = pd.DataFrame({"value": [1.0]})
    assert "times: " in sm(shell, "deploy times --model scale --example rows", TIMES)
    assert re.search(r"times +InService", sm(shell, "endpoints"))
    said = sm(shell, "invoke times --content-type text/csv --accept application/json", "1,2")
    assert "[3.0, 6.0]" in said
    lines = sm(shell, "invoke times --content-type text/csv --accept application/jsonlines", "1,2")
    assert r"3.0\n6.0" in lines


def test_an_endpoint_gets_another_model_when_it_is_asked_for(shell: InteractiveShell) -> None:
    shell.user_ns["scale"] = {"factor": 5}
    with pytest.raises(UsageError, match=r"'times' already, and it is InService: --update"):
        sm(shell, "deploy times --model scale", TIMES)
    ask = "invoke times --content-type text/csv --accept application/json"
    assert "[3.0, 6.0]" in sm(shell, ask, "1,2")
    assert "times: InService" in sm(shell, "deploy times --model scale --update", TIMES)
    assert "[5.0, 10.0]" in sm(shell, ask, "1,2")
    with pytest.raises(UsageError, match="times serves what it served before"):
        sm(shell, "deploy times --update", "raise OSError('no luck')")
    assert "[5.0, 10.0]" in sm(shell, ask, "1,2")


def test_an_endpoint_is_shown_as_it_is(shell: InteractiveShell) -> None:
    assert "times: InService" in sm(shell, "endpoint times")
    with pytest.raises(UsageError, match="nobody"):
        sm(shell, "endpoint nobody")


def test_an_endpoint_goes_alone_or_with_what_it_was_made_with(shell: InteractiveShell) -> None:
    client = boto3.client("sagemaker")
    container = client.describe_model(ModelName="times")["PrimaryContainer"]
    assert "kept: " in (said := sm(shell, "delete times"))
    assert said.startswith("Deleted: Endpoint times.") and "Model times-" in said
    with pytest.raises(UsageError, match="say which by --kind EndpointConfig or Model"):
        sm(shell, "delete times")
    assert "Deleted: EndpointConfig times." in sm(shell, "delete times --kind EndpointConfig")
    said = sm(shell, "delete times --all")
    assert re.match(r"Deleted: EndpointConfig times-\d.*, Model times-\d", said)
    assert "kept" not in said and "Deleted: Model times." in sm(shell, "delete times")
    with pytest.raises(UsageError, match="nothing called 'times'"):
        sm(shell, "delete times")

    client.create_model(ModelName="kept", ExecutionRoleArn=ROLE, PrimaryContainer=container)
    sm(shell, "deploy thrice --model kept")
    assert "Deleted: Endpoint thrice, EndpointConfig thrice." in sm(shell, "delete thrice --all")
    assert client.describe_model(ModelName="kept")


def test_a_model_is_served_without_a_cell(shell: InteractiveShell) -> None:
    shell.user_ns["plain"] = {"factor": 3}
    assert "Endpoint plain: " in sm(shell, "deploy plain --model plain --no-wait", "\n")
    made = boto3.client("sagemaker").describe_model(ModelName="plain")["PrimaryContainer"]
    assert "SAGEMAKER_PROGRAM" not in made.get("Environment", {})
    with pytest.raises(UsageError, match=r"'plan' is no variable here, and no such file"):
        sm(shell, "deploy plan --model plan")


def test_a_job_s_record_is_deleted_where_sagemaker_can(shell: InteractiveShell) -> None:
    sm(shell, "process --name short-script", "print('short-script')")
    assert "Deleted: ProcessingJob short-script." in sm(shell, "delete short-script")
    with pytest.raises(UsageError, match="there is no job 'short-script'"):
        sm(shell, "stop short-script")


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
        ("automl --target y --objective Auc x", None, "BinaryClassification: .*AUC"),
        ("automl --target y --objective AUC --problem-type Regression x", None, "no metric of"),
        ("automl --target y --objective Accuracy x", None, "Binary.* and Multi.*: name one"),
    ],
)
def test_what_is_wrong_is_said(
    shell: InteractiveShell, line: str, cell: str | None, message: str
) -> None:
    shell.user_ns["x"] = "s3://nowhere/x.csv"
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
    assert sm(shell, "endpoints")


@pytest.mark.parametrize("name", arguments.COMMANDS)
def test_every_command_says_what_it_takes(shell: InteractiveShell, name: str) -> None:
    said = sm(shell, f"{name} --help")
    assert re.match(rf"usage: %%?sm {name}\b", said) and "%%%" not in said
    assert sm(shell, f"{name} -h", "x = 1\n") == said
