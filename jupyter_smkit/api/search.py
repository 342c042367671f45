"""The Search operation: filters over what Describe shows, for every searchable kind."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

from jupyter_smkit.api import listing, models
from jupyter_smkit.api.conventions import shown
from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.api.registry import Call, Params, Registry
from jupyter_smkit.api.tagging import tag_list
from jupyter_smkit.state.schema import records

# Search's names of resources that are not the kinds' own.
_KINDS = {
    "ExperimentTrial": "Trial",
    "ExperimentTrialComponent": "TrialComponent",
}
_PAGE = 20
_METRICS = "FinalMetricDataList"
"""Where a job has what filters call ``Metrics.<name>``."""
_ORDERING = ("GreaterThan", "GreaterThanOrEqualTo", "LessThan", "LessThanOrEqualTo")


def register(api: Registry) -> None:
    api.operation("sagemaker", "Search")(partial(search, api))
    api.operation("sagemaker", "GetSearchSuggestions")(suggest)


def search(registry: Registry, call: Call) -> Params:
    resource = str(call.params["Resource"])
    shapes = _shapes()
    kind = registry.kinds.get(_KINDS.get(resource, resource))
    if kind is None or kind.name not in shapes:
        return {"Results": []}
    entry = shapes[kind.name]
    expression = call.params.get("SearchExpression") or {}
    measured = ("Metrics",) if _METRICS in entry.members else ()
    check_names(expression, frozenset((*entry.members, *measured)))
    conditions = call.params.get("VisibilityConditions") or ()
    visible = {
        "Filters": [
            {"Name": each["Key"], "Value": each.get("Value", "")}
            for each in conditions
            if "Key" in each
        ]
    }
    with call.state.read() as transaction:
        found = transaction.where(
            records.c.account == call.account,
            records.c.region == call.region,
            records.c.kind == kind.name,
        )
        labels = transaction.tags_of(records.c.kind == kind.name)
    matching = []
    for record in found:
        document = shown(kind, entry, record)
        document["Tags"] = tag_list(labels.get(record.arn, {}))
        if matches(expression, document) and matches(visible, document):
            matching.append(document)
    by = call.params.get("SortBy") or "LastModifiedTime"
    matching.sort(
        key=lambda document: _ordered(value_of(document, by)),
        reverse=call.params.get("SortOrder", "Descending") == "Descending",
    )
    start = listing.offset(call)
    end = start + int(call.params.get("MaxResults") or _PAGE)
    return {
        "Results": [{kind.name: document} for document in matching[start:end]],
        "NextToken": str(end) if end < len(matching) else None,
        "TotalHits": {"Value": len(matching), "Relation": "EqualTo"},
    }


def suggest(call: Call) -> Params:
    """The names of the resource's properties that begin as the hint does."""
    resource = str(call.params["Resource"])
    query = call.params.get("SuggestionQuery") or {}
    hint = (query.get("PropertyNameQuery") or {}).get("PropertyNameHint", "")
    shape = _shapes().get(_KINDS.get(resource, resource))
    names = [name for name in (shape.members if shape else ()) if name.startswith(hint)]
    return {"PropertyNameSuggestions": [{"PropertyName": name} for name in names]}


def _shapes() -> Any:
    """What Search shows of each resource."""
    output = models.service("sagemaker").operation_model("Search").output_shape
    return output.members["Results"].member.members


def check_names(expression: Params, known: frozenset[str]) -> None:
    """Raises ValidationException where a filter names no property of the resource."""
    for each in expression.get("Filters") or ():
        if str(each["Name"]).partition(".")[0] not in known:
            raise ValidationException(f"Unknown property name: {each['Name']}")
    for nested in expression.get("NestedFilters") or ():
        if str(nested["NestedPropertyName"]).partition(".")[0] not in known:
            raise ValidationException(f"Unknown property name: {nested['NestedPropertyName']}")
    for inner in expression.get("SubExpressions") or ():
        check_names(inner, known)


def matches(expression: Params, document: Params) -> bool:
    """Whether a SearchExpression holds for what Describe shows of a resource."""
    results = [_holds(each, document) for each in expression.get("Filters") or ()]
    results += [
        any(
            all(_holds({**each, "Name": _inside(each, nested)}, item) for each in nested["Filters"])
            for item in value_of(document, nested["NestedPropertyName"]) or ()
        )
        for nested in expression.get("NestedFilters") or ()
    ]
    results += [matches(each, document) for each in expression.get("SubExpressions") or ()]
    if not results:
        return True
    return any(results) if expression.get("Operator") == "Or" else all(results)


def _inside(each: Params, nested: Params) -> str:
    return str(each["Name"]).removeprefix(f"{nested['NestedPropertyName']}.")


def value_of(document: Any, path: str) -> Any:
    """What a property's name leads to: ``Tags.team``, ``InputDataConfig``, ``Parents.TrialName``.

    Within a list of structures, the list of what each has.
    """
    if path.startswith("Tags."):
        tags = {tag["Key"]: tag["Value"] for tag in document.get("Tags") or ()}
        return tags.get(path.removeprefix("Tags."))
    if path.startswith("Metrics.") and _METRICS in document:
        measured = {each["MetricName"]: each.get("Value") for each in document[_METRICS]}
        return measured.get(path.removeprefix("Metrics."))
    return _below(document, path)


def _below(found: Any, path: str) -> Any:
    if isinstance(found, list):
        return [value for each in found if (value := _below(each, path)) is not None]
    if not isinstance(found, dict):
        return None
    if path in found:
        return found[path]
    # A name that a user gave may have dots of its own.
    steps = (step for step in found if path.startswith(f"{step}."))
    values = (_below(found[step], path.removeprefix(f"{step}.")) for step in steps)
    return next((value for value in values if value is not None), None)


def _holds(each: Params, document: Params) -> bool:
    found = value_of(document, each["Name"])
    operator = each.get("Operator") or "Equals"
    if operator == "Exists":
        return found is not None
    if operator == "NotExists":
        return found is None
    wanted = each.get("Value")
    if wanted is None:
        raise ValidationException(f"The filter on {each['Name']} has no Value for {operator}")
    if found is None:
        return bool(operator == "NotEquals")
    if isinstance(found, list):
        return any(_compare(operator, each, wanted) for each in found)
    return _compare(operator, found, wanted)


def _compare(operator: str, found: Any, wanted: str) -> bool:
    left, right = _comparable(operator, found, wanted)
    compare: dict[str, Callable[[Any, Any], bool]] = {
        "Equals": lambda a, b: bool(a == b),
        "NotEquals": lambda a, b: bool(a != b),
        "GreaterThan": lambda a, b: bool(a > b),
        "GreaterThanOrEqualTo": lambda a, b: bool(a >= b),
        "LessThan": lambda a, b: bool(a < b),
        "LessThanOrEqualTo": lambda a, b: bool(a <= b),
        "Contains": lambda a, b: str(wanted) in str(found),
        "In": lambda a, b: str(found) in [word.strip() for word in str(wanted).split(",")],
    }
    return compare[operator](left, right)


def _comparable(operator: str, found: Any, wanted: str) -> tuple[Any, Any]:
    """Both as numbers (times as Unix seconds) where both are, else as text.

    Text, as a hyperparameter is, counts as a number only where an order is asked for.
    """
    if isinstance(found, datetime):
        found = found.timestamp()
    if isinstance(found, bool):
        return str(found).lower(), wanted.lower()
    if isinstance(found, (int, float)) or operator in _ORDERING:
        with contextlib.suppress(ValueError):
            return float(found), float(wanted)
        with contextlib.suppress(ValueError):
            return float(found), _seconds(wanted)
    return str(found), wanted


def _seconds(wanted: str) -> float:
    """A time without a zone is in UTC."""
    at = datetime.fromisoformat(wanted)
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp()


def _ordered(value: Any) -> tuple[int, Any]:
    if value is None:
        return (0, 0)
    return (1, float(value)) if isinstance(value, (int, float)) else (2, str(value))
