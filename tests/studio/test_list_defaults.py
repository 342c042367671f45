"""What a List operation does where its caller says nothing: what AWS documents."""

from __future__ import annotations

import re
from typing import Any

import pytest
from botocore.loaders import Loader

from jupyter_smkit.api import listing
from jupyter_smkit.api.dispatch import registry_of
from jupyter_smkit.api.kinds import Kind

MODEL: Any = Loader().load_service_model("sagemaker", "service-2")
LISTED = [
    kind
    for kind in registry_of().kinds.values()
    if kind.operation("List") in MODEL["operations"] and not kind.not_yet
]
STATED = re.compile(
    r"defaults? (?:value )?(?:for MaxResults )?(?:is|to) (\w+)"
    r"|Sorts by ([\w ]+) by default"
    r"|[Bb]y default, .*listed in (\w+) order"
    r"|\((\d+) by default\)"
)


def documented(kind: Kind, parameter: str) -> str | None:
    """The default that the parameter's documentation states, if any."""
    shape = MODEL["operations"][kind.operation("List")]["input"]["shape"]
    text = MODEL["shapes"][shape]["members"].get(parameter, {}).get("documentation", "")
    found = STATED.search(re.sub("<[^>]+>", "", text))
    return found and next(group for group in found.groups() if group)


@pytest.mark.parametrize("kind", LISTED, ids=lambda kind: kind.name)
def test_lists_are_sorted_and_cut_as_aws_documents(kind: Kind) -> None:
    if order := documented(kind, "SortOrder"):
        assert kind.ascending == (order.lower() == "ascending")
    if by := documented(kind, "SortBy"):
        assert (
            listing._order(kind, kind.sort_by).name
            == listing._order(kind, by.replace(" ", "")).name
        )
    if page := documented(kind, "MaxResults"):
        assert kind.page == int(page)


def test_the_documentation_is_read() -> None:
    stated = [
        (kind.name, parameter)
        for kind in LISTED
        for parameter in ("SortOrder", "SortBy", "MaxResults")
        if documented(kind, parameter)
    ]
    assert len(stated) > 90
    assert (
        documented(next(k for k in LISTED if k.name == "TrainingJob"), "SortOrder") == "Ascending"
    )
