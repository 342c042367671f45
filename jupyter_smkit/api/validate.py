"""The constraints of the service models, all that a request violates, in AWS's wording.

The wording is that of AWS's Coral services as their users quote it in public issues, for example
aws-samples/sagemaker-ml-workflow-with-apache-airflow#3: ``2 validation errors detected: Value '…'
at 'modelName' failed to satisfy constraint: Member must have length less than or equal to 63; …``.
Paths begin each name in lower case; a list's elements are ``.1.member``. What a list or a map of
plain values may hold is said of the list or map: ``Member must satisfy constraint: […]``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from functools import cache
from typing import Any

from jupyter_smkit.api import patterns
from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.api.models import Shape

Rule = tuple[str, Callable[[Any], bool]]
"""What the constraint says, and whether a value keeps it."""
Check = Callable[[Any, str, list[str]], None]
"""Appends what a value at a path violates."""
_INTEGER = 1 << 31
_NUMBERS = ("integer", "long", "short", "byte", "float", "double")
_MAX_SHOWN = 2000


def check(shape: Shape | None, params: dict[str, Any]) -> None:
    """Raises ValidationException naming every constraint of ``shape`` that ``params`` violates."""
    if shape is None:
        return
    found: list[str] = []
    _checker(shape)(params, "", found)
    if found:
        count = f"{len(found)} validation error{'s' if len(found) > 1 else ''} detected: "
        raise ValidationException(count + "; ".join(found))


@cache
def _checker(shape: Shape) -> Check:
    return _COMPOUND.get(shape.type_name, _scalar)(shape)


def _structure(shape: Any) -> Check:
    required = [(name, _lower(name)) for name in shape.required_members]
    members: dict[str, tuple[str, Shape]] = {
        name: (_lower(name), member) for name, member in shape.members.items()
    }
    exclusive = shape.is_tagged_union

    def run(value: dict[str, Any], at: str, found: list[str]) -> None:
        prefix = f"{at}." if at else ""
        for name, lower in required:
            if value.get(name) is None:
                found.append(_violation(None, prefix + lower, "Member must not be null"))
        if exclusive and len(value) != 1:
            found.append(_violation(value, at, f"Exactly one of {_listed(members)} must be set"))
        for name, each in value.items():
            if name in members and each is not None:
                lower, member = members[name]
                _checker(member)(each, prefix + lower, found)

    return run


def _list(shape: Any) -> Check:
    rules = list(_length(shape))
    plain = shape.member.type_name not in _COMPOUND
    element_rules = list(_rules(shape.member)) if plain else []
    said = _said("Member must satisfy constraint: ", element_rules)

    def run(value: list[Any], at: str, found: list[str]) -> None:
        _apply(rules, shape, value, at, found)
        if not plain:
            for index, each in enumerate(value, 1):
                _checker(shape.member)(each, f"{at}.{index}.member", found)
        elif _any_broken(element_rules, value):
            found.append(_violation(value, at, said, shape.member))

    return run


def _map(shape: Any) -> Check:
    rules = list(_length(shape))
    key_rules = list(_rules(shape.key))
    plain = shape.value.type_name not in _COMPOUND
    value_rules = list(_rules(shape.value)) if plain else []
    keys_said = _said("Map keys must satisfy constraint: ", key_rules)
    values_said = _said("Map value must satisfy constraint: ", value_rules)

    def run(value: dict[str, Any], at: str, found: list[str]) -> None:
        _apply(rules, shape, value, at, found)
        if _any_broken(key_rules, value):
            found.append(_violation(value, at, keys_said, shape.key))
        if not plain:
            for key, each in value.items():
                _checker(shape.value)(each, f"{at}.{key}.member", found)
        elif _any_broken(value_rules, value.values()):
            found.append(_violation(value, at, values_said, shape.value))

    return run


def _scalar(shape: Shape) -> Check:
    rules = list(_rules(shape))

    def run(value: Any, at: str, found: list[str]) -> None:
        _apply(rules, shape, value, at, found)

    return run


_COMPOUND: dict[str, Callable[[Any], Check]] = {
    "structure": _structure,
    "list": _list,
    "map": _map,
}


def _apply(rules: list[Rule], shape: Shape, value: Any, at: str, found: list[str]) -> None:
    for said, kept in rules:
        if not kept(value):
            found.append(_violation(value, at, said, shape))


def _any_broken(rules: list[Rule], values: Any) -> bool:
    return any(not kept(each) for each in values for _, kept in rules)


def _said(prefix: str, rules: list[Rule]) -> str:
    return f"{prefix}[{', '.join(said for said, _ in rules)}]"


def _rules(shape: Shape) -> Iterator[Rule]:
    """Of a value that is no structure, list or map."""
    if shape.type_name in _NUMBERS:
        yield from _range(shape)
        return
    yield from _length(shape)
    pattern = shape.metadata.get("pattern")
    if pattern is not None and shape.type_name == "string":
        longest = shape.metadata.get("max", patterns.LONGEST)
        yield (
            f"Member must satisfy regular expression pattern: {pattern}",
            lambda value: patterns.matches(pattern, value, longest),
        )
    choices = shape.metadata.get("enum")
    if choices:
        allowed = frozenset(choices)
        yield (
            f"Member must satisfy enum value set: {_listed(choices)}",
            lambda value: value in allowed,
        )


def _range(shape: Shape) -> Iterator[Rule]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if shape.type_name == "integer":
        low = -_INTEGER if low is None else low
        high = _INTEGER - 1 if high is None else high
    if high is not None:
        yield f"Member must have value less than or equal to {high}", lambda value: value <= high
    if low is not None:
        yield f"Member must have value greater than or equal to {low}", lambda value: value >= low


def _length(shape: Shape) -> Iterator[Rule]:
    if shape.type_name in ("timestamp", "boolean"):
        return
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    if high is not None:
        yield (
            f"Member must have length less than or equal to {high}",
            lambda value: len(value) <= high,
        )
    if low:
        yield (
            f"Member must have length greater than or equal to {low}",
            lambda value: len(value) >= low,
        )


def _violation(value: Any, at: str, said: str, shape: Shape | None = None) -> str:
    if value is None:
        subject = "Value null"
    elif shape is not None and shape.metadata.get("sensitive"):
        subject = "Value"
    else:
        subject = f"Value '{_shown(value):.{_MAX_SHOWN}}'"
    return f"{subject} at '{at}' failed to satisfy constraint: {said}"


def _shown(value: Any) -> str:
    """As Java prints it."""
    match value:
        case bool():
            return "true" if value else "false"
        case dict():
            return "{" + ", ".join(f"{key}={_shown(each)}" for key, each in value.items()) + "}"
        case list():
            return _listed(map(_shown, value))
        case bytes():
            return f"{len(value)} bytes"
        case datetime():
            return value.isoformat()
        case _:
            return str(value)


def _listed(values: Any) -> str:
    return f"[{', '.join(values)}]"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
