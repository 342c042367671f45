"""What endpoints need before a test begins: models and configurations, through boto3."""

from __future__ import annotations

import io
import time
from collections.abc import Mapping

import joblib
from archive import packed
from desk import Lab
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression

from jupyter_smkit.gateway import metrics
from jupyter_smkit.gateway.routes import Endpoint

BUCKET = "ui-models"
ROLE = "arn:aws:iam::123456789012:role/SmkitExecutionRole"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:1"


def iris() -> dict[str, bytes]:
    features, labels = load_iris(return_X_y=True)
    fitted = io.BytesIO()
    joblib.dump(LogisticRegression(max_iter=500).fit(features, labels), fitted)
    return {"model.joblib": fitted.getvalue()}


def constant(answer: str) -> dict[str, bytes]:
    """A model in script mode that always gives this answer, and says so in its log."""
    code = (
        "def model_fn(directory): return None\n"
        f"def predict_fn(data, model): print('answering'); return {answer!r}\n"
        "def output_fn(answer, accept): return answer\n"
    )
    return {"code/inference.py": code.encode()}


def model(lab: Lab, name: str, files: Mapping[str, bytes]) -> None:
    s3 = lab.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    s3.put_object(Bucket=BUCKET, Key=f"{name}.tar.gz", Body=packed(files))
    lab.client("sagemaker").create_model(
        ModelName=name,
        ExecutionRoleArn=ROLE,
        PrimaryContainer={"Image": IMAGE, "ModelDataUrl": f"s3://{BUCKET}/{name}.tar.gz"},
    )


def endpoint(lab: Lab, name: str, weights: Mapping[str, float]) -> None:
    """An endpoint in service whose variants are named after their models."""
    sagemaker = lab.client("sagemaker")
    sagemaker.create_endpoint_config(
        EndpointConfigName=name,
        ProductionVariants=[
            {
                "VariantName": variant,
                "ModelName": variant,
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "InitialVariantWeight": weight,
            }
            for variant, weight in weights.items()
        ],
    )
    sagemaker.create_endpoint(EndpointName=name, EndpointConfigName=name)
    waiter = sagemaker.get_waiter("endpoint_in_service")
    waiter.wait(EndpointName=name, WaiterConfig={"Delay": 1, "MaxAttempts": 60})


def asked_before(lab: Lab, name: str, requests: Mapping[str, list[tuple[int, int, float]]]) -> None:
    """Leaves what the edge would have measured: by variant (minutes ago, status, seconds)."""
    now = int(time.time() // 60)
    served = Endpoint("123456789012", "us-east-1", name, ())
    past: dict[int, metrics.Metrics] = {}
    for variant, several in requests.items():
        for ago, status, seconds in several:
            minute = past.setdefault(now - ago, metrics.Metrics())
            minute.record(served, variant, status, seconds, seconds / 20)
    for at, each in past.items():
        metrics.write(lab.home.run / "metrics", at, each.take(at))
