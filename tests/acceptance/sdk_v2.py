"""The SageMaker Python SDK v2, boto3 and the AWS CLI, unmodified, against a running smkit.

Not part of `make test`: the SDK weighs 400 MB. Run by the SDK's own Python, pointed at smkit:

    smkit run -- SDK_VENV/bin/python tests/acceptance/sdk_v2.py [--aws PATH] [SCENARIO ...]

Every scenario is one function below; each prints `ok`, or what went wrong. The exit status is the
number of scenarios that failed. A connection to anything but this machine fails the run.
"""

from __future__ import annotations

import argparse
import io
import json
import logging
import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path
from typing import Any

outside: list[str] = []
"""Hosts that were looked up or connected to and are not this machine."""


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    host = None
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    if host and host not in ("127.0.0.1", "localhost", "::1", b"127.0.0.1"):
        outside.append(str(host))
        raise ConnectionRefusedError(f"the acceptance run does not let anything reach {host}")


sys.addaudithook(watch)
warnings.simplefilter("ignore")
logging.getLogger("sagemaker").setLevel(logging.CRITICAL)
logging.getLogger("sagemaker.config").setLevel(logging.CRITICAL)

import boto3  # noqa: E402
import numpy as np  # noqa: E402
import sagemaker  # noqa: E402
from botocore.exceptions import ClientError, WaiterError  # noqa: E402
from sagemaker.automl.automl import AutoML  # noqa: E402
from sagemaker.automl.automlv2 import (  # noqa: E402
    AutoMLDataChannel,
    AutoMLTabularConfig,
    AutoMLV2,
)
from sagemaker.deserializers import JSONDeserializer  # noqa: E402
from sagemaker.inputs import TrainingInput  # noqa: E402
from sagemaker.predictor import Predictor  # noqa: E402
from sagemaker.processing import (  # noqa: E402
    FrameworkProcessor,
    ProcessingInput,
    ProcessingOutput,
    Processor,
    ScriptProcessor,
)
from sagemaker.serializers import CSVSerializer, JSONSerializer  # noqa: E402
from sagemaker.sklearn.estimator import SKLearn  # noqa: E402
from sagemaker.sklearn.model import SKLearnModel  # noqa: E402
from sagemaker.sklearn.processing import SKLearnProcessor  # noqa: E402
from sagemaker.spark.processing import PySparkProcessor  # noqa: E402

PROGRAMS = Path(__file__).parent / "sdk_v2_programs"
INSTANCE = "ml.m5.large"
VERSION = "1.2-1"
IRIS = [[5.1, 3.5, 1.4, 0.2], [6.7, 3.0, 5.2, 2.3]]
"""One setosa, one virginica."""
AWS = ["aws"]
SCENARIOS: dict[str, Callable[[], None]] = {}


def scenario(function: Callable[[], None]) -> Callable[[], None]:
    SCENARIOS[function.__name__] = function
    return function


@cache
def session() -> sagemaker.Session:
    return sagemaker.Session()


@cache
def role() -> str:
    return str(sagemaker.get_execution_role())


@cache
def scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="smkit-sdk-v2-"))


def unique(base: str) -> str:
    return f"{base}-{time.time_ns() // 1_000_000}"


@cache
def iris() -> str:
    """s3:// address of iris as CSV without a header, the label last."""
    from sklearn.datasets import load_iris

    features, labels = load_iris(return_X_y=True)
    file = scratch() / "iris.csv"
    np.savetxt(file, np.column_stack([features, labels]), delimiter=",", fmt="%g")
    return str(session().upload_data(str(file), key_prefix="acceptance/data"))


@cache
def model_data() -> str:
    """s3:// address of a model.tar.gz with a scikit-learn classifier."""
    import joblib
    from sklearn.datasets import load_iris
    from sklearn.linear_model import LogisticRegression

    model = LogisticRegression(max_iter=500).fit(*load_iris(return_X_y=True))
    joblib.dump(model, scratch() / "model.joblib")
    archive = scratch() / "model.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.add(scratch() / "model.joblib", "model.joblib")
    return str(session().upload_data(str(archive), key_prefix="acceptance/model"))


def image() -> str:
    return str(
        sagemaker.image_uris.retrieve(
            "sklearn", session().boto_region_name, version=VERSION, instance_type=INSTANCE
        )
    )


def printed(call: Callable[[], Any]) -> str:
    """What the SDK prints while it waits: the job's log."""
    out = io.StringIO()
    with redirect_stdout(out):
        call()
    return out.getvalue()


def refused(call: Callable[[], Any], code: str, says: str = "") -> None:
    try:
        call()
    except ClientError as error:
        told = error.response["Error"]
        assert told["Code"] == code, told
        assert says in told["Message"], told
    else:
        raise AssertionError(f"this should have been refused with {code}")


def aws(*words: str) -> str:
    done = subprocess.run([*AWS, *words], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"aws {' '.join(words)}: {done.stdout}{done.stderr}"
    return done.stdout


# ---- the session ---------------------------------------------------------------------------


@scenario
def session_and_role() -> None:
    account = session().account_id()
    assert account.isdigit() and len(account) == 12, account
    bucket = session().default_bucket()
    assert bucket == f"sagemaker-{session().boto_region_name}-{account}", bucket
    assert role().startswith(f"arn:aws:iam::{account}:role/"), role()
    assert ":assumed-role/" in boto3.client("sts").get_caller_identity()["Arn"]
    boto3.client("s3").head_bucket(Bucket=bucket)


@scenario
def upload_list_download() -> None:
    folder = scratch() / "up"
    (folder / "deep").mkdir(parents=True, exist_ok=True)
    (folder / "a.txt").write_text("a")
    (folder / "deep" / "b c+ü.txt").write_text("b")
    prefix = unique("acceptance/up")
    uri = session().upload_data(str(folder), key_prefix=prefix)
    bucket = session().default_bucket()
    assert uri == f"s3://{bucket}/{prefix}", uri
    assert sorted(session().list_s3_files(bucket, prefix)) == [
        f"{prefix}/a.txt",
        f"{prefix}/deep/b c+ü.txt",
    ]
    back = scratch() / "down"
    session().download_data(str(back), bucket, key_prefix=prefix)
    assert (back / "deep" / "b c+ü.txt").read_text() == "b"
    assert session().read_s3_file(bucket, f"{prefix}/a.txt") == "a"
    assert sagemaker.s3.S3Downloader.read_file(f"{uri}/a.txt") == "a"
    sagemaker.s3.S3Uploader.upload_string_as_file_body("c", f"{uri}/c.txt")
    assert len(sagemaker.s3.S3Downloader.list(uri)) == 3


# ---- the source document's own code --------------------------------------------------------


@scenario
def boto3_model_to_invocation() -> None:
    """create_model, endpoint config, endpoint, waiter, invoke, update, delete: boto3 alone."""
    sm_client = boto3.Session().client("sagemaker")
    name = unique("boto3")
    sm_client.create_model(
        ModelName=name,
        ExecutionRoleArn=role(),
        PrimaryContainer={"Image": image(), "ModelDataUrl": model_data()},
    )
    sm_client.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {
                "VariantName": "AllTraffic",
                "ModelName": name,
                "InitialInstanceCount": 1,
                "InstanceType": INSTANCE,
            }
        ],
    )
    sm_client.create_endpoint(EndpointName=name, EndpointConfigName=name)
    sm_client.get_waiter("endpoint_in_service").wait(
        EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    runtime = boto3.client("sagemaker-runtime")
    response = runtime.invoke_endpoint(
        EndpointName=name, ContentType="text/csv", Body="5.1,3.5,1.4,0.2"
    )
    assert response["InvokedProductionVariant"] == "AllTraffic"
    assert response["Body"].read().decode().strip() in ("0", "0.0")
    refused(
        lambda: runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body="1,2"),
        "ModelError",
    )
    sm_client.delete_endpoint(EndpointName=name)
    sm_client.get_waiter("endpoint_deleted").wait(
        EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    refused(
        lambda: runtime.invoke_endpoint(EndpointName=name, ContentType="text/csv", Body="1"),
        "ValidationError",
    )
    sm_client.delete_endpoint_config(EndpointConfigName=name)
    sm_client.delete_model(ModelName=name)


@scenario
def boto3_direct_containers() -> None:
    """The multi-container model of the document is recorded; deploying it is refused in words."""
    sm_client = boto3.Session().client("sagemaker")
    name = unique("direct")
    sm_client.create_model(
        ModelName=name,
        InferenceExecutionConfig={"Mode": "Direct"},
        ExecutionRoleArn=role(),
        Containers=[
            {"Image": image(), "ContainerHostname": "firstContainer"},
            {"Image": image(), "ContainerHostname": "secondContainer"},
        ],
    )
    found = sm_client.describe_model(ModelName=name)
    assert [each["ContainerHostname"] for each in found["Containers"]] == [
        "firstContainer",
        "secondContainer",
    ]
    assert found["InferenceExecutionConfig"] == {"Mode": "Direct"}
    variant = {"VariantName": "A", "InitialInstanceCount": 1, "InstanceType": INSTANCE}
    sm_client.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[{**variant, "ModelName": name}]
    )
    refused(
        lambda: sm_client.create_endpoint(EndpointName=name, EndpointConfigName=name),
        "ValidationException",
        "not supported by smkit yet",
    )


@scenario
def failing_endpoint_ends_the_waiter() -> None:
    sm_client = boto3.client("sagemaker")
    name = unique("broken")
    archive = scratch() / "broken.tar.gz"
    with tarfile.open(archive, "w:gz") as packed:
        packed.addfile(tarfile.TarInfo("model.joblib"), io.BytesIO())
    data = session().upload_data(str(archive), key_prefix="acceptance/broken")
    sm_client.create_model(
        ModelName=name,
        ExecutionRoleArn=role(),
        PrimaryContainer={"Image": image(), "ModelDataUrl": data},
    )
    variant = {"VariantName": "A", "InitialInstanceCount": 1, "InstanceType": INSTANCE}
    sm_client.create_endpoint_config(
        EndpointConfigName=name, ProductionVariants=[{**variant, "ModelName": name}]
    )
    sm_client.create_endpoint(EndpointName=name, EndpointConfigName=name)
    try:
        sm_client.get_waiter("endpoint_in_service").wait(
            EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
        )
    except WaiterError as error:
        assert error.last_response["EndpointStatus"] == "Failed", error
        assert "ping health check" in error.last_response["FailureReason"]
    else:
        raise AssertionError("an endpoint of a broken model came into service")
    sm_client.delete_endpoint(EndpointName=name)


@scenario
def error_codes() -> None:
    sm_client, s3 = boto3.client("sagemaker"), boto3.client("s3")
    refused(
        lambda: sm_client.describe_model(ModelName="nowhere"),
        "ValidationException",
        "Could not find model",
    )
    refused(
        lambda: sm_client.describe_endpoint(EndpointName="nowhere"),
        "ValidationException",
        "Could not find endpoint",
    )
    refused(
        lambda: sm_client.describe_processing_job(ProcessingJobName="nowhere"),
        "ValidationException",
    )
    refused(
        lambda: sm_client.describe_training_job(TrainingJobName="nowhere"), "ValidationException"
    )
    refused(lambda: sm_client.describe_auto_ml_job_v2(AutoMLJobName="nowhere"), "ResourceNotFound")
    refused(
        lambda: sm_client.create_model(ModelName="bad_name!", ExecutionRoleArn=role()),
        "ValidationException",
        "1 validation error detected",
    )
    refused(lambda: s3.get_object(Bucket=session().default_bucket(), Key="nowhere"), "NoSuchKey")
    refused(lambda: s3.head_object(Bucket=session().default_bucket(), Key="nowhere"), "404")
    refused(lambda: s3.list_objects_v2(Bucket="no-such-bucket-here"), "NoSuchBucket")
    refused(lambda: boto3.client("iam").get_role(RoleName="Nobody"), "NoSuchEntity")
    refused(
        lambda: boto3.client("logs").get_log_events(logGroupName="/none", logStreamName="none"),
        "ResourceNotFoundException",
    )
    bad = boto3.Session(aws_access_key_id="SMKITNOTMINE", aws_secret_access_key="x")
    refused(bad.client("s3").list_buckets, "InvalidAccessKeyId")
    refused(bad.client("sagemaker").list_models, "UnrecognizedClientException")


@scenario
def other_services_stay_away_from_aws() -> None:
    try:
        boto3.client("dynamodb").list_tables()
    except Exception as error:
        assert "smkit does not implement the service dynamodb" in str(error), error
    else:
        raise AssertionError("dynamodb answered")


# ---- the SDK's endpoints -------------------------------------------------------------------


@scenario
def sklearn_model_deploy() -> None:
    """SKLearnModel with an inference.py beside it, deployed and asked."""
    model = SKLearnModel(
        model_data=model_data(),
        role=role(),
        entry_point="inference.py",
        source_dir=str(PROGRAMS),
        framework_version=VERSION,
        py_version="py3",
        sagemaker_session=session(),
    )
    predictor = model.deploy(
        initial_instance_count=1,
        instance_type=INSTANCE,
        serializer=JSONSerializer(),
        deserializer=JSONDeserializer(),
    )
    assert predictor.predict({"rows": IRIS}) == {"names": ["setosa", "virginica"]}
    predictor.delete_model()
    predictor.delete_endpoint()


@scenario
def generic_model_deploy() -> None:
    """sagemaker.Model with data and an image, then a second Predictor by the endpoint's name."""
    name = unique("generic")
    model = sagemaker.Model(
        image_uri=image(), model_data=model_data(), role=role(), sagemaker_session=session()
    )
    model.deploy(initial_instance_count=1, instance_type=INSTANCE, endpoint_name=name)
    predictor = Predictor(
        name,
        sagemaker_session=session(),
        serializer=CSVSerializer(),
        deserializer=JSONDeserializer(),
    )
    answer = predictor.predict(IRIS, initial_args={"Accept": "application/json"})
    assert np.ravel(next(iter(answer.values())) if isinstance(answer, dict) else answer).size == 2
    predictor.update_endpoint(initial_instance_count=2, instance_type=INSTANCE)
    found = session().sagemaker_client.describe_endpoint(EndpointName=name)
    assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 2, found
    predictor.delete_endpoint(delete_endpoint_config=True)


# ---- processing ----------------------------------------------------------------------------


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
    processor = SKLearnProcessor(
        framework_version=VERSION,
        role=role(),
        instance_type=INSTANCE,
        instance_count=1,
        sagemaker_session=session(),
    )
    check_split(*split(processor, code=str(PROGRAMS / "preprocessing.py")))


@scenario
def script_processor() -> None:
    processor = ScriptProcessor(
        command=["python3"],
        image_uri=image(),
        role=role(),
        instance_count=1,
        instance_type=INSTANCE,
        env={"WHO": "me"},
        max_runtime_in_seconds=600,
        tags=[{"Key": "team", "Value": "acceptance"}],
        sagemaker_session=session(),
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
        role=role(),
        instance_count=1,
        instance_type=INSTANCE,
        entrypoint=["python3", "/opt/ml/processing/code/preprocessing.py"],
        sagemaker_session=session(),
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
    session().sagemaker_client.get_waiter("processing_job_completed_or_stopped").wait(
        ProcessingJobName=job, WaiterConfig={"Delay": 1, "MaxAttempts": 3}
    )


@scenario
def framework_processor() -> None:
    """A folder of code, packed and started by the SDK's own shell script."""
    folder = scratch() / "framework"
    folder.mkdir(exist_ok=True)
    (folder / "main.py").write_text("import sys, words\nprint(words.greet(sys.argv[1]))\n")
    (folder / "words.py").write_text("def greet(name): return f'hello {name}'\n")
    processor = FrameworkProcessor(
        estimator_cls=SKLearn,
        framework_version=VERSION,
        role=role(),
        instance_count=1,
        instance_type=INSTANCE,
        sagemaker_session=session(),
    )
    log = printed(
        lambda: processor.run(code="main.py", source_dir=str(folder), arguments=["world"])
    )
    assert "hello world" in log, log


@scenario
def what_is_not_there_yet() -> None:
    """What smkit cannot run yet is refused by name and leaves nothing behind."""
    transformer = sagemaker.Model(
        image_uri=image(), model_data=model_data(), role=role(), sagemaker_session=session()
    ).transformer(instance_count=1, instance_type=INSTANCE)
    refused(
        lambda: transformer.transform(iris(), content_type="text/csv"),
        "ValidationException",
        "not supported by smkit yet",
    )
    processor = PySparkProcessor(
        framework_version="3.3",
        role=role(),
        instance_count=2,
        instance_type=INSTANCE,
        sagemaker_session=session(),
    )
    refused(
        lambda: processor.run(submit_app=str(PROGRAMS / "preprocessing.py")),
        "ValidationException",
        "not supported by smkit yet",
    )


@scenario
def failing_processor() -> None:
    program = scratch() / "fails.py"
    program.write_text("raise SystemExit('no such column: age')\n")
    processor = ScriptProcessor(
        command=["python3"],
        image_uri=image(),
        role=role(),
        instance_count=1,
        instance_type=INSTANCE,
        sagemaker_session=session(),
    )
    try:
        printed(lambda: processor.run(code=str(program), logs=True))
    except sagemaker.exceptions.UnexpectedStatusException as error:
        assert "no such column: age" in str(error), error
    else:
        raise AssertionError("a failed job ended well")


# ---- training ------------------------------------------------------------------------------


@scenario
def sklearn_estimator() -> None:
    """fit with logs, model_data, deploy from the estimator, attach to the job, stop one."""
    estimator = SKLearn(
        entry_point="train.py",
        source_dir=str(PROGRAMS),
        role=role(),
        instance_type=INSTANCE,
        instance_count=1,
        framework_version=VERSION,
        hyperparameters={"max-iter": 400, "penalty": "l2 and more"},
        sagemaker_session=session(),
    )
    log = printed(
        lambda: estimator.fit({"train": TrainingInput(iris(), content_type="text/csv")}, logs="All")
    )
    assert "accuracy=0.9" in log, log
    assert "penalty=l2 and more" in log, log
    assert estimator.model_data.endswith("/output/model.tar.gz"), estimator.model_data
    job = estimator.latest_training_job.describe()
    assert job["SecondaryStatus"] == "Completed", job
    assert job["HyperParameters"]["max-iter"] == "400", job
    back = scratch() / "model"
    sagemaker.s3.S3Downloader.download(estimator.model_data, str(back))
    with tarfile.open(back / "model.tar.gz") as packed:
        assert "classifier.joblib" in packed.getnames()

    attached = SKLearn.attach(estimator.latest_training_job.name, sagemaker_session=session())
    assert attached.model_data == estimator.model_data

    predictor = estimator.deploy(initial_instance_count=1, instance_type=INSTANCE)
    assert list(predictor.predict(np.array(IRIS))) == [0.0, 2.0]
    predictor.delete_endpoint()


@scenario
def sklearn_estimator_with_requirements() -> None:
    """A requirements.txt beside the program is there when it runs."""
    folder = scratch() / "with-requirements"
    folder.mkdir(exist_ok=True)
    (folder / "requirements.txt").write_text("humanize>=4  # small and pure\n")
    (folder / "run.py").write_text("import humanize\nprint(humanize.intcomma(1234567))\n")
    estimator = SKLearn(
        entry_point="run.py",
        source_dir=str(folder),
        role=role(),
        instance_type=INSTANCE,
        framework_version=VERSION,
        sagemaker_session=session(),
    )
    log = printed(lambda: estimator.fit(wait=True, logs="All"))
    assert "1,234,567" in log, log


@scenario
def failing_estimator() -> None:
    program = scratch() / "fails_in_training.py"
    program.write_text("raise ValueError('the label is missing')\n")
    estimator = SKLearn(
        entry_point=str(program),
        role=role(),
        instance_type=INSTANCE,
        framework_version=VERSION,
        sagemaker_session=session(),
    )
    try:
        printed(lambda: estimator.fit(logs="All"))
    except sagemaker.exceptions.UnexpectedStatusException as error:
        assert "the label is missing" in str(error), error
    else:
        raise AssertionError("a failed job ended well")
    waiter = session().sagemaker_client.get_waiter("training_job_completed_or_stopped")
    try:
        waiter.wait(
            TrainingJobName=estimator.latest_training_job.name,
            WaiterConfig={"Delay": 1, "MaxAttempts": 3},
        )
    except WaiterError as error:
        assert error.last_response["TrainingJobStatus"] == "Failed", error


@scenario
def stopped_estimator() -> None:
    program = scratch() / "waits.py"
    program.write_text("import signal\nprint('waiting', flush=True)\nsignal.pause()\n")
    estimator = SKLearn(
        entry_point=str(program),
        role=role(),
        instance_type=INSTANCE,
        framework_version=VERSION,
        sagemaker_session=session(),
    )
    estimator.fit(wait=False)
    client = session().sagemaker_client
    name = estimator.latest_training_job.name
    client.stop_training_job(TrainingJobName=name)
    client.get_waiter("training_job_completed_or_stopped").wait(
        TrainingJobName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60}
    )
    assert client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "Stopped"


# ---- AutoML --------------------------------------------------------------------------------


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
        role=role(),
        sagemaker_session=session(),
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
        role=role(),
        target_attribute_name="rich",
        problem_type="BinaryClassification",
        job_objective={"MetricName": "Accuracy"},
        max_candidates=2,
        total_job_runtime_in_seconds=60,
        mode="ENSEMBLING",
        sagemaker_session=session(),
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


# ---- the AWS CLI ---------------------------------------------------------------------------


@scenario
def cli_sts_and_sagemaker() -> None:
    assert json.loads(aws("sts", "get-caller-identity"))["Account"] == session().account_id()
    for what in (
        "list-models",
        "list-endpoints",
        "list-endpoint-configs",
        "list-processing-jobs",
        "list-training-jobs",
        "list-auto-ml-jobs",
        "list-domains",
        "list-pipelines",
        "list-experiments",
        "list-model-package-groups",
    ):
        json.loads(aws("sagemaker", what, "--max-items", "5"))
    jobs = aws(
        *("sagemaker", "list-processing-jobs", "--status-equals", "Completed", "--sort-order"),
        *("Ascending", "--query", "ProcessingJobSummaries[].ProcessingJobName"),
        *("--output", "text"),
    )
    assert isinstance(jobs, str)


@scenario
def cli_s3() -> None:
    bucket, prefix = session().default_bucket(), unique("acceptance/cli")
    folder = scratch() / "cli"
    (folder / "deep").mkdir(parents=True, exist_ok=True)
    (folder / "one.txt").write_text("1")
    (folder / "deep" / "two.txt").write_text("22")
    assert bucket in aws("s3", "ls")
    aws("s3", "cp", str(folder / "one.txt"), f"s3://{bucket}/{prefix}/one.txt")
    aws("s3", "sync", str(folder), f"s3://{bucket}/{prefix}")
    assert "deep/two.txt" in aws("s3", "ls", "--recursive", f"s3://{bucket}/{prefix}/")
    back = scratch() / "cli-back"
    aws("s3", "sync", f"s3://{bucket}/{prefix}", str(back))
    assert (back / "deep" / "two.txt").read_text() == "22"
    aws("s3", "rm", "--recursive", f"s3://{bucket}/{prefix}")
    assert prefix not in aws("s3", "ls", "--recursive", f"s3://{bucket}")
    big = scratch() / "big.bin"
    big.write_bytes(os.urandom(1 << 20) * 20)
    aws("s3", "cp", str(big), f"s3://{bucket}/{prefix}/big.bin")
    aws("s3", "cp", f"s3://{bucket}/{prefix}/big.bin", str(scratch() / "big.back"))
    assert (scratch() / "big.back").read_bytes() == big.read_bytes()
    url = aws("s3", "presign", f"s3://{bucket}/{prefix}/big.bin").strip()
    assert "amazonaws" not in url, url


@scenario
def cli_logs_and_invoke() -> None:
    groups = aws("logs", "describe-log-groups", "--query", "logGroups[].logGroupName")
    assert "/aws/sagemaker/ProcessingJobs" in groups, groups
    group = "/aws/sagemaker/ProcessingJobs"
    if aws("--version").startswith("aws-cli/2"):
        tail = aws("logs", "tail", group, "--since", "1h")
        assert "rows" in tail, tail
    found = aws(
        *("logs", "filter-log-events", "--log-group-name", group),
        *("--filter-pattern", "rows", "--query", "events[0].message"),
    )
    assert "rows" in found, found
    streams = aws(
        *("logs", "describe-log-streams", "--log-group-name", group),
        *("--query", "logStreams[0].logStreamName", "--output", "text"),
    )
    events = aws(
        *("logs", "get-log-events", "--log-group-name", group, "--start-from-head"),
        *("--log-stream-name", streams.strip(), "--query", "events[].message"),
    )
    assert json.loads(events), events


# ---- the run -------------------------------------------------------------------------------


def run(names: list[str]) -> int:
    failed = 0
    for name in names:
        began = time.monotonic()
        try:
            SCENARIOS[name]()
            result = "ok"
        except Exception as error:
            failed += 1
            result = f"FAILED {type(error).__name__}: {str(error)[:300]}"
            traceback.print_exc()
        print(f"{name:36} {time.monotonic() - began:6.1f} s  {result}", flush=True)
    for host in sorted(set(outside)):
        print(f"REACHED FOR {host}", flush=True)
    shutil.rmtree(scratch(), ignore_errors=True)
    return failed + len(set(outside))


def main() -> None:
    parser = argparse.ArgumentParser(description="SDK v2, boto3 and the AWS CLI against smkit")
    parser.add_argument("--aws", default="aws", help="the AWS CLI")
    parser.add_argument("scenarios", nargs="*", metavar="SCENARIO", help=", ".join(SCENARIOS))
    arguments = parser.parse_args()
    AWS[:] = [arguments.aws]
    if "SMKIT_ENDPOINT_URL" not in os.environ:
        sys.exit('start it with `smkit run -- python …` or after `eval "$(smkit env)"`')
    unknown = [name for name in arguments.scenarios if name not in SCENARIOS]
    if unknown:
        sys.exit(f"no such scenario: {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    sys.exit(run(arguments.scenarios or list(SCENARIOS)))


if __name__ == "__main__":
    main()
