"""An image's version that cannot be had is not passed over in silence."""

from __future__ import annotations

from importlib import metadata
from typing import Any

from tests.jobs.conftest import finished, job, log_of, trained

# Nothing is installed for it: the nearest to a version that is yet to come is the one here.
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-scikit-learn:99.0-1-cpu-py3"
HAS = f"scikit-learn {metadata.version('scikit-learn')} in place of 99.0"


def test_a_processing_jobs_log_and_tags_say_what_it_has(smkit: Any) -> None:
    asked = job(smkit, "later-version", "print('ran')")
    asked["AppSpecification"]["ImageUri"] = IMAGE
    client = smkit.client("sagemaker")
    client.create_processing_job(**asked)
    found = finished(smkit, "later-version")
    assert found["ProcessingJobStatus"] == "Completed"
    assert log_of(smkit, "later-version")[0].startswith(f"smkit: {HAS}, which ")
    tags = client.list_tags(ResourceArn=found["ProcessingJobArn"])["Tags"]
    assert tags == [{"Key": "smkit:image", "Value": HAS}]


def test_a_training_jobs_steps_say_what_it_has(smkit: Any) -> None:
    specification = {
        "TrainingImage": IMAGE,
        "TrainingInputMode": "File",
        "ContainerEntrypoint": ["python", "-c", "pass"],
    }
    s3 = smkit.client("s3")
    s3.put_object(Bucket=smkit.bucket("training-data"), Key="in/rows.csv", Body=b"1,2\n")
    found = trained(smkit, "later-version", {}, AlgorithmSpecification=specification)
    assert found["TrainingJobStatus"] == "Completed"
    steps = {each["Status"]: each["StatusMessage"] for each in found["SecondaryStatusTransitions"]}
    assert steps["Training"].endswith(f"It has {HAS}.")
