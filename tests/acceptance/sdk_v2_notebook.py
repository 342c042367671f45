"""A notebook with the SageMaker Python SDK v2, switched to smkit by its first cell, executed.

    SDK_VENV/bin/python tests/acceptance/sdk_v2_notebook.py [NOTEBOOK.ipynb]

SDK_VENV holds jupyter-smkit, sagemaker<3, scikit-learn, ipykernel and nbclient. The kernel is
started with no variable of AWS or smkit but SMKIT_HOME, so that only `%load_ext jupyter_smkit`
points it here. The executed notebook is kept where a path is given.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError

PROGRAMS = Path(__file__).parent / "sdk_v2" / "programs"

GUARD = """
import sys

outside = set()

def watch(event, arguments):
    host = None
    if event == "socket.getaddrinfo":
        host = arguments[0]
    elif event == "socket.connect" and isinstance(arguments[1], tuple):
        host = arguments[1][0]
    if host and host not in ("127.0.0.1", "localhost"):
        outside.add(str(host))
        raise ConnectionRefusedError(host)

sys.addaudithook(watch)
"""

SESSION = """
import boto3
import sagemaker

sess = sagemaker.Session()
bucket = sess.default_bucket()
role = sagemaker.get_execution_role()
account_id = boto3.client("sts").get_caller_identity().get("Account")
region = boto3.Session().region_name
assert bucket == f"sagemaker-{region}-{account_id}"
assert role.startswith(f"arn:aws:iam::{account_id}:role/")
print(bucket, role)
"""

DATA = """
import tarfile

import joblib
import numpy as np
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

features, labels = load_iris(return_X_y=True)
np.savetxt("iris.csv", np.column_stack([features, labels]), delimiter=",", fmt="%g")
data = sess.upload_data("iris.csv", key_prefix="notebook/data")
joblib.dump(LogisticRegression(max_iter=500).fit(features, labels), "model.joblib")
with tarfile.open("model.tar.gz", "w:gz") as packed:
    packed.add("model.joblib")
model_data = sess.upload_data("model.tar.gz", key_prefix="notebook/model")
print(data, model_data)
"""

BOTO3 = """
sm_client = boto3.Session().client("sagemaker")
image = sagemaker.image_uris.retrieve("sklearn", region, version="1.2-1", instance_type="ml.m5.large")
name = f"notebook-{time.time_ns() // 1000000}"
sm_client.create_model(
    ModelName=name,
    ExecutionRoleArn=role,
    PrimaryContainer={"Image": image, "ModelDataUrl": model_data},
)
sm_client.create_endpoint_config(
    EndpointConfigName=name,
    ProductionVariants=[
        {
            "VariantName": "AllTraffic",
            "ModelName": name,
            "InitialInstanceCount": 1,
            "InstanceType": "ml.m5.large",
        }
    ],
)
sm_client.create_endpoint(EndpointName=name, EndpointConfigName=name)
sm_client.get_waiter("endpoint_in_service").wait(
    EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 90}
)

runtime = boto3.client("sagemaker-runtime")
response = runtime.invoke_endpoint(
    EndpointName=name, ContentType="text/csv", Body="5.1,3.5,1.4,0.2"
)
answer = response["Body"].read().decode()
assert float(answer) == 0.0
print(answer)
"""

PROCESSING = """
from sagemaker.processing import ProcessingInput, ProcessingOutput
from sagemaker.sklearn.processing import SKLearnProcessor

sklearn_processor = SKLearnProcessor(
    framework_version="1.2-1", role=role, instance_type="ml.m5.large", instance_count=1
)
sklearn_processor.run(
    code=f"{programs}/preprocessing.py",
    inputs=[ProcessingInput(source=data, destination="/opt/ml/processing/input")],
    outputs=[
        ProcessingOutput(source="/opt/ml/processing/output/train"),
        ProcessingOutput(source="/opt/ml/processing/output/test"),
    ],
)
outputs = sklearn_processor.latest_job.describe()["ProcessingOutputConfig"]["Outputs"]
train = outputs[0]["S3Output"]["S3Uri"]
"""

TRAINING = """
from sagemaker.sklearn.estimator import SKLearn

estimator = SKLearn(
    entry_point="train.py",
    source_dir=programs,
    role=role,
    instance_type="ml.m5.large",
    framework_version="1.2-1",
    hyperparameters={"max-iter": 400},
)
estimator.fit({"train": train})
predictor = estimator.deploy(initial_instance_count=1, instance_type="ml.m5.large")
assert list(predictor.predict(features[:2])) == [0.0, 0.0]
predictor.delete_endpoint()
"""

END = """
sm_client.delete_endpoint(EndpointName=name)
sm_client.get_waiter("endpoint_deleted").wait(
    EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 90}
)
assert not outside, outside
"""


def notebook() -> nbformat.NotebookNode:
    cells = [
        "%load_ext jupyter_smkit",
        GUARD,
        f"import time\n\nprograms = {str(PROGRAMS)!r}",
        SESSION,
        DATA,
        BOTO3,
        PROCESSING,
        TRAINING,
        "%sm jobs",
        END,
    ]
    made = nbformat.v4.new_notebook()
    made.cells = [nbformat.v4.new_code_cell(cell.strip()) for cell in cells]
    return made


def main() -> int:
    import tempfile

    for name in list(os.environ):
        if name.startswith(("AWS_", "SMKIT_", "SAGEMAKER_")) and name != "SMKIT_HOME":
            del os.environ[name]
    made = notebook()
    with tempfile.TemporaryDirectory(prefix="smkit-notebook-") as folder:
        client = NotebookClient(
            made, timeout=600, kernel_name="python3", resources={"metadata": {"path": folder}}
        )
        try:
            client.execute()
            status = 0
        except CellExecutionError as error:
            print(error)
            status = 1
    for cell in made.cells:
        done = "ok" if cell.get("execution_count") else "--"
        print(f"{done}  {cell.source.splitlines()[0][:70]}")
    if len(sys.argv) > 1:
        nbformat.write(made, sys.argv[1])
    return status


if __name__ == "__main__":
    sys.exit(main())
