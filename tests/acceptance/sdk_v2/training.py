"""Training jobs of the SDK."""

from __future__ import annotations

import tarfile

import numpy as np
import sagemaker
from botocore.exceptions import WaiterError
from given import INSTANCE, IRIS, PROGRAMS, VERSION, iris, machine, program, scratch, session
from outcome import failed, printed, waited
from sagemaker.inputs import TrainingInput
from sagemaker.sklearn.estimator import SKLearn
from scenario import scenario


@scenario
def sklearn_estimator() -> None:
    """fit with logs, model_data, deploy from the estimator, attach to the job, stop one."""
    estimator = SKLearn(
        entry_point="train.py",
        source_dir=str(PROGRAMS),
        framework_version=VERSION,
        hyperparameters={"max-iter": 400, "penalty": "l2 and more"},
        **machine(),
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
        framework_version=VERSION,
        **machine(),
    )
    log = printed(lambda: estimator.fit(wait=True, logs="All"))
    assert "1,234,567" in log, log


@scenario
def failing_estimator() -> None:
    fails = program("fails_in_training.py", "raise ValueError('the label is missing')\n")
    estimator = SKLearn(entry_point=fails, framework_version=VERSION, **machine())
    failed(lambda: estimator.fit(logs="All"), "the label is missing")
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
    source = "import signal\nprint('waiting', flush=True)\nsignal.pause()\n"
    waits = program("waits.py", source)
    estimator = SKLearn(entry_point=waits, framework_version=VERSION, **machine())
    estimator.fit(wait=False)
    client = session().sagemaker_client
    name = estimator.latest_training_job.name
    client.stop_training_job(TrainingJobName=name)
    waited(client, "training_job_completed_or_stopped", TrainingJobName=name)
    assert client.describe_training_job(TrainingJobName=name)["TrainingJobStatus"] == "Stopped"
