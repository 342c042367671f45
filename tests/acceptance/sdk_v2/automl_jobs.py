"""AutoML jobs of the SDK, in both forms."""

from __future__ import annotations

import time
from functools import cache

import numpy as np
from given import INSTANCE, caller, scratch, session
from outcome import printed
from sagemaker.automl.automl import AutoML
from sagemaker.automl.automlv2 import AutoMLDataChannel, AutoMLTabularConfig, AutoMLV2
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer
from scenario import scenario


@cache
def adults() -> str:
    """600 rows with a header: enough for AutoML, small enough for a minute."""
    random = np.random.default_rng(3)
    age, hours = random.integers(18, 80, 600), random.integers(5, 60, 600)
    rich = (age * 0.4 + hours + random.normal(0, 6, 600) > 50).astype(int)
    rows = [f"{a},{h},{r}" for a, h, r in zip(age, hours, rich, strict=True)]
    file = scratch() / "adults.csv"
    file.write_text("\n".join(["age,hours,rich", *rows]) + "\n")
    return str(session().upload_data(str(file), key_prefix="acceptance/automl"))


@scenario
def automl_v2() -> None:
    """AutoMLV2 with a minute's limit; the best candidate deployed and asked."""
    automl = AutoMLV2(
        problem_config=AutoMLTabularConfig(
            target_attribute_name="rich",
            problem_type="BinaryClassification",
            max_candidates=2,
            max_total_job_runtime_in_seconds=60,
        ),
        job_objective={"MetricName": "F1"},
        base_job_name="accept",
        **caller(),
    )
    channel = AutoMLDataChannel(s3_data_type="S3Prefix", s3_uri=adults(), channel_type="training")
    # With logs=False the SDK itself fails: its wait() passes a parameter by a wrong name.
    assert printed(lambda: automl.fit(channel, wait=True, logs=True)), "no log"
    found = automl.describe_auto_ml_job()
    assert found["AutoMLJobStatus"] == "Completed", found
    best = automl.best_candidate()
    assert best["FinalAutoMLJobObjectiveMetric"]["Value"] > 0.7, best
    assert automl.list_candidates(status_equals="Completed")
    predictor = automl.deploy(
        1,
        INSTANCE,
        serializer=CSVSerializer(),
        predictor_cls=Predictor,
    )
    assert predictor.predict([[75, 58]]), "no answer"
    predictor.delete_endpoint()


@scenario
def automl_v1() -> None:
    """AutoML (CreateAutoMLJob): created, described, stopped."""
    automl = AutoML(
        target_attribute_name="rich",
        problem_type="BinaryClassification",
        job_objective={"MetricName": "Accuracy"},
        max_candidates=2,
        total_job_runtime_in_seconds=60,
        mode="ENSEMBLING",
        **caller(),
    )
    automl.fit(inputs=adults(), wait=False, logs=False)
    name = automl.current_job_name
    assert automl.describe_auto_ml_job()["AutoMLJobName"] == name
    client = session().sagemaker_client
    client.stop_auto_ml_job(AutoMLJobName=name)
    deadline = time.monotonic() + 90
    while client.describe_auto_ml_job(AutoMLJobName=name)["AutoMLJobStatus"] != "Stopped":
        assert time.monotonic() < deadline, "not stopped"
        time.sleep(0.5)
