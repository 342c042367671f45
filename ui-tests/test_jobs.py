from __future__ import annotations

import os
import re
import tarfile
from typing import Any

import pytest
from archive import packed
from desk import Desk, Lab
from playwright.sync_api import Locator, expect

BUCKET = "ui-jobs"
ROLE = "arn:aws:iam::123456789012:role/SmkitExecutionRole"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1"
LATER = f"{IMAGE.rpartition(':')[0]}:99.0-1-cpu-py3"
CLUSTER: dict[str, Any] = {
    "InstanceCount": 1,
    "InstanceType": "ml.m5.large",
    "VolumeSizeInGB": 1,
}
COUNTS = """\
import time
for number in range(3000):
    print("line", number, flush=True)
    time.sleep(0.1)
"""
FAILS = """\
print("reading the table")
raise ValueError("the column price is missing")
"""
LEARNS = """\
import time
for epoch in range(1, 16):
    print(f"epoch {epoch}: loss={0.3 + 1 / epoch:.3f} auc={0.92 - 0.4 / epoch:.3f}", flush=True)
    time.sleep(1)
"""
TRAINS = """\
import os
from pathlib import Path
print("trained on", os.listdir(os.environ["SM_CHANNEL_TRAIN"]))
(Path(os.environ["SM_MODEL_DIR"]) / "model.txt").write_text("a model")
"""


def put(lab: Lab, key: str, body: bytes) -> str:
    s3 = lab.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=key, Body=body)
    return f"s3://{BUCKET}/{key}"


def process(lab: Lab, name: str, script: str, image: str = IMAGE, output: str = "") -> None:
    code = put(lab, f"{name}.py", script.encode())
    place = {
        "S3DataType": "S3Prefix",
        "S3InputMode": "File",
        "LocalPath": "/opt/ml/processing/code",
    }
    written: dict[str, Any] = {
        "OutputName": "out",
        "S3Output": {
            "S3Uri": output,
            "LocalPath": "/opt/ml/processing/output",
            "S3UploadMode": "EndOfJob",
        },
    }
    lab.client("sagemaker").create_processing_job(
        ProcessingJobName=name,
        RoleArn=ROLE,
        AppSpecification={
            "ImageUri": image,
            "ContainerEntrypoint": ["python3", f"/opt/ml/processing/code/{name}.py"],
        },
        ProcessingInputs=[{"InputName": "code", "S3Input": {"S3Uri": code, **place}}],
        ProcessingResources={"ClusterConfig": CLUSTER},
        **({"ProcessingOutputConfig": {"Outputs": [written]}} if output else {}),
    )


def train(lab: Lab, name: str, script: str, **algorithm: Any) -> None:
    """A training job in script mode, as the SDK's estimators ask for it."""
    rows = put(lab, "train/rows.csv", b"1,2\n")
    code = put(lab, f"{name}.tar.gz", packed({"train.py": script.encode()}))
    source = {"S3DataType": "S3Prefix", "S3Uri": rows}
    lab.client("sagemaker").create_training_job(
        TrainingJobName=name,
        RoleArn=ROLE,
        AlgorithmSpecification={
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            **algorithm,
        },
        HyperParameters={"sagemaker_program": "train.py", "sagemaker_submit_directory": code},
        InputDataConfig=[{"ChannelName": "train", "DataSource": {"S3DataSource": source}}],
        OutputDataConfig={"S3OutputPath": f"s3://{BUCKET}/out"},
        ResourceConfig=CLUSTER,
        StoppingCondition={"MaxRuntimeInSeconds": 600},
    )


def record(desk: Desk, page: str, name: str) -> Locator:
    desk.run("smkit:open", page=f"{page}/record", name=name)
    return desk.tab()


def test_a_script_runs_from_the_form(desk: Desk) -> None:
    desk.run("smkit:new-processing-job")
    tab = desk.tab()
    tab.get_by_label("Name", exact=True).fill("first-job")
    tab.get_by_label("Script", exact=True).fill("print('hello from the job')")
    desk.shoot("processing-form")
    tab.get_by_role("button", name="Next").click()
    desk.shoot("processing-form-data")
    tab.get_by_role("button", name="Next").click()
    expect(tab.get_by_label("Python code")).to_contain_text("create_processing_job(")
    desk.shoot("processing-form-code")
    tab.get_by_role("button", name="Run").click()

    expect(tab.get_by_role("heading", name="first-job")).to_be_visible()
    expect(tab.get_by_text("Completed", exact=True)).to_be_visible(timeout=60_000)
    desk.shoot("processing-record")
    tab.get_by_role("tab", name="Logs").click()
    expect(tab.get_by_role("log")).to_contain_text("hello from the job")
    desk.shoot("processing-logs")
    desk.run("smkit:new-processing-job")
    expect(tab.get_by_label("Name", exact=True)).not_to_have_value("first-job")
    expect(tab.get_by_label("Script", exact=True)).not_to_have_value(re.compile("hello"))
    desk.run("smkit:open", page="processing-jobs/record", name="first-job")
    tab.get_by_role("button", name="Processing jobs").click()
    row = tab.get_by_role("row").filter(has_text="first-job")
    expect(row.get_by_text("Completed")).to_be_visible()
    desk.shoot("processing-list")


def test_a_form_does_not_replace_the_script_of_another_job(desk: Desk) -> None:
    s3 = desk.lab.client("s3")
    bucket = "sagemaker-us-east-1-123456789012"
    s3.create_bucket(Bucket=bucket)
    place = {"Bucket": bucket, "Key": "taken-job/input/code/cell.py"}
    s3.put_object(**place, Body=b"print('first')")
    desk.run("smkit:new-processing-job")
    tab = desk.tab()
    tab.get_by_label("Name", exact=True).fill("taken-job")
    tab.get_by_label("Script", exact=True).fill("print('second')")
    for button in ("Next", "Next", "Run"):
        tab.get_by_role("button", name=button).click()
    expect(tab.get_by_role("alert")).to_contain_text("cell.py is there already: choose another")
    assert s3.get_object(**place)["Body"].read() == b"print('first')"


@pytest.mark.parametrize("start, page", [(process, "processing-jobs"), (train, "training-jobs")])
def test_a_log_grows_until_the_job_is_stopped(desk: Desk, start: Any, page: str) -> None:
    name = f"endless-{page}"
    start(desk.lab, name, COUNTS)
    tab = record(desk, page, name)
    tab.get_by_role("tab", name="Logs").click()
    log = tab.get_by_role("log")
    expect(log).to_contain_text("line 1", timeout=30_000)
    seen = log.locator("div").count()
    expect(log.locator("div").nth(seen + 20)).to_be_attached()
    expect(tab.get_by_text("InProgress", exact=True)).to_be_visible()
    tab.get_by_role("button", name="Stop").click()
    dialog = desk.page.get_by_role("dialog")
    expect(dialog).to_contain_text(f"Stop {name}?")
    dialog.get_by_role("button", name="Stop").click()
    expect(tab.get_by_text("Stopped", exact=True)).to_be_visible(timeout=30_000)
    expect(tab.get_by_role("button", name="Stop")).to_be_disabled()
    expect(log).to_contain_text("line 1")
    desk.shoot(f"{page}-stopped")


def test_a_job_that_waits_shows_its_place_in_line(desk: Desk) -> None:
    client = desk.lab.client("sagemaker")
    runs = [f"line-runs-{number}" for number in range(os.cpu_count() or 1)]
    for name in (*runs, "line-second", "line-last"):
        process(desk.lab, name, COUNTS)
    tab = record(desk, "processing-jobs", "line-last")
    expect(tab.get_by_text("waits for room: 2 of 2 in line")).to_be_visible(timeout=15_000)
    desk.shoot("line")
    client.stop_processing_job(ProcessingJobName="line-second")
    expect(tab.get_by_text("waits for room: 1 of 1 in line")).to_be_visible(timeout=15_000)
    for name in runs:
        client.stop_processing_job(ProcessingJobName=name)
    expect(tab.get_by_text("waits for room")).to_have_count(0, timeout=30_000)
    client.stop_processing_job(ProcessingJobName="line-last")


def test_a_log_goes_on_where_it_was_left(desk: Desk) -> None:
    process(desk.lab, "visited", COUNTS)
    tab = record(desk, "processing-jobs", "visited")
    tab.get_by_role("tab", name="Logs").click()
    lines = tab.get_by_role("log").locator("div")
    expect(lines.nth(5)).to_be_attached(timeout=30_000)
    for _ in range(3):
        seen = lines.count()
        desk.run("smkit:open", page="processing-jobs")
        desk.run("smkit:open", page="processing-jobs/record", name="visited")
        expect(lines.nth(seen + 20)).to_be_attached()
    numbers = [int(each.rpartition(" ")[2]) for each in lines.all_text_contents()]
    assert numbers == list(range(len(numbers)))

    failing = re.compile("/smkit/aws/logs/GetLogEvents")
    desk.page.route(failing, lambda route: route.fulfill(status=503, json={"message": "away"}))
    expect(tab.get_by_role("alert")).to_contain_text("away")
    seen = lines.count()
    desk.page.unroute(failing)
    expect(lines.nth(seen + 5)).to_be_attached()
    expect(tab.get_by_role("alert")).to_have_count(0)
    desk.lab.client("sagemaker").stop_processing_job(ProcessingJobName="visited")


def test_a_failed_job_says_why_and_what_its_image_has(desk: Desk) -> None:
    process(desk.lab, "failing", FAILS, LATER)
    tab = record(desk, "processing-jobs", "failing")
    expect(tab.get_by_text("Failed", exact=True)).to_be_visible(timeout=30_000)
    expect(tab.get_by_role("alert")).to_contain_text("ValueError: the column price is missing")
    expect(
        tab.get_by_text(re.compile("smkit:image = scikit-learn .* in place of 99.0"))
    ).to_be_visible()
    desk.shoot("processing-failed")
    tab.get_by_role("tab", name="Logs").click()
    expect(tab.get_by_role("log")).to_contain_text("reading the table")
    expect(tab.get_by_role("log").locator("div").last).to_contain_text("the column price")
    tab.get_by_role("tab", name="Code").click()
    expect(tab.get_by_label("Python code")).to_contain_text("create_processing_job(")
    expect(tab.get_by_label("Python code")).not_to_contain_text("smkit:image")


def test_a_training_job_s_page(desk: Desk) -> None:
    train(desk.lab, "fitting", TRAINS)
    tab = record(desk, "training-jobs", "fitting")
    expect(tab.get_by_text("Completed", exact=True).first).to_be_visible(timeout=60_000)
    expect(tab.get_by_text("Trained for")).to_be_visible()
    desk.shoot("training-record")
    tab.get_by_role("tab", name="Logs").click()
    expect(tab.get_by_role("log")).to_contain_text("trained on ['rows.csv']")
    tab.get_by_role("tab", name="Artifacts").click()
    expect(tab.get_by_role("link", name="train/rows.csv")).to_be_visible()
    desk.shoot("training-artifacts")
    with desk.page.expect_download() as download:
        tab.get_by_role("link", name="model.tar.gz").click()
    assert download.value.suggested_filename == "model.tar.gz"
    with tarfile.open(download.value.path()) as archive:
        assert archive.getnames() == ["model.txt"]
    tab.get_by_role("tab", name="Code").click()
    expect(tab.get_by_label("Python code")).to_contain_text("create_training_job(")


def test_metrics_are_drawn_while_the_job_trains(desk: Desk) -> None:
    definitions = [
        {"Name": "train:loss", "Regex": "loss=([0-9.]+)"},
        {"Name": "validation:auc", "Regex": "auc=([0-9.]+)"},
    ]
    train(desk.lab, "learning", LEARNS, MetricDefinitions=definitions)
    tab = record(desk, "training-jobs", "learning")
    tab.get_by_role("tab", name="Metrics").click()
    loss = tab.get_by_role("figure").filter(has_text="train:loss")
    points = loss.locator("svg .mark-symbol path")
    expect(points.nth(1)).to_be_attached(timeout=30_000)
    seen = points.count()
    expect(points.nth(seen + 2)).to_be_attached()
    expect(tab.get_by_text("InProgress", exact=True)).to_be_visible()
    expect(tab.get_by_text("Completed", exact=True)).to_be_visible(timeout=40_000)
    lasts = tab.get_by_role("table", name="Last values").locator("tbody tr")
    expect(lasts.filter(has_text="train:loss")).to_contain_text("0.367")
    expect(lasts.filter(has_text="validation:auc")).to_contain_text("0.893")
    desk.shoot("training-metrics")
    loss.get_by_text("train:loss as a table").click()
    values = loss.get_by_role("table", name="train:loss")
    expect(values).to_contain_text("1.3")
    expect(values).to_contain_text("0.367")


def test_a_job_that_printed_no_metric_says_when_they_appear(desk: Desk) -> None:
    definitions = [{"Name": "loss", "Regex": "loss=([0-9.]+)"}]
    train(desk.lab, "silent", TRAINS, MetricDefinitions=definitions)
    tab = record(desk, "training-jobs", "silent")
    expect(tab.get_by_text("Completed", exact=True).first).to_be_visible(timeout=60_000)
    tab.get_by_role("tab", name="Metrics").click()
    expect(tab.get_by_role("heading", name="No metrics yet")).to_be_visible()
