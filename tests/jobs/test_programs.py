"""What a job runs, and that one which names nothing is refused."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.jobs.conftest import finished, job, log_of, training_request

UNKNOWN = "205585389593.dkr.ecr.us-east-1.amazonaws.com/sagemaker-clarify-processing:1.0"


def refused(call: Any, **request: Any) -> str:
    with pytest.raises(ClientError) as error:
        call(**request)
    assert error.value.response["Error"]["Code"] == "ValidationException"
    return str(error.value.response["Error"]["Message"])


def test_a_processing_job_of_an_unknown_image_without_a_program_is_refused(smkit: Any) -> None:
    asked = job(smkit, "clarify", "pass", AppSpecification={"ImageUri": UNKNOWN})
    said = refused(smkit.client("sagemaker").create_processing_job, **asked)
    assert UNKNOWN in said and "ContainerEntrypoint" in said
    asked["AppSpecification"]["ContainerArguments"] = ["--analyze"]
    assert UNKNOWN in refused(smkit.client("sagemaker").create_processing_job, **asked)


def test_a_processing_job_that_would_run_nothing_is_refused(smkit: Any) -> None:
    asked = job(smkit, "nothing", "pass", AppSpecification={"ImageUri": "python"})
    said = refused(smkit.client("sagemaker").create_processing_job, **asked)
    assert "ContainerEntrypoint" in said


def test_an_unknown_image_with_a_program_runs_and_says_so(smkit: Any) -> None:
    asked = job(smkit, "unknown-image", "print('ran')")
    asked["AppSpecification"]["ImageUri"] = UNKNOWN
    smkit.client("sagemaker").create_processing_job(**asked)
    assert finished(smkit, "unknown-image")["ProcessingJobStatus"] == "Completed"
    said = log_of(smkit, "unknown-image")
    assert UNKNOWN in said[0] and "ran" in said


def test_training_with_an_unknown_image_needs_a_program(smkit: Any) -> None:
    asked = training_request(smkit, "unknown-algorithm", {"k": "3"})
    asked["AlgorithmSpecification"]["TrainingImage"] = UNKNOWN
    said = refused(smkit.client("sagemaker").create_training_job, **asked)
    assert UNKNOWN in said
    assert "ContainerEntrypoint" in said and "sagemaker_program" in said
