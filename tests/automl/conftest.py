"""An environment to train in, an API to ask, and data with mixed types and missing values."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from jupyter_smkit.api import models
from jupyter_smkit.api.dispatch import Dispatcher, registry_of
from jupyter_smkit.api.registry import Services
from jupyter_smkit.automl.kinds import AUTOML_JOB
from jupyter_smkit.automl.task import Source, Task
from jupyter_smkit.compute.executor import Launch, Observation
from jupyter_smkit.config import Home
from jupyter_smkit.control.context import Context
from jupyter_smkit.objects.store import ObjectStore
from jupyter_smkit.state.engine import connect, url_of
from jupyter_smkit.state.lifecycle import JOB, lifecycle
from jupyter_smkit.state.records import Record, State
from jupyter_smkit.state.schema import metadata
from tests import in_process
from tests.in_process import ACCOUNT, REGION

ROLE = f"arn:aws:iam::{ACCOUNT}:role/service-role/SageMaker"


def mixed(rows: int, problem: str, seed: int = 0) -> pd.DataFrame:
    """Numbers, categories with a comma, times, prose, words that look like booleans, gaps."""
    random = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": random.integers(18, 90, rows).astype(float),
            "income": random.lognormal(10, 0.5, rows).round(2),
            "city": random.choice(["Paris", "Oslo", "Rome, IT", "Bern"], rows),
            "since": pd.date_range("2020-01-01", periods=rows, freq="6h").astype(str),
            "note": [f"call {number % 700} again" for number in range(rows)],
            "member": random.choice(["true", "false"], rows),
        }
    )
    score = frame["age"] / 30 + (frame["city"] == "Oslo") * 2 + np.log(frame["income"]) - 10
    score += random.normal(0, 0.4, rows)
    frame.loc[random.random(rows) < 0.1, "age"] = np.nan
    frame.loc[random.random(rows) < 0.05, "city"] = None
    match problem:
        case "Regression":
            frame["y"] = score
        case "BinaryClassification":
            frame["y"] = np.where(score > score.quantile(0.6), "yes", "no")
        case _:
            frame["y"] = pd.qcut(score, 3, labels=["low", "middle", "high"]).astype(str)
    return frame


@dataclass(frozen=True)
class Run:
    """A trainer that has ended."""

    code: int
    report: dict[str, Any]
    output: Path
    log: str
    seconds: float

    @property
    def steps(self) -> list[str]:
        """The secondary statuses in the order in which they were reported."""
        known = models.service("sagemaker").shape_for("AutoMLJobSecondaryStatus").enum
        said = [line.partition(":")[0] for line in self.log.splitlines()]
        return list(dict.fromkeys(word for word in said if word in known))

    @property
    def candidates(self) -> dict[str, dict[str, Any]]:
        return {candidate["name"]: candidate for candidate in self.report["candidates"]}


@pytest.fixture
def train(automl_python: Path, runtime: Path, tmp_path: Path) -> Callable[..., Run]:
    """Runs the trainer; ``until(report)`` true sends it SIGTERM."""

    def run(
        frame: pd.DataFrame | None = None,
        *,
        until: Callable[[dict[str, Any]], bool] | None = None,
        **members: Any,
    ) -> Run:
        if frame is not None:
            frame.to_csv(tmp_path / "data.csv", index=False)
            members.setdefault("data", (Source("training", Path("data.csv")),))
        task = Task(**{"job_name": "a-job", "target": "y", "output_dir": Path("out"), **members})
        (tmp_path / "task.json").write_text(task.to_json())
        environment = {
            **{name: os.environ[name] for name in ("PATH", "TMPDIR") if name in os.environ},
            "PYTHONPATH": str(runtime),
            "SMKIT_REPORT": str(tmp_path / "report.json"),
            "SAGEMAKER_BASE_DIR": str(tmp_path),
        }
        began = time.monotonic()
        with open(tmp_path / "log", "wb") as log:
            program = subprocess.Popen(
                [automl_python, "-m", "jupyter_smkit.automl.trainer.train", "task.json"],
                env=environment,
                cwd=tmp_path,
                stdout=log,
                stderr=log,
            )
            while program.poll() is None:
                report = _read(tmp_path / "report.json")
                if report and until and until(report):
                    program.send_signal(signal.SIGTERM)
                    until = None
                try:
                    program.wait(0.02)
                except subprocess.TimeoutExpired:
                    continue
        report = _read(tmp_path / "report.json")
        return Run(
            program.returncode,
            report,
            tmp_path / "out",
            (tmp_path / "log").read_text(),
            time.monotonic() - began,
        )

    return run


def _read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text()) if path.exists() else {}


@dataclass
class Bench:
    """Programs that a test lets run and end as it likes."""

    launched: dict[str, Launch] = field(default_factory=dict)
    seen: dict[str, Observation] = field(default_factory=dict)
    stopped: list[str] = field(default_factory=list)

    def launch(self, launch: Launch, attempt: int = 1) -> None:
        self.launched[launch.id] = launch
        self.seen[launch.id] = Observation("running", "Running", attempt=attempt)

    def poll(self, id: str) -> Observation:
        return self.seen.get(id, Observation("missing"))

    def stop(self, id: str) -> None:
        self.stopped.append(id)

    def forget(self, id: str) -> None:
        self.seen.pop(id, None)


@dataclass
class World:
    """The API and the reconcilers over one state, in this process."""

    client: Any
    """boto3's."""
    state: State
    objects: ObjectStore
    bench: Bench
    context: Context

    def record(self, name: str) -> Record:
        found = self.state.get(ACCOUNT, REGION, "AutoMLJob", name)
        assert found is not None
        return found


ENDPOINT_LIFECYCLE = lifecycle("Creating", Creating="InService Failed")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    home = Home(tmp_path / "home")
    home.prepare()
    engine = connect(url_of(home))
    metadata.create_all(engine)
    lifecycles = {"AutoMLJob": AUTOML_JOB.lifecycle or JOB, "Endpoint": ENDPOINT_LIFECYCLE}
    state = State(engine, time.time, lifecycles)
    objects = ObjectStore(home.objects)
    objects.ensure_bucket("data", ACCOUNT, REGION)
    objects.put("data", "train/part.csv", b"x,y\n1,2\n")
    registry = registry_of(("automl", "endpoints", "experiments", "studio"))
    dispatcher = Dispatcher(registry, Services(home, state, objects, time.time))
    client = in_process.Api(dispatcher).client("sagemaker")

    def call(record: Record, operation: str, parent: str = "", **params: Any) -> dict[str, Any]:
        from jupyter_smkit.api.registry import Call

        services = dispatcher.services
        at = (record.account, record.region, services)
        made = Call("sagemaker", operation, params, *at, parent=parent)
        return dispatcher.call(made)

    bench = Bench()
    context = Context(home, state, bench, time.time, call, lambda do: do())
    yield World(client, state, objects, bench, context)
    engine.dispose()


def tabular(name: str = "churn", **members: Any) -> dict[str, Any]:
    """A request of CreateAutoMLJobV2; members of TabularJobConfig go there."""
    job = {"TargetAttributeName": "y"}
    job |= {key: members.pop(key) for key in list(members) if key in _OF_TABULAR}
    source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": "s3://data/train/"}}
    return {
        "AutoMLJobName": name,
        "AutoMLJobInputDataConfig": [{"ChannelType": "training", "DataSource": source}],
        "OutputDataConfig": {"S3OutputPath": "s3://data/output/"},
        "AutoMLProblemTypeConfig": {"TabularJobConfig": job},
        "RoleArn": ROLE,
        **members,
    }


_OF_TABULAR = frozenset(
    {
        *("CandidateGenerationConfig", "CompletionCriteria", "FeatureSpecificationS3Uri", "Mode"),
        *("GenerateCandidateDefinitionsOnly", "ProblemType", "TargetAttributeName"),
        "SampleWeightAttributeName",
    }
)


def reported(**members: Any) -> dict[str, Any]:
    """What the trainer reports: two candidates and their scores."""
    return {
        "secondary_status": "ModelTuning",
        "progress": 0.5,
        "message": "",
        "problem_type": "BinaryClassification",
        "objective": "F1",
        "best": None,
        "rows": {},
        "artifacts": {},
        "warnings": [],
        "failure": None,
        "candidates": [
            candidate("Baseline-LightGBM", 0.8, created=100.0),
            candidate("WeightedEnsemble-L2", 0.9, created=120.0),
        ],
        **members,
    }


def candidate(name: str, value: float | None, *, created: float) -> dict[str, Any]:
    return {
        "name": name,
        "status": "Completed" if value is not None else "InProgress",
        "algorithm": "lightgbm",
        "created": created,
        "ended": created + 10 if value is not None else None,
        "fit_seconds": 10.0,
        "latency_seconds": 0.01,
        "objective": value,
        "metrics": [
            {"name": "F1", "value": value, "set": "Validation"},
            {"name": "LogLoss", "value": 0.3, "set": "Test"},
        ],
        "model": f"sagemaker-automl-candidates/model/{name}/model.tar.gz",
        "explainability": f"documentation/explainability/output/{name}",
        "insights": f"documentation/model_monitor/output/{name}",
        "failure": None,
    }
