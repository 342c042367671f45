"""CreateEndpoint to InService, beside the model library's own import and load in a bare python."""

from __future__ import annotations

import io
import statistics
import subprocess
import sys
import tarfile
import tempfile
import time
from pathlib import Path

import boto3
import joblib
import lightgbm
from sklearn.datasets import load_breast_cancer

from jupyter_smkit import serve
from jupyter_smkit.api.credentials import Credentials
from jupyter_smkit.compute.local import LocalExecutor
from jupyter_smkit.config import Home

ROLE = "arn:aws:iam::123456789012:role/SmkitExecutionRole"
ROUNDS = 5
LOAD = "import sys, joblib; model = joblib.load(sys.argv[1]); model.predict([[0.0] * 30])"


def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        file = Path(directory) / "model.joblib"
        features, labels = load_breast_cancer(return_X_y=True)
        joblib.dump(lightgbm.LGBMClassifier(verbose=-1).fit(features, labels), file)
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            archive.add(file, "model.joblib")

        home = Home(Path(directory) / "home")
        url = serve.ensure_running(home)
        key = Credentials(home.credentials).default()
        session = boto3.Session(key.access_key, key.secret, region_name="us-east-1")
        sagemaker = session.client("sagemaker", endpoint_url=url)
        s3 = session.client("s3", endpoint_url=url)
        s3.create_bucket(Bucket="models")
        s3.put_object(Bucket="models", Key="model.tar.gz", Body=packed.getvalue())
        sagemaker.create_model(
            ModelName="m",
            ExecutionRoleArn=ROLE,
            PrimaryContainer={"Image": "python", "ModelDataUrl": "s3://models/model.tar.gz"},
        )
        variant = {
            "VariantName": "A",
            "ModelName": "m",
            "InitialInstanceCount": 1,
            "InstanceType": "ml.m5.large",
        }
        sagemaker.create_endpoint_config(EndpointConfigName="m", ProductionVariants=[variant])

        def endpoint(number: int) -> float:
            began = time.perf_counter()
            sagemaker.create_endpoint(EndpointName=f"e-{number}", EndpointConfigName="m")
            while True:
                found = sagemaker.describe_endpoint(EndpointName=f"e-{number}")
                if found["EndpointStatus"] != "Creating":
                    break
                time.sleep(0.01)
            took = time.perf_counter() - began
            sagemaker.delete_endpoint(EndpointName=f"e-{number}")
            return took

        def bare() -> float:
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", LOAD, str(file)], check=True, capture_output=True)
            return time.perf_counter() - began

        bare()
        ours, own = [], []
        for number in range(ROUNDS):
            ours.append(endpoint(number))
            own.append(bare())
        ratio = statistics.median(a / b for a, b in zip(ours, own, strict=True))
        print(
            f"CreateEndpoint to InService: {statistics.median(ours):.2f} s; "
            f"import, load and one predict in a bare python: {statistics.median(own):.2f} s; "
            f"ratio {ratio:.2f}"
        )
        serve.stop(home)
        executor = LocalExecutor(home)
        for job in home.jobs.iterdir() if home.jobs.exists() else ():
            executor.forget(job.name)


if __name__ == "__main__":
    main()
