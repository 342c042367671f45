"""The code of each page, carried out: it makes a record equal to the one that the page shows."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pytest
from botocore import xform_name
from desk import Desk, Lab
from IPython.core.interactiveshell import InteractiveShell
from playwright.sync_api import Locator, expect

from jupyter_smkit.client import switch
from jupyter_smkit.client.environment import client_environment

ROLE = "arn:aws:iam::123456789012:role/SmkitExecutionRole"
BUCKET = "sagemaker-us-east-1-123456789012"
IMAGE = "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-base-python:1"
TAGS = [{"Key": "team", "Value": "our own"}, {"Key": "empty", "Value": ""}]
SDK, CLI = "SageMaker SDK v2", "AWS CLI"
SDK_PYTHON = os.environ.get("SMKIT_SDK_V2_PYTHON", "")
"""An interpreter that has the SDK v2, which is no part of smkit's environment."""


@dataclass(frozen=True)
class Page:
    kind: str
    page: str
    request: dict[str, Any]
    forms: tuple[str, ...] = ("boto3", SDK, CLI)
    operation: str = ""
    describe: str = ""
    renamed: dict[str, str] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return str(self.request[f"{self.kind}Name"])


PROCESSING = Page(
    "ProcessingJob",
    "processing-jobs",
    {
        "ProcessingJobName": "code-processing",
        "RoleArn": ROLE,
        "AppSpecification": {
            "ImageUri": IMAGE,
            "ContainerEntrypoint": ["python3", "-c", 'print("one\\ntwo", "it\'s")'],
            "ContainerArguments": ["--level", "1"],
        },
        "ProcessingInputs": [
            {
                "InputName": "data",
                "S3Input": {
                    "S3Uri": f"s3://{BUCKET}/code/",
                    "LocalPath": "/opt/ml/processing/input/data",
                    "S3DataType": "S3Prefix",
                    "S3InputMode": "File",
                    "S3DataDistributionType": "FullyReplicated",
                },
            }
        ],
        "ProcessingOutputConfig": {
            "Outputs": [
                {
                    "OutputName": "made",
                    "S3Output": {
                        "S3Uri": f"s3://{BUCKET}/code/made",
                        "LocalPath": "/opt/ml/processing/output/made",
                        "S3UploadMode": "EndOfJob",
                    },
                }
            ]
        },
        "ProcessingResources": {
            "ClusterConfig": {
                "InstanceCount": 1,
                "InstanceType": "ml.m5.xlarge",
                "VolumeSizeInGB": 20,
            }
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 600},
        "Environment": {"MOOD": "good", "ODD": 'a "b" \\ c'},
        "NetworkConfig": {"EnableNetworkIsolation": False},
        "Tags": TAGS,
    },
)
TRAINING = Page(
    "TrainingJob",
    "training-jobs",
    {
        "TrainingJobName": "code-training",
        "RoleArn": ROLE,
        "AlgorithmSpecification": {
            "TrainingImage": IMAGE,
            "TrainingInputMode": "File",
            "ContainerEntrypoint": ["python3", "-c", "print('loss=0.5')"],
            "MetricDefinitions": [{"Name": "loss", "Regex": "loss=([0-9.]+)"}],
        },
        "HyperParameters": {"depth": "3", "loss": '"squared"'},
        "InputDataConfig": [
            {
                "ChannelName": "train",
                "ContentType": "text/csv",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": f"s3://{BUCKET}/code/",
                        "S3DataDistributionType": "FullyReplicated",
                    }
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/code/out"},
        "ResourceConfig": {
            "InstanceCount": 1,
            "InstanceType": "ml.m5.large",
            "VolumeSizeInGB": 10,
        },
        "StoppingCondition": {"MaxRuntimeInSeconds": 300},
        "EnableNetworkIsolation": False,
        "EnableManagedSpotTraining": False,
        "CheckpointConfig": {"S3Uri": f"s3://{BUCKET}/code/checkpoints"},
        "Environment": {"MOOD": "good"},
        "RetryStrategy": {"MaximumRetryAttempts": 2},
        "Tags": TAGS,
    },
)
MODEL = Page(
    "Model",
    "models",
    {
        "ModelName": "code-model",
        "ExecutionRoleArn": ROLE,
        "PrimaryContainer": {
            "Image": IMAGE,
            "ModelDataUrl": f"s3://{BUCKET}/code/model.tar.gz",
            "Environment": {"SAGEMAKER_PROGRAM": "inference.py"},
        },
        "VpcConfig": {"Subnets": ["subnet-1"], "SecurityGroupIds": ["sg-1"]},
        "EnableNetworkIsolation": True,
        "Tags": TAGS,
    },
)
CONFIG = Page(
    "EndpointConfig",
    "endpoint-configs",
    {
        "EndpointConfigName": "code-settings",
        "ProductionVariants": [
            {
                "VariantName": "AllTraffic",
                "ModelName": "code-model",
                "InitialInstanceCount": 1,
                "InstanceType": "ml.m5.large",
                "InitialVariantWeight": 1.0,
                "VolumeSizeInGB": 10,
            }
        ],
        "Tags": TAGS,
    },
)
ENDPOINT = Page(
    "Endpoint",
    "endpoints",
    {
        "EndpointName": "code-endpoint",
        "EndpointConfigName": "code-settings",
        "DeploymentConfig": {
            "BlueGreenUpdatePolicy": {
                "TrafficRoutingConfiguration": {"Type": "ALL_AT_ONCE", "WaitIntervalInSeconds": 0}
            }
        },
        "Tags": TAGS,
    },
    forms=("boto3", CLI),
    renamed={"DeploymentConfig": "LastDeploymentConfig"},
)
PLAIN_ENDPOINT = Page(
    "Endpoint",
    "endpoints",
    {"EndpointName": "code-plain", "EndpointConfigName": "code-settings"},
)
AUTOML = Page(
    "AutoMLJob",
    "automl",
    {
        "AutoMLJobName": "code-automl",
        "AutoMLJobInputDataConfig": [
            {
                "ChannelType": "training",
                "ContentType": "text/csv;header=present",
                "CompressionType": "None",
                "DataSource": {
                    "S3DataSource": {
                        "S3DataType": "S3Prefix",
                        "S3Uri": f"s3://{BUCKET}/code/table.csv",
                    }
                },
            }
        ],
        "OutputDataConfig": {"S3OutputPath": f"s3://{BUCKET}/automl"},
        "AutoMLProblemTypeConfig": {
            "TabularJobConfig": {
                "TargetAttributeName": "y",
                "ProblemType": "BinaryClassification",
                "Mode": "ENSEMBLING",
                "CompletionCriteria": {"MaxAutoMLJobRuntimeInSeconds": 60},
            }
        },
        "AutoMLJobObjective": {"MetricName": "AUC"},
        "RoleArn": ROLE,
    },
    forms=("boto3", SDK, "smkit", "%sm", CLI),
    operation="CreateAutoMLJobV2",
    describe="DescribeAutoMLJobV2",
)
EXPERIMENT = Page(
    "Experiment",
    "experiments",
    {
        "ExperimentName": "code-experiment",
        "DisplayName": "Shown",
        "Description": "Says «what»",
        "Tags": TAGS,
    },
)
TRIAL = Page(
    "Trial",
    "trials",
    {
        "TrialName": "code-trial",
        "ExperimentName": "code-experiment",
        "DisplayName": "Shown",
        "MetadataProperties": {"CommitId": "1f", "GeneratedBy": "us"},
        "Tags": TAGS,
    },
    forms=("boto3", CLI),
)
GROUP = Page(
    "ModelPackageGroup",
    "model-package-groups",
    {
        "ModelPackageGroupName": "code-group",
        "ModelPackageGroupDescription": "Versions of one model",
        "Tags": TAGS,
    },
    forms=("boto3", CLI),
)
PAGES = [
    PROCESSING,
    TRAINING,
    MODEL,
    CONFIG,
    ENDPOINT,
    PLAIN_ENDPOINT,
    AUTOML,
    EXPERIMENT,
    TRIAL,
    GROUP,
]


@pytest.fixture(scope="module")
def side(lab: Lab) -> Iterator[None]:
    """This process talks to the smkit of the tests."""
    switch.switch_on(lab.home, lab.home.base_url)
    yield
    switch.leave()


@pytest.fixture(scope="module", autouse=True)
def records(lab: Lab) -> None:
    """What the pages show, and the objects that it names."""
    s3 = lab.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    rows = "".join(f"{n},{n % 2}\n" for n in range(600))
    s3.put_object(Bucket=BUCKET, Key="code/table.csv", Body=f"x,y\n{rows}".encode())
    s3.put_object(Bucket=BUCKET, Key="code/model.tar.gz", Body=b"never unpacked")
    for page in PAGES:
        operation = page.operation or f"Create{page.kind}"
        getattr(lab.client("sagemaker"), xform_name(operation))(**page.request)
        end(lab, page, page.name)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_record_s_code_makes_it_again(desk: Desk, side: None, page: Page) -> None:
    desk.run("smkit:open", page=f"{page.page}/record", name=page.name)
    desk.tab().get_by_role("tab", name="Code").click()
    found = forms(desk.tab())
    assert tuple(found) == page.forms
    wanted = described(desk.lab, page, page.name)
    for at, (label, code) in enumerate(found.items()):
        if label == SDK and not SDK_PYTHON:
            continue
        name = f"{page.name}-{at}"
        carry_out(desk.lab, label, code.replace(page.name, name))
        made = described(desk.lab, page, name)
        assert made == wanted if label != SDK else holds(made, wanted), label
        end(desk.lab, page, name)


def test_the_code_of_a_form_makes_what_the_form_makes(desk: Desk, side: None) -> None:
    desk.run("smkit:new-processing-job")
    tab = desk.tab()
    tab.get_by_label("Name", exact=True).fill("code-form")
    tab.get_by_label("Script", exact=True).fill('print("""it\'s\nEND_OF_FILE\n""", r"\\d")\n')
    tab.get_by_role("button", name="Next").click()
    tab.get_by_label("Input data", exact=True).fill(f"s3://{BUCKET}/code/")
    tab.get_by_label("Output place", exact=True).fill(f"s3://{BUCKET}/code/made")
    tab.get_by_label("Arguments").fill("--level 1")
    tab.get_by_role("button", name="Next").click()
    for name in made_again(desk, "code-form", (PROCESSING,), ("boto3", SDK, "smkit", "%%sm", CLI)):
        assert source(desk.lab, name) == source(desk.lab, "code-form"), name


def test_the_automl_wizard_s_code_makes_what_the_wizard_makes(desk: Desk, side: None) -> None:
    desk.run("smkit:new-automl")
    tab = desk.tab()
    tab.get_by_label("Experiment name").fill("code-wizard")
    tab.get_by_label("Training data", exact=True).fill(f"s3://{BUCKET}/code/table.csv")
    expect(tab.get_by_role("table", name="First rows")).to_be_visible()
    tab.get_by_role("button", name="Next").click()
    tab.get_by_label("Target column").select_option("y")
    tab.get_by_role("button", name="Next").click()
    tab.get_by_role("button", name="Next").click()
    tab.get_by_label("Problem type").select_option("BinaryClassification")
    tab.get_by_label("Objective metric").select_option("F1")
    tab.get_by_label("Longest run, in seconds").fill("60")
    tab.get_by_role("button", name="Next").click()
    made_again(desk, "code-wizard", (AUTOML,), AUTOML.forms)


def test_the_endpoint_wizard_s_code_makes_what_the_wizard_makes(desk: Desk, side: None) -> None:
    desk.run("smkit:new-endpoint")
    tab = desk.tab()
    tab.get_by_role("radio", name="A new one").check()
    tab.get_by_label("Model name").fill("code-live")
    tab.get_by_label("Model artifact", exact=True).fill(f"s3://{BUCKET}/code/model.tar.gz")
    tab.get_by_role("button", name="Next").click()
    tab.get_by_label("Endpoint name").fill("code-live")
    tab.get_by_label("Workers").fill("2")
    tab.get_by_role("button", name="Next").click()
    made_again(desk, "code-live", (MODEL, CONFIG, PLAIN_ENDPOINT), ("boto3", SDK, CLI))


def made_again(
    desk: Desk, name: str, pages: Sequence[Page], labels: Sequence[str]
) -> Sequence[str]:
    """Finishes a form in its review, and carries out each form of its code under another name.

    All make the same records of ``pages``; answers the other names.
    """
    tab = desk.tab()
    found = forms(tab)
    assert tuple(found) == tuple(labels)
    tab.locator(".smkit-Wizard").get_by_role("button").last.click()
    expect(tab.get_by_role("heading", name=name, level=1)).to_be_visible()
    wanted = [described(desk.lab, page, name) for page in pages]
    end(desk.lab, pages[-1], name)
    names = []
    for at, (label, code) in enumerate(found.items()):
        if label == SDK and not SDK_PYTHON:
            continue
        other = f"{name}-{at}"
        carry_out(desk.lab, label, code.replace(name, other))
        for page, one in zip(pages, wanted, strict=True):
            made = described(desk.lab, page, other)
            assert made == one if label != SDK else holds(made, one), label
        end(desk.lab, pages[-1], other)
        names.append(other)
    return names


def source(lab: Lab, name: str) -> str:
    """The script that a job was given."""
    found = lab.client("s3").get_object(Bucket=BUCKET, Key=f"{name}/input/code/cell.py")
    return str(found["Body"].read().decode()).rstrip("\n")


def forms(tab: Locator) -> dict[str, str]:
    """The code in each form that the page offers."""
    switch = tab.get_by_role("group", name="Form of the code")
    expect(switch).to_be_visible()
    found = {}
    for button in switch.get_by_role("button").all():
        button.click()
        expect(button).to_have_attribute("aria-pressed", "true")
        found[button.inner_text()] = tab.locator(".smkit-Code-text").text_content() or ""
    return found


def carry_out(lab: Lab, label: str, code: str) -> None:
    run: dict[str, Callable[[], object]] = {
        CLI: lambda: program(lab, "bash", "-ec", code),
        SDK: lambda: program(lab, SDK_PYTHON, "-c", code),
        "%sm": lambda: cell(code),
        "%%sm": lambda: cell(code),
    }
    run.get(label, lambda: exec(compile(code, label, "exec"), {}))()


def program(lab: Lab, *command: str) -> None:
    environment = os.environ | client_environment(lab.home, lab.home.base_url)
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, f"{command[-1]}\n{done.stdout}\n{done.stderr}"


def cell(code: str) -> None:
    shell = InteractiveShell.instance()
    shell.run_line_magic("load_ext", "jupyter_smkit")
    shell.run_cell(code).raise_error()


def described(lab: Lab, page: Page, name: str) -> dict[str, Any]:
    """What of a record its Create says, its tags included; its own name is left open."""
    client = lab.client("sagemaker")
    operation = page.operation or f"Create{page.kind}"
    members = client.meta.service_model.operation_model(operation).input_shape.members
    describe = getattr(client, xform_name(page.describe or f"Describe{page.kind}"))
    found = describe(**{f"{page.kind}Name": name})
    request = {member: found.get(page.renamed.get(member, member)) for member in members}
    request["Tags"] = client.list_tags(ResourceArn=found[f"{page.kind}Arn"])["Tags"]
    text = json.dumps(request, sort_keys=True, default=str)
    plain: dict[str, Any] = json.loads(re.sub(rf"\b{re.escape(name)}\b", "NAME", text))
    return plain


def holds(made: Any, wanted: Any) -> bool:
    """Whether all that is wanted was made: the SDK adds defaults of its own."""
    if isinstance(wanted, dict):
        return isinstance(made, dict) and all(holds(made.get(k), v) for k, v in wanted.items())
    if isinstance(wanted, list):
        return len(made) >= len(wanted) and all(map(holds, made, wanted))
    return wanted is None or made == wanted


def end(lab: Lab, page: Page, name: str) -> None:
    """Lets no training go on beside the next test."""
    if page.kind == "AutoMLJob":
        lab.client("sagemaker").stop_auto_ml_job(AutoMLJobName=name)
