"""The ``train`` program of AWS's framework images: ``python -m jupyter_smkit.jobs.script_mode``.

It finds the user's program by the hyperparameters ``sagemaker_program`` and
``sagemaker_submit_directory``, describes the job in ``SM_*`` variables, and becomes the program,
with the other hyperparameters as its arguments. Names and values are those of AWS's
sagemaker-training toolkit. It runs in the image's environment: standard library only.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import tarfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

CODE = "/opt/ml/code"
"""Where the program lies; who launches the job brings a submit directory in s3:// here."""
COMMAND = ("python", "-m", "jupyter_smkit.jobs.script_mode")

_OURS = "sagemaker_"
Values = Mapping[str, Any]


class NoProgram(Exception):
    """The job does not say what to run, or it is not there; the message is for the user."""


def decoded(hyperparameters: Mapping[str, str]) -> dict[str, Any]:
    """SageMaker's hyperparameters are strings; its clients put JSON into them, people may not."""

    def value(text: str) -> Any:
        try:
            return json.loads(text)
        except ValueError:
            return text

    return {name: value(text) for name, text in hyperparameters.items()}


def arguments(hyperparameters: Values) -> list[str]:
    """``{"max-depth": 5, "k": 2}`` → ``-k 2 --max-depth 5``."""
    words = []
    for name, value in sorted(hyperparameters.items()):
        words += [
            f"-{name}" if len(name) == 1 else f"--{name}",
            "" if value is None else str(value),
        ]
    return words


def command(program: str, words: list[str]) -> list[str]:
    """What runs ``program`` in its own directory: Python, or a shell for what is not Python."""
    if program.endswith(".py"):
        return [sys.executable, program, *words]
    return ["/bin/sh", "-c", " ".join(["./" + shlex.quote(program), *map(shlex.quote, words)])]


def variables(base: Path, config: Mapping[str, Values], given: Values) -> dict[str, str]:
    """The ``SM_*`` variables; ``config`` holds the files of ``input/config``, ``given`` all
    hyperparameters, decoded."""
    own = {name: value for name, value in given.items() if not name.startswith(_OURS)}
    resources, channels = config["resourceconfig"], config["inputdataconfig"]
    program = str(given["sagemaker_program"])
    environment = {
        "channel_input_dirs": {name: str(base / "input" / "data" / name) for name in channels},
        "current_host": resources["current_host"],
        "current_instance_group": resources.get("current_group_name", ""),
        "current_instance_type": resources.get("current_instance_type", ""),
        "hosts": resources["hosts"],
        "hyperparameters": own,
        "input_config_dir": str(base / "input" / "config"),
        "input_data_config": channels,
        "input_dir": str(base / "input"),
        "is_master": resources["current_host"] == resources["hosts"][0],
        "job_name": given.get("sagemaker_job_name", ""),
        "log_level": given.get("sagemaker_container_log_level", 20),
        "master_hostname": resources["hosts"][0],
        "model_dir": str(base / "model"),
        "module_dir": given.get("sagemaker_submit_directory", str(base / "code")),
        "module_name": program.removesuffix(".py"),
        "network_interface_name": resources.get("network_interface_name", "lo"),
        "num_cpus": len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count(),
        "num_gpus": len(list(Path("/dev").glob("nvidia[0-9]*"))),
        "output_data_dir": str(base / "output" / "data"),
        "output_dir": str(base / "output"),
        "output_intermediate_dir": str(base / "output" / "intermediate"),
        "resource_config": resources,
        "user_entry_point": program,
    }
    flat = {
        **environment,
        "channels": sorted(channels),
        "hps": own,
        "training_env": environment,
        "user_args": arguments(own),
        **{f"channel_{name}": path for name, path in environment["channel_input_dirs"].items()},
        **{f"hp_{name}": value for name, value in own.items()},
    }
    absent = ("channel_input_dirs", "hyperparameters", "is_master", "job_name", "master_hostname")
    return {
        f"SM_{name.upper()}": value if isinstance(value, str) else json.dumps(value)
        for name, value in flat.items()
        if name not in absent
    }


def program_in(base: Path, given: Values) -> tuple[Path, str]:
    """The directory with the user's code and the program's name in it. Raises NoProgram."""
    program = given.get("sagemaker_program")
    if not program:
        raise NoProgram(
            "smkit runs no algorithm that an image brings by itself yet: name a program by the "
            "hyperparameter sagemaker_program, as the SageMaker SDK's framework estimators do, "
            "or a ContainerEntrypoint"
        )
    code = base / CODE.removeprefix("/opt/ml/")
    submitted = str(given.get("sagemaker_submit_directory", ""))
    if submitted.startswith("/opt/ml/"):
        code = _local(base / submitted.removeprefix("/opt/ml/"), code)
    if not (code / str(program)).is_file():
        there = ", ".join(sorted(each.name for each in code.iterdir())) if code.is_dir() else ""
        raise NoProgram(
            f"sagemaker_program names {program}, which {submitted or code} does not hold; "
            f"there is {there or 'nothing'}"
        )
    return code, str(program)


def _local(submitted: Path, code: Path) -> Path:
    """A submit directory that came through a channel, as in a job without network."""
    if submitted.is_dir():
        return submitted
    with tarfile.open(submitted) as archive:
        archive.extractall(code, filter="data")
    return code


def main() -> None:
    base = Path(os.environ.get("SAGEMAKER_BASE_DIR", "/opt/ml"))
    names = ("hyperparameters", "resourceconfig", "inputdataconfig")
    config = {
        name: json.loads((base / "input" / "config" / f"{name}.json").read_text()) for name in names
    }
    given = decoded(config["hyperparameters"])
    try:
        code, program = program_in(base, given)
    except (NoProgram, OSError, tarfile.TarError) as error:
        message = f"ExecuteUserScriptError: {error}"
        (base / "output" / "failure").write_text(message)
        sys.exit(message)
    described = variables(base, config, given)
    search = os.pathsep.join([str(code), os.environ.get("PYTHONPATH", "")]).rstrip(os.pathsep)
    (base / "output" / "intermediate").mkdir(parents=True, exist_ok=True)
    words = command(program, json.loads(described["SM_USER_ARGS"]))
    print(f"Invoking script: {shlex.join(words)}", flush=True)
    os.chdir(code)
    os.execve(words[0], words, {**os.environ, **described, "PYTHONPATH": search})


if __name__ == "__main__":
    main()
