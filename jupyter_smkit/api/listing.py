"""List operations: filters, sorting and paging in SQL, by what their input shape offers."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.model import OperationModel, Shape
from sqlalchemy import ColumnElement, String, and_, cast, func, or_

from jupyter_smkit.api.errors import ValidationException
from jupyter_smkit.api.kinds import Kind
from jupyter_smkit.api.registry import Call
from jupyter_smkit.state.records import Record
from jupyter_smkit.state.schema import records

DEFAULT_PAGE = 10
"""AWS's default of MaxResults where its documentation names one; the largest page is 100."""
_LARGEST_PAGE = 100
_TIMES = {
    "CreationTimeAfter": (records.c.created, True),
    "CreationTimeBefore": (records.c.created, False),
    "CreatedAfter": (records.c.created, True),
    "CreatedBefore": (records.c.created, False),
    "LastModifiedTimeAfter": (records.c.modified, True),
    "LastModifiedTimeBefore": (records.c.modified, False),
    "ModifiedTimeAfter": (records.c.modified, True),
    "ModifiedTimeBefore": (records.c.modified, False),
}
_PAGING = ("MaxResults", "NextToken", "SortBy", "SortOrder")


@dataclass(frozen=True)
class Page:
    records: list[Record]
    token: str | None


def items_of(model: OperationModel) -> tuple[str, Shape]:
    """The list in the operation's output: its name and the shape of an item."""
    for name, shape in model.output_shape.members.items():
        if shape.type_name == "list":
            return name, shape.member
    raise TypeError(f"{model.name} lists nothing")


def page(kind: Kind, call: Call, *conditions: ColumnElement[bool]) -> Page:
    """One page of a kind's records as the parameters of ``call`` ask for."""
    params = call.params
    size = min(int(params.get("MaxResults") or _LARGEST_PAGE), _LARGEST_PAGE)
    column = _sort_column(str(params.get("SortBy", "")))
    descending = params.get("SortOrder", "Descending" if "SortBy" not in params else "") not in (
        "Ascending",
        "",
    )
    where = [
        records.c.account == call.account,
        records.c.region == call.region,
        records.c.kind == kind.name,
        *conditions,
        *_filters(kind, params),
    ]
    if token := params.get("NextToken"):
        where.append(_after(column, descending, token))
    order = (column.desc(), records.c.key.desc()) if descending else (column, records.c.key)
    with call.state.read() as transaction:
        found = transaction.where(*where, order=order, limit=size + 1)
    more = len(found) > size
    return Page(found[:size], _token(column, found[size - 1]) if more else None)


def _sort_column(sort_by: str) -> Any:
    match sort_by:
        case "Name" | "name" | "ModelName":
            return records.c.name
        case "Status" | "status":
            return records.c.status
        case "LastModifiedTime" | "ModifiedTime" | "UpdatedAt":
            return records.c.modified
        case _:
            return records.c.created


def _filters(kind: Kind, params: dict[str, Any]) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    for name, value in params.items():
        if name in _PAGING or value is None:
            continue
        if name in _TIMES:
            column, after = _TIMES[name]
            at = value.timestamp() if isinstance(value, datetime) else float(value)
            found.append(column >= at if after else column <= at)
        elif name == "NameContains" or name == f"{kind.name}NameContains":
            found.append(func.lower(records.c.name).contains(str(value).lower(), autoescape=True))
        elif name.endswith("Contains"):
            member = name.removesuffix("Contains")
            found.append(_member(member).contains(str(value), autoescape=True))
        elif name == "StatusEquals" or name == "Status":
            found.append(records.c.status == value)
        else:
            member = name.removesuffix("Equals")
            found.append(
                or_(_member(member) == str(value), and_(records.c.name == value))
                if member.endswith("Name")
                else _member(member) == str(value)
            )
    return found


def _member(name: str) -> ColumnElement[str]:
    """A scalar member of the record, as text."""
    observed = records.c.observed[name].as_string()
    return func.coalesce(cast(observed, String), cast(records.c.request[name].as_string(), String))


def _token(column: Any, last: Record) -> str:
    value = getattr(last, column.name)
    return base64.urlsafe_b64encode(json.dumps([column.name, value, last.key]).encode()).decode()


def _after(column: Any, descending: bool, token: str) -> ColumnElement[bool]:
    try:
        sorted_by, value, key = json.loads(base64.urlsafe_b64decode(token))
        if sorted_by != column.name:
            raise ValueError
    except (ValueError, TypeError, binascii.Error):
        raise ValidationException(
            "The NextToken is not one that this operation gave with this SortBy"
        ) from None
    tie = records.c.key < key if descending else records.c.key > key
    beyond = column < value if descending else column > value
    return or_(beyond, and_(column == value, tie))
