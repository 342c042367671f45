"""`instance_type="local"`: the SDK's local mode, which takes Docker where smkit is not."""

from __future__ import annotations

import numpy as np
import sagemaker
from given import IRIS, PROGRAMS, VERSION, role, scratch
from outcome import printed
from sagemaker.local import LocalSession
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn.estimator import SKLearn
from sagemaker.sklearn.processing import SKLearnProcessor
from scenario import scenario
from sklearn.datasets import load_iris


@scenario
def local_mode_trains_and_serves() -> None:
    """Data and code of this machine, as the SDK's examples of local mode have them."""
    folder = scratch() / "local"
    folder.mkdir(exist_ok=True)
    features, labels = load_iris(return_X_y=True)
    np.savetxt(folder / "iris.csv", np.column_stack([features, labels]), delimiter=",", fmt="%g")
    session = LocalSession()
    session.config = {"local": {"local_code": True}}
    estimator = SKLearn(
        entry_point="train.py",
        source_dir=str(PROGRAMS),
        framework_version=VERSION,
        role=role(),
        instance_type="local",
        instance_count=1,
        sagemaker_session=session,
    )
    log = printed(lambda: estimator.fit({"train": f"file://{folder}"}))
    assert "accuracy=0.9" in log, log
    assert estimator.model_data.startswith("s3://"), estimator.model_data
    predictor = estimator.deploy(initial_instance_count=1, instance_type="local")
    assert list(predictor.predict(np.array(IRIS))) == [0.0, 2.0]
    predictor.delete_endpoint()


@scenario
def local_mode_processes() -> None:
    file = scratch() / "iris.csv"
    features, labels = load_iris(return_X_y=True)
    np.savetxt(file, np.column_stack([features, labels]), delimiter=",", fmt="%g")
    processor = SKLearnProcessor(
        framework_version=VERSION, role=role(), instance_type="local", instance_count=1
    )
    log = printed(
        lambda: processor.run(
            code=str(PROGRAMS / "preprocessing.py"),
            inputs=[ProcessingInput(source=str(file), destination="/opt/ml/processing/input")],
            outputs=[ProcessingOutput(source="/opt/ml/processing/output/train")],
        )
    )
    assert "train: 120 rows" in log, log
    made = sagemaker.s3.S3Downloader.list(processor.latest_job.outputs[0].destination)
    assert [uri.rpartition("/")[2] for uri in made] == ["train.csv"], made
