"""Every declared kind through boto3: from Create to Delete, with requests from the service model."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import chain
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from jupyter_smkit.api import models
from jupyter_smkit.api.kinds import Kind
from jupyter_smkit.features import NAMES, feature, parts

OPERATIONS = frozenset(models.service("sagemaker").operation_names)
RECORDED = [name for name in NAMES if not feature(name).reconcilers]
KINDS = list(chain(*parts("kinds", RECORDED)))
BY_NAME = {kind.name: kind for kind in KINDS}
CREATED = [kind for kind in KINDS if kind.operation("Create") in OPERATIONS and not kind.not_yet]
LATER = [kind for kind in KINDS if kind.not_yet]

# What a service model does not say that a request needs.
NEEDED: dict[str, dict[str, Any]] = {
    "Pipeline": {"PipelineDefinition": '{"Version": "2020-12-01", "Steps": []}'},
    "HubContent": {"HubContentVersion": "1.2.0"},
    "HumanTaskUi": {"UiTemplate": {"Content": "<p>Which animal is this?</p>"}},
}
_ARNS = ("JobDefinitionArn", "TrackingServerArn", "Arn")

# A failure is shown as it was found: to make it smaller would take minutes.
QUICK = settings(
    max_examples=1,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.generate],
    suppress_health_check=list(HealthCheck),
)
ALL_OF = {"ModelPackage": {"ModelPackageType": "Both"}}
TEARDOWN = {"NotebookInstance": "StopNotebookInstance"}


def member_names(operation: str) -> frozenset[str]:
    shape = models.service("sagemaker").operation_model(operation).input_shape
    return frozenset(shape.members) if shape else frozenset()


class Made:
    """A resource, and what is known of it."""

    def __init__(self, sm: Any, kind: Kind, request: dict[str, Any], known: dict[str, Any]) -> None:
        self.sm, self.kind, self.request = sm, kind, request
        self.known = known | request
        answer = self.call(kind.operation("Create"), **request)
        self.known |= {name: value for name, value in answer.items() if name != "ResponseMetadata"}
        if kind.name == "ModelPackage":
            # A version has no name; its ARN takes the name's place.
            self.known["ModelPackageName"] = answer["ModelPackageArn"]

    def call(self, operation: str, **params: Any) -> dict[str, Any]:
        return dict(getattr(self.sm, xform_name(operation))(**params))

    def identify(self, operation: str) -> dict[str, Any]:
        """The parameters of ``operation`` that name this resource."""
        identity = {*self.kind.key_members, f"{self.kind.name}Name", f"{self.kind.name}Arn", "Arn"}
        required = models.service("sagemaker").operation_model(operation).input_shape
        names = member_names(operation) & (identity | set(required.required_members))
        return {name: self.known[name] for name in names if name in self.known}

    @property
    def arn(self) -> str:
        return str(self.call(self.kind.operation("Describe"), **self.describing())[self.arn_member])

    @property
    def arn_member(self) -> str:
        shown = self.call(self.kind.operation("Describe"), **self.describing())
        inner = shown.get(self.kind.name, shown)
        return next(name for name in (f"{self.kind.name}Arn", *_ARNS) if name in inner)

    def describing(self) -> dict[str, Any]:
        return self.identify(self.kind.operation("Describe"))

    def described(self) -> dict[str, Any]:
        shown = self.call(self.kind.operation("Describe"), **self.describing())
        return dict(shown.get(self.kind.name, shown))


@cache
def client(api: Any) -> Any:
    return api.client("sagemaker")


def make(draw: Callable[..., Any], minimal: Callable[[str], Any], sm: Any, kind: Kind) -> Made:
    """A resource, after those that it must refer to."""
    request: dict[str, Any] = draw(minimal(kind.operation("Create")))
    request |= NEEDED.get(kind.name, {})
    takes = member_names(kind.operation("Create"))
    known: dict[str, Any] = {}
    for reference in kind.refers:
        if reference.member not in takes or reference.member == "SpaceName":
            continue
        known |= make(draw, minimal, sm, BY_NAME[reference.kind]).known
        request[reference.member] = known[reference.member]
    for member in kind.key_members:
        if member in takes and member in known:
            request[member] = known[member]
    return Made(sm, kind, request, known)


def listed(made: Made) -> list[Any]:
    """Every item of the kind's List, page by page."""
    operation = made.kind.operation("List")
    params = made.identify(operation) | ALL_OF.get(made.kind.name, {})
    found: list[Any] = []
    while True:
        page = made.call(operation, **params)
        found += next(value for value in page.values() if isinstance(value, list))
        if "NextToken" not in page:
            return found
        params["NextToken"] = page["NextToken"]


@pytest.mark.parametrize("kind", CREATED, ids=lambda kind: kind.name)
@QUICK
@given(data=st.data())
def test_a_resource_is_created_shown_listed_tagged_changed_and_deleted(
    kind: Kind, api: Any, minimal: Callable[[str], Any], data: st.DataObject
) -> None:
    sm = client(api)
    made = make(data.draw, minimal, sm, kind)

    shown = made.described()
    for name, value in made.request.items():
        if name in shown and isinstance(value, str | int | bool):
            assert shown[name] == value, name
    arn = str(shown[made.arn_member])

    texts = [str(each) for each in listed(made)]
    name = made.known.get(kind.key_members[-1], arn)
    assert any(arn in each or f"'{name}'" in each for each in texts)

    sm.add_tags(ResourceArn=arn, Tags=[{"Key": "team", "Value": "blue"}])
    assert {"Key": "team", "Value": "blue"} in sm.list_tags(ResourceArn=arn)["Tags"]
    sm.delete_tags(ResourceArn=arn, TagKeys=["team"])
    assert {"Key": "team", "Value": "blue"} not in sm.list_tags(ResourceArn=arn)["Tags"]

    if kind.name in TEARDOWN:
        made.call(TEARDOWN[kind.name], **made.identify(TEARDOWN[kind.name]))
    if (update := kind.operation("Update")) in OPERATIONS:
        change(made, update, data.draw, minimal)

    delete = kind.operation("Delete")
    made.call(delete, **made.identify(delete))
    with pytest.raises(ClientError) as refused:
        made.described()
    assert refused.value.response["Error"]["Code"] in ("ResourceNotFound", "ValidationException")
    assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400


def change(
    made: Made, update: str, draw: Callable[..., Any], minimal: Callable[[str], Any]
) -> None:
    """Changes what must be given, and a text that Describe shows, and finds the change there."""
    request = draw(minimal(update)) | made.identify(update)
    if "TargetVersion" in request:
        request["TargetVersion"] = 1
    takes = models.service("sagemaker").operation_model(update).input_shape.members
    plain = ("Description", "DisplayName", f"{made.kind.name}Description")
    request |= {name: "changed-here" for name in plain if name in takes}
    made.call(update, **request)
    shown = made.described()
    for name in plain:
        if name in takes and name in shown:
            assert shown[name] == "changed-here"


@pytest.mark.parametrize("kind", LATER, ids=lambda kind: kind.name)
@QUICK
@given(data=st.data())
def test_what_cannot_run_yet_says_so(
    kind: Kind, api: Any, minimal: Callable[[str], Any], data: st.DataObject
) -> None:
    sm = client(api)
    for verb, codes, words in (
        ("Create", {"ValidationException"}, "not supported by smkit yet"),
        ("Describe", {"ResourceNotFound", "ValidationException"}, "ould not find"),
        ("Delete", {"ResourceNotFound", "ValidationException"}, "ould not find"),
    ):
        operation = kind.operation(verb)
        if operation not in OPERATIONS:
            continue
        with pytest.raises(ClientError) as refused:
            getattr(sm, xform_name(operation))(**data.draw(minimal(operation)))
        assert refused.value.response["Error"]["Code"] in codes
        assert words in refused.value.response["Error"]["Message"] or "does not exist" in str(
            refused.value
        )
