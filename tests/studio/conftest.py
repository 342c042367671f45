"""Minimal valid requests, drawn from the service model."""

from __future__ import annotations

import itertools
import re
import string
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import strategies as st

from jupyter_smkit.api import models, patterns

_COUNTER = itertools.count()
_PLAIN = string.ascii_letters + string.digits + " .-"


def text(shape: Any) -> st.SearchStrategy[str]:
    if shape.metadata.get("enum"):
        return st.sampled_from(shape.metadata["enum"])
    least, most = shape.metadata.get("min", 0), shape.metadata.get("max", 64)
    pattern = shape.metadata.get("pattern")
    compiled = pattern and patterns._compiled(pattern, True)
    if not compiled or pattern in (".*", "[\\S\\s]*"):
        return st.text(_PLAIN, min_size=max(least, 1), max_size=max(min(most, 40), least))
    alphabet = st.characters(codec="ascii", categories=("L", "N", "P", "S"))
    drawn = st.from_regex(re.compile(compiled.pattern, re.ASCII), fullmatch=True, alphabet=alphabet)
    return drawn.filter(lambda value: least <= len(value) <= most)


def values(shape: Any, depth: int = 0) -> st.SearchStrategy[Any]:
    match shape.type_name:
        case "structure":
            names = list(shape.required_members)
            if shape.is_tagged_union:
                names = [next(iter(shape.members))]
            return st.fixed_dictionaries({name: values(shape.members[name]) for name in names})
        case "list":
            least = shape.metadata.get("min", 0)
            return st.lists(values(shape.member), min_size=least, max_size=max(least, 1))
        case "map":
            least = shape.metadata.get("min", 0)
            return st.dictionaries(
                values(shape.key), values(shape.value), min_size=least, max_size=max(least, 1)
            )
        case "string":
            return text(shape)
        case "boolean":
            return st.booleans()
        case "integer" | "long":
            least = shape.metadata.get("min", 0)
            return st.integers(least, max(least, min(shape.metadata.get("max", 1000), 1000)))
        case "float" | "double":
            least = float(shape.metadata.get("min", 0))
            return st.floats(least, min(shape.metadata.get("max", 1000.0), 1000.0))
        case "timestamp":
            return st.just(1_700_000_000.0)
        case "blob":
            return st.binary(max_size=8)
    raise TypeError(shape.type_name)


@st.composite
def requests(draw: Any, operation: str) -> dict[str, Any]:
    """Valid parameters of an operation: its required members, with a name that is new."""
    shape = models.service("sagemaker").operation_model(operation).input_shape
    made: dict[str, Any] = draw(values(shape))
    for name in made:
        if name == "Name" or (name.endswith("Name") and operation.endswith(name[:-4])):
            made[name] = f"a{next(_COUNTER)}"
    return made


def full(operation: str) -> st.SearchStrategy[dict[str, Any]]:
    """Valid parameters, optional ones too; names come from a few, so that they meet."""
    shape = models.service("sagemaker").operation_model(operation).input_shape
    if shape is None:
        return st.just({})
    members = {
        name: st.sampled_from(["a1", "a2", "a3"]) if name.endswith("Name") else values(member)
        for name, member in shape.members.items()
    }
    optional = {name: members.pop(name) for name in set(members) - set(shape.required_members)}
    return st.fixed_dictionaries(members, optional=optional)


@pytest.fixture
def complete() -> Callable[[str], st.SearchStrategy[dict[str, Any]]]:
    return full


@pytest.fixture
def minimal() -> Callable[[str], st.SearchStrategy[dict[str, Any]]]:
    return requests
