"""Processing jobs of the SDK."""

from __future__ import annotations

from typing import Any

import sagemaker
from given import (
    INSTANCE,
    PROGRAMS,
    VERSION,
    caller,
    image,
    iris,
    machine,
    model_data,
    program,
    scratch,
    session,
)
from outcome import failed, printed, refused, waited
from sagemaker.processing import (
    FrameworkProcessor,
    ProcessingInput,
    ProcessingOutput,
    Processor,
    ScriptProcessor,
)
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor
from sagemaker.spark.processing import PySparkProcessor
from scenario import scenario


def split(processor: Any, **more: Any) -> tuple[str, dict[str, Any]]:
    """Runs preprocessing.py; the log it printed and the job's description."""
    log = printed(
        lambda: processor.run(
            inputs=[ProcessingInput(source=iris(), destination="/opt/ml/processing/input")],
            outputs=[
                ProcessingOutput(source=f"/opt/ml/processing/output/{name}", output_name=name)
                for name in ("train", "test")
            ],
            arguments=["--test-share", "0.4"],
            wait=True,
            logs=True,
            **more,
        )
    )
    job = processor.jobs[-1]
    return log, {"outputs": job.outputs, **job.describe()}


def check_split(log: str, job: dict[str, Any]) -> None:
    assert job["ProcessingJobStatus"] == "Completed", job
    assert "train: 90 rows" in log and "test: 60 rows" in log, log
    text = sagemaker.s3.S3Downloader.read_file(f"{job['outputs'][1].destination}/test.csv")
    assert len(text.splitlines()) == 60


@scenario
def sklearn_processor() -> None:
    processor = SKLearnProcessor(framework_version=VERSION, **machine())
    check_split(*split(processor, code=str(PROGRAMS / "preprocessing.py")))


@scenario
def script_processor() -> None:
    processor = ScriptProcessor(
        command=["python3"],
        image_uri=image(),
        env={"WHO": "me"},
        max_runtime_in_seconds=600,
        tags=[{"Key": "team", "Value": "acceptance"}],
        **machine(),
    )
    log, job = split(processor, code=str(PROGRAMS / "preprocessing.py"))
    check_split(log, job)
    tags = session().sagemaker_client.list_tags(ResourceArn=job["ProcessingJobArn"])["Tags"]
    assert {"Key": "team", "Value": "acceptance"} in tags, tags


@scenario
def processor_with_an_entrypoint() -> None:
    source = session().upload_data(str(PROGRAMS / "preprocessing.py"), key_prefix="acceptance/code")
    processor = Processor(
        image_uri=image(),
        entrypoint=["python3", "/opt/ml/processing/code/preprocessing.py"],
        **machine(),
    )
    log = printed(
        lambda: processor.run(
            inputs=[
                ProcessingInput(source=iris(), destination="/opt/ml/processing/input"),
                ProcessingInput(source=source, destination="/opt/ml/processing/code"),
            ],
            outputs=[
                ProcessingOutput(source="/opt/ml/processing/output/train"),
                ProcessingOutput(source="/opt/ml/processing/output/test"),
            ],
        )
    )
    assert "train: 120 rows" in log, log
    assert len(processor.latest_job.outputs) == 2
    job = processor.latest_job.describe()["ProcessingJobName"]
    client = session().sagemaker_client
    waited(client, "processing_job_completed_or_stopped", ProcessingJobName=job)


@scenario
def framework_processor() -> None:
    """A folder of code, packed and started by the SDK's own shell script."""
    folder = scratch() / "framework"
    folder.mkdir(exist_ok=True)
    (folder / "main.py").write_text("import sys, words\nprint(words.greet(sys.argv[1]))\n")
    (folder / "words.py").write_text("def greet(name): return f'hello {name}'\n")
    processor = FrameworkProcessor(estimator_cls=SKLearn, framework_version=VERSION, **machine())
    log = printed(
        lambda: processor.run(code="main.py", source_dir=str(folder), arguments=["world"])
    )
    assert "hello world" in log, log


@scenario
def what_is_not_there_yet() -> None:
    """What smkit cannot run yet is refused by name and leaves nothing behind."""
    transformer = sagemaker.Model(
        image_uri=image(), model_data=model_data(), **caller()
    ).transformer(instance_count=1, instance_type=INSTANCE)
    refused(
        lambda: transformer.transform(iris(), content_type="text/csv"),
        "ValidationException",
        "not supported by smkit yet",
    )
    processor = PySparkProcessor(
        framework_version="3.3",
        **machine(2),
    )
    refused(
        lambda: processor.run(submit_app=str(PROGRAMS / "preprocessing.py")),
        "ValidationException",
        "not supported by smkit yet",
    )


@scenario
def failing_processor() -> None:
    processor = ScriptProcessor(command=["python3"], image_uri=image(), **machine())
    fails = program("fails.py", "raise SystemExit('no such column: age')\n")
    failed(lambda: processor.run(code=fails, logs=True), "no such column: age")
