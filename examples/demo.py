"""The main job from end to end: flights in s3://, a flow, AutoML, an endpoint, predictions.

``make demo`` runs it. Everything goes through boto3 or jupyter_smkit's public functions.
"""

from __future__ import annotations

import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "quickstart"
sys.path.insert(0, str(HERE))
os.environ.setdefault("OMP_NUM_THREADS", str(os.cpu_count() or 1))

from flights import flights  # noqa: E402

from jupyter_smkit import workflow as sm  # noqa: E402

TARGET, LATE = "late", "late"
TRAINING_SECONDS = int(os.environ.get("DEMO_TRAINING_SECONDS", "90"))


@contextmanager
def step(title: str) -> Iterator[None]:
    print(f"\n── {title}", flush=True)
    began = time.monotonic()
    yield
    print(f"   {time.monotonic() - began:.1f} s", flush=True)


def main() -> None:
    began = time.monotonic()
    stamp = time.strftime("%m%d-%H%M%S")

    with step("Data: flights that left New York in 2013, into s3://"):
        raw = flights()
        held_out = raw.sample(frac=0.2, random_state=7)
        training = raw.drop(held_out.index)
        uri = sm.put_dataframe(training, "flights.csv")
        held_out_uri = sm.put_dataframe(held_out, "flights-held-out.csv")
        gaps = int(raw.isna().any(axis=1).sum())
        kinds = raw.dtypes.astype(str).value_counts().to_dict()
        print(f"   {len(raw):,} rows × {raw.shape[1]} columns, {gaps:,} rows with gaps, {kinds}")
        print(f"   {uri}: {len(training):,} rows; {held_out_uri}: {len(held_out):,} rows")

    with step("Flow: flights.flow as a Processing job, fitted on the training rows"):
        job, prepared_uri = sm.run_flow(HERE / "flights.flow", name=f"prepare-{stamp}")
        show_steps(job)
        prepared = sm.read_dataframe(prepared_uri)

    with step("Flow: the fitted one again, on the rows held out"):
        fitted = fitted_flow(f"prepare-{stamp}", held_out_uri)
        job, test_uri = sm.run_flow(fitted, name=f"prepare-test-{stamp}")
        show_steps(job)
        test = sm.read_dataframe(test_uri)

    with step(f"AutoML: {TARGET} from {prepared.shape[1] - 1} columns, {TRAINING_SECONDS} s"):
        training_job = sm.train_automl(
            prepared_uri,
            TARGET,
            objective="AUC",
            max_runtime=TRAINING_SECONDS,
            name=f"flights-{stamp}",
            wait=False,
        )
        follow(training_job)
        print("\n   candidate                 validation AUC   one row")
        for found in sm.candidates(training_job.name):
            print(f"   {found['CandidateName']:24} {auc_of(found):>14.4f}{latency_of(found):>10}")

    with step("Endpoint: the best candidate"):
        container = dict(training_job.describe()["BestCandidate"]["InferenceContainers"][0])
        # As on AWS: what a classifier answers is chosen by this variable.
        outputs = {"SAGEMAKER_INFERENCE_OUTPUT": "predicted_label,probabilities,labels"}
        container["Environment"] = {**container["Environment"], **outputs}
        endpoint = sm.deploy(container, f"flights-{stamp}")
        print(f"   {endpoint.name} is in service")

    with step("Predictions for the rows held out"):
        rows = test.drop(columns=TARGET)
        chances = probabilities(endpoint, rows)
        report(prepared, test, chances)
        answered = sm.predict(endpoint, rows.head(5))
        print("\n   predicted   truth      departed late by")
        for guess, truth, delay in zip(
            answered, test[TARGET].head(5), rows["dep_delay"].head(5), strict=True
        ):
            print(f"   {first(guess):11} {truth:10} {delay:>6.0f} min")
        print(f"\n   one row through boto3, median of 50: {latency(endpoint, rows):.1f} ms")

    print(f"\nThe whole loop took {time.monotonic() - began:.0f} s.")
    print("`make lab` opens JupyterLab: the Studio icon on the left shows these jobs, the AutoML")
    print(f"experiment flights-{stamp} and the endpoint; quickstart.ipynb does the same in cells.")


def show_steps(job: sm.Job) -> None:
    for line in job.tail():
        print(f"   {line}")


def fitted_flow(job: str, data: str) -> Path:
    """The flow as the job fitted it, reading other data."""
    import boto3

    bucket = data.removeprefix("s3://").partition("/")[0]
    found = boto3.client("s3").get_object(Bucket=bucket, Key=f"flows/output/fitted-{job}.flow")
    document: dict[str, Any] = json.loads(found["Body"].read())
    source = next(node for node in document["nodes"] if node["type"] == "SOURCE")
    definition = source["parameters"]["dataset_definition"]
    definition["s3ExecutionContext"]["s3Uri"] = data
    file = Path(tempfile.mkdtemp()) / "flights-fitted.flow"
    file.write_text(json.dumps(document))
    return file


def follow(job: sm.Job) -> None:
    shown = ""
    for description in job.changes():
        now = description["AutoMLJobSecondaryStatus"]
        best = description.get("BestCandidate")
        line = now + (f", best so far {best['CandidateName']} {auc_of(best):.4f}" if best else "")
        if line != shown:
            print(f"   {line}", flush=True)
            shown = line
    if description["AutoMLJobStatus"] != "Completed":
        raise SystemExit(f"{job.name} {description['AutoMLJobStatus']}: {description}")


def auc_of(candidate: dict[str, Any]) -> float:
    return float(candidate["FinalAutoMLJobObjectiveMetric"]["Value"])


def latency_of(candidate: dict[str, Any]) -> str:
    metrics = candidate.get("CandidateProperties", {}).get("CandidateMetrics", [])
    found = [one["Value"] for one in metrics if one.get("StandardMetricName") == "InferenceLatency"]
    return f"{1000 * found[0]:.0f} ms" if found else ""


def probabilities(endpoint: sm.Endpoint, rows: Any) -> list[float]:
    """How likely each flight is late, as the endpoint says."""
    body, _ = sm.invoke(
        endpoint, rows.to_csv(index=False), "text/csv; header=present", "application/json"
    )
    found = json.loads(body)["predictions"]
    return [one["probabilities"][one["labels"].index(LATE)] for one in found]


def first(row: Any) -> Any:
    return row[0] if isinstance(row, list) else row


def report(prepared: Any, test: Any, chances: list[float]) -> None:
    from sklearn.metrics import roc_auc_score

    truth = test[TARGET] == LATE
    ours, plain = roc_auc_score(truth, chances), roc_auc_score(truth, baseline(prepared, test))
    print(
        f"   AUC on {len(test):,} flights held out: AutoML {ours:.4f}, plain LightGBM {plain:.4f}"
    )


def baseline(prepared: Any, test: Any) -> Any:
    import lightgbm

    columns = prepared.columns.drop(TARGET)
    model = lightgbm.LGBMClassifier(verbose=-1, random_state=0)
    features = prepared[columns].copy()
    asked = test[columns].copy()
    for name in columns:
        if not str(features[name].dtype).startswith(("int", "float")):
            kinds = sorted(features[name].astype(str).unique())
            features[name] = features[name].astype(str).astype("category").cat.set_categories(kinds)
            asked[name] = asked[name].astype(str).astype("category").cat.set_categories(kinds)
    model.fit(features, prepared[TARGET] == LATE)
    return model.predict_proba(asked)[:, 1]


def latency(endpoint: sm.Endpoint, rows: Any) -> float:
    """Milliseconds of one invocation with one row, the client's own time included."""
    import boto3

    client = boto3.client("sagemaker-runtime")
    body = rows.head(1).to_csv(index=False, header=False)
    times = []
    for _ in range(50):
        began = time.perf_counter()
        answer = client.invoke_endpoint(
            EndpointName=endpoint.name, ContentType="text/csv", Body=body
        )
        answer["Body"].read()
        times.append(time.perf_counter() - began)
    return 1000 * statistics.median(times)


if __name__ == "__main__":
    main()
